/** A language model behind an OpenAI-compatible endpoint (Chat Completions). */
import type { APIError, OpenAI } from 'openai'
import { z } from 'zod'
import type { Clock } from '../base/clock.ts'
import { isRecord, parseJson } from '../base/json.ts'
import { fail, ok, type Result } from '../base/result.ts'
import type { Endpoint, LanguageModel, ModelFailure, ModelReply, ModelRequest, Usage } from '../model/model.ts'
import type { PriceTable } from '../model/prices.ts'
import { checkEndpoint } from './checkEndpoint.ts'
import { readEndpointError, said } from './endpointError.ts'
import { disconnected, type Place, type Refusal, refused, unusable } from './openaiFailure.ts'
import { readContent, usageOf } from './replyContent.ts'
import { type Accepted, createReplyLadder, sentMessages, sentParameters } from './replyLadder.ts'
import type { Environment } from './transport.ts'

export interface OpenAiOptions {
  readonly endpoint: Endpoint
  readonly clock: Clock
  /** Prices that go before the built-in ones. */
  readonly prices?: PriceTable
  readonly userAgent?: string
  /** Where the proxy variables are read from; default: the process's environment. */
  readonly environment?: Environment
}

/**
 * One call is one request that the model answers; a request that the endpoint rejects for its form is sent again in
 * a weaker one, which is then remembered per model.
 */
export function createOpenAiModel(options: OpenAiOptions): LanguageModel {
  const { endpoint, clock } = options
  const apiKey = endpoint.apiKey?.trim() || undefined
  const timeout = Math.min(Math.max(1, Math.ceil(endpoint.timeout)), 2 ** 31 - 1)
  const ladder = createReplyLadder()
  let connection: ReturnType<typeof connect> | undefined
  return {
    async complete(request, signal) {
      signal.throwIfAborted()
      connection ??= connect(options, apiKey)
      const connected = await connection
      if (!connected.ok) return fail({ ...connected.error, retryable: false, answered: false })
      const { client, errors, origin } = connected.value
      const place: Place = { origin, model: request.model, apiKey }
      for (;;) {
        const accepted = ladder.accepted(request.model)
        const started = clock.elapsed()
        try {
          const body = createBody(request, accepted)
          const response = await client.chat.completions.create(body, { signal, timeout }).asResponse()
          const reply = readReply(place, request, await response.text(), options.prices)
          return reply.ok ? ok({ ...reply.value, latency: clock.elapsed() - started }) : reply
        } catch (error) {
          signal.throwIfAborted()
          if (!(error instanceof errors.OpenAIError)) throw error
          const refusal = error instanceof errors.APIError ? readRefusal(error, clock) : undefined
          if (refusal === undefined) {
            const late = error instanceof errors.APIConnectionTimeoutError ? timeout : undefined
            return fail(disconnected(place, error, late))
          }
          const form = [400, 422, 500, 501].includes(refusal.status)
          if (!form || !ladder.learn(request, accepted, refusal.error)) return fail(refused(place, refusal))
        }
      }
    },
  }
}

interface Connection {
  readonly client: OpenAI
  /** The SDK's error classes. */
  readonly errors: typeof OpenAI
  readonly origin: string
}

async function connect(
  { endpoint, userAgent = 'signature-tuner', environment = process.env }: OpenAiOptions,
  apiKey: string | undefined,
): Promise<Result<Connection>> {
  const checked = checkEndpoint(endpoint.baseUrl, apiKey)
  if (!checked.ok) return checked
  const url = checked.value
  // Loaded with the first request: hosts that never call a model start sooner.
  const [{ OpenAI }, { createFetch }] = await Promise.all([import('openai'), import('./transport.ts')])
  const fetch = createFetch({ url, apiKey, userAgent, environment })
  if (!fetch.ok) return fetch
  const client = new OpenAI({
    baseURL: endpoint.baseUrl,
    fetch: fetch.value,
    maxRetries: 0,
    // The SDK demands a key; the transport alone knows the real one and writes the header.
    apiKey: 'unused',
    // Whatever is left out here, the SDK would read from OPENAI_* variables; its log would go to stdout.
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    logLevel: 'off',
  })
  return ok({ client, errors: OpenAI, origin: url.origin })
}

function createBody(request: ModelRequest, accepted: Accepted): OpenAI.ChatCompletionCreateParamsNonStreaming {
  const { name, schema } = request.reply
  return {
    ...sentParameters(request, accepted),
    model: request.model,
    messages: [...sentMessages(request, accepted)],
    ...(accepted.form === 'json_schema'
      ? { response_format: { type: 'json_schema', json_schema: { name, schema, strict: true } } }
      : accepted.form === 'json_object'
        ? { response_format: { type: 'json_object' } }
        : {}),
  }
}

function readRefusal(error: APIError, clock: Clock): Refusal | undefined {
  const { status, headers } = error
  if (status === undefined || headers === undefined) return undefined
  const read = readEndpointError(JSON.stringify({ error: error.error }))
  return { status, error: read, retryAfter: readRetryAfter(headers, clock), shouldRetry: headers.get('x-should-retry') }
}

const longestWait = 365 * 24 * 3600 * 1000

/** Milliseconds from `retry-after-ms`, or from `retry-after` in seconds or as a date; at most a year. */
function readRetryAfter(headers: Headers, clock: Clock): number | undefined {
  const exact = headers.get('retry-after-ms')
  const plain = headers.get('retry-after')
  const waits = [
    exact === null ? Number.NaN : Number.parseFloat(exact),
    plain === null || !/^\s*[\d.]/.test(plain) ? Number.NaN : Number.parseFloat(plain) * 1000,
    plain === null ? Number.NaN : Date.parse(plain) - clock.now(),
  ]
  const wait = waits.find(wait => !Number.isNaN(wait))
  return wait === undefined ? undefined : Math.ceil(Math.min(Math.max(wait, 0), longestWait))
}

const tokens = z.int().nonnegative()

const completionSchema = z.object({
  choices: z.tuple(
    [
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({
          // Some servers send the content in parts, with the model's thinking as one of them.
          content: z.union([z.string(), z.array(z.object({ text: z.string().optional() }))]).nullish(),
          refusal: z.string().nullish(),
        }),
      }),
    ],
    z.unknown(),
  ),
  usage: z.object({ prompt_tokens: tokens, completion_tokens: tokens }).nullish().catch(undefined),
})

function readReply(
  place: Place,
  request: ModelRequest,
  body: string,
  prices: PriceTable | undefined,
): Result<Pick<ModelReply, 'value' | 'usage'>, ModelFailure> {
  const invalid = (problem: string, details: { readonly retryable: boolean; readonly usage?: Usage }) =>
    fail(unusable(place, 'reply_invalid', problem, details))
  const json = parseJson(body)
  if (json === undefined) {
    return /^\s*</.test(body)
      ? invalid('answered with a web page; check the base URL, which often ends in /v1.', { retryable: true })
      : invalid('sent a broken reply; try again later.', { retryable: true })
  }
  const completion = completionSchema.safeParse(json)
  if (!completion.success) {
    if (isRecord(json) && isRecord(json.error)) {
      const words = said(readEndpointError(body), place.apiKey)
      return fail(
        unusable(place, 'endpoint_failed', `failed (status 200${words}); try again later.`, { retryable: true }),
      )
    }
    return invalid('sent a reply without choices; check that it speaks Chat Completions.', { retryable: true })
  }
  const [{ message, finish_reason }] = completion.data.choices
  const parts = message.content ?? ''
  const content = typeof parts === 'string' ? parts : parts.map(part => part.text ?? '').join('')
  const counted = completion.data.usage
  const tokens = { input: counted?.prompt_tokens, output: counted?.completion_tokens }
  const usage = usageOf(request, content, tokens, prices)
  if (finish_reason === 'content_filter' || (message.refusal ?? '') !== '') {
    const problem = `refused to answer with "${request.model}"; change the instructions or the example.`
    return fail(unusable(place, 'reply_refused', problem, { retryable: false, usage }))
  }
  if (finish_reason === 'length') {
    // Asking again would cost the same tokens and end at the same place.
    return invalid('cut the reply off at its token limit; raise max_tokens.', { retryable: false, usage })
  }
  return readContent(place, request, content, usage)
}
