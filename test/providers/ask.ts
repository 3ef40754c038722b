/** Asks a model behind a model server one question. */
import type { Result } from '../../server/src/base/result.ts'
import type { LanguageModel, ModelFailure, ModelReply, ModelRequest } from '../../server/src/model/model.ts'
import { createOpenAiModel, type OpenAiOptions } from '../../server/src/providers/openai.ts'
import { type ModelServer, type ModelServerOptions, startModelServer } from '../support/modelServer.ts'

/** 2026-01-01T00:00:00Z and standing still; every look at the stopwatch takes 5 ms. */
export const clock = {
  now: () => Date.UTC(2026, 0, 1),
  elapsed: (
    (now = 0) =>
    () =>
      (now += 5)
  )(),
  sleep: () => Promise.resolve(),
}

export const question: ModelRequest = {
  purpose: 'task',
  model: 'test-model',
  messages: [
    { role: 'system', content: 'Answer the question.' },
    { role: 'user', content: '<question>\nWhy?\n</question>' },
  ],
  reply: {
    name: 'answer',
    schema: {
      type: 'object',
      properties: { answer: { type: 'string' } },
      required: ['answer'],
      additionalProperties: false,
    },
  },
  parameters: {},
  repeat: 0,
}

export const never = new AbortController().signal

export type Settings = Partial<OpenAiOptions['endpoint']> & Omit<Partial<OpenAiOptions>, 'endpoint'>

export function modelAt(baseUrl: string, { apiKey, timeout = 5000, ...settings }: Settings = {}): LanguageModel {
  return createOpenAiModel({ clock, environment: {}, ...settings, endpoint: { baseUrl, apiKey, timeout } })
}

/** One question to a new server; what came back, and what the server saw. */
export async function ask(
  options: ModelServerOptions,
  settings: Settings = {},
  request: Partial<ModelRequest> = {},
): Promise<{ readonly result: Result<ModelReply, ModelFailure>; readonly requests: ModelServer['requests'] }> {
  await using server = await startModelServer({ answer: () => ({ answer: 'because' }), ...options })
  const result = await modelAt(server.url, settings).complete({ ...question, ...request }, never)
  return { result, requests: server.requests }
}

/** The failure of a question that must fail. */
export async function failureOf(...args: Parameters<typeof ask>): Promise<ModelFailure> {
  const { result } = await ask(...args)
  if (result.ok) throw new Error('the question was answered')
  return result.error
}
