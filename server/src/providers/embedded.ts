/** The offline demo model: answers from the request alone, always the same, with no network and no weights. */
import { setImmediate, setTimeout } from 'node:timers/promises'
import { ok } from '../base/result.ts'
import type { LanguageModel, ModelReply, ModelRequest } from '../model/model.ts'
import { charactersPerToken } from '../model/usage.ts'
import { answerJudge } from './embedded/judgeAnswer.ts'
import { reflect } from './embedded/reflect.ts'
import { answerTask } from './embedded/taskAnswer.ts'

export interface EmbeddedOptions {
  /** Milliseconds each reply takes; 0 unless set. */
  readonly latency?: number
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>
}

export function createEmbeddedModel(options: EmbeddedOptions = {}): LanguageModel {
  const { latency = 0, sleep = (ms: number, signal: AbortSignal) => setTimeout(ms, undefined, { signal }) } = options
  return {
    async complete(request, signal) {
      signal.throwIfAborted()
      // Even without latency, other work gets its turn between two replies.
      if (latency > 0) await sleep(latency, signal).catch(rethrow(signal))
      else await setImmediate()
      signal.throwIfAborted()
      return ok(replyTo(request, latency))
    },
  }
}

/** Timers reject with an error of their own; the port promises the signal's reason. */
function rethrow(signal: AbortSignal): (error: unknown) => never {
  return error => {
    signal.throwIfAborted()
    throw error
  }
}

function replyTo(request: ModelRequest, latency: number): ModelReply {
  const value = answer(request)
  const inputTokens = request.messages.reduce((sum, message) => sum + tokensOf(message.content), 0)
  return { value, usage: { inputTokens, outputTokens: tokensOf(JSON.stringify(value)), cost: 0 }, latency }
}

function answer(request: ModelRequest): Record<string, unknown> {
  switch (request.purpose) {
    case 'task':
      return answerTask(request)
    case 'judge':
      return answerJudge(request)
    case 'reflection':
      return reflect(request)
  }
}

/** As many as are reckoned where nobody counts. */
function tokensOf(text: string): number {
  return Math.ceil(text.length / charactersPerToken)
}
