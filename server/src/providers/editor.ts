/** A language model of the editor: asked through the editor's own process, which alone may reach it. */
import { untilAborted } from '../base/cancellation.ts'
import type { Clock } from '../base/clock.ts'
import { type ErrorCode, failure } from '../base/errors.ts'
import { fail, ok } from '../base/result.ts'
import {
  type CompleteInEditor,
  type EditorError,
  type EditorRequest,
  editorNameOf,
  editorNeeded,
} from '../model/editorModel.ts'
import type { LanguageModel, ModelFailure, ModelRequest } from '../model/model.ts'
import { said } from './endpointError.ts'
import { disconnected, type Place } from './openaiFailure.ts'
import { readContent, usageOf } from './replyContent.ts'
import { sentMessages } from './replyLadder.ts'

export interface EditorModelOptions {
  /** Absent where there is no editor, or one that cannot be asked. */
  readonly complete: CompleteInEditor | undefined
  readonly clock: Clock
  /** Milliseconds for one request. */
  readonly timeout: number
}

export function createEditorModel({ complete, clock, timeout }: EditorModelOptions): LanguageModel {
  return {
    async complete(request, signal) {
      signal.throwIfAborted()
      if (complete === undefined) return fail({ ...editorNeeded(request.model), retryable: false, answered: false })
      const place: Place = { origin: 'VS Code', model: request.model, apiKey: undefined }
      const started = clock.elapsed()
      const ended = new AbortController()
      const stop = () => ended.abort(signal.reason)
      signal.addEventListener('abort', stop, { once: true })
      let late = false
      const timer = setTimeout(
        () => {
          late = true
          ended.abort(new Error('too late'))
        },
        Math.min(timeout, 2 ** 31 - 1),
      )
      try {
        const answer = await untilAborted(complete(editorRequest(request), ended.signal), ended.signal)
        if ('code' in answer) return fail(refused(request.model, answer))
        const counted = { input: answer.inputTokens, output: answer.outputTokens }
        const read = readContent(place, request, answer.text, usageOf(request, answer.text, counted, undefined))
        return read.ok ? ok({ ...read.value, latency: clock.elapsed() - started }) : read
      } catch (error) {
        signal.throwIfAborted()
        if (late) return fail(disconnected(place, undefined, timeout))
        // The pipe to the editor broke, or its side has a bug: both may be over at the next try.
        const message = error instanceof Error ? error.message : String(error)
        return fail(refused(request.model, { code: 'failed', message }))
      } finally {
        clearTimeout(timer)
        signal.removeEventListener('abort', stop)
      }
    },
  }
}

/** The schema is stated in words, since editors enforce none; of the parameters only the limit has a place here. */
function editorRequest(request: ModelRequest): EditorRequest {
  const { max_completion_tokens: newer, max_tokens: older } = request.parameters
  const limit = newer ?? older
  return {
    model: editorNameOf(request.model),
    messages: sentMessages(request, { form: 'text', dropped: new Set() }),
    ...(typeof limit === 'number' && { maxOutputTokens: limit }),
    jsonSchema: request.reply,
  }
}

/** What the editor's codes mean here: whether another try helps, and the way out. */
function refused(model: string, { code, message, retryAfter }: EditorError): ModelFailure {
  const words = said({ message, code: '', param: '' }, undefined)
  const build = (known: ErrorCode, sentence: string, retryable: boolean): ModelFailure => ({
    ...failure(known, sentence),
    retryable,
    answered: true,
    ...(retryAfter !== undefined && { retryAfter }),
  })
  switch (code) {
    case 'no_permission':
      return build(
        'key_rejected',
        `VS Code does not let Signature Tuner use ${model}${words}; allow it when VS Code asks, or choose another model.`,
        false,
      )
    case 'not_found':
      return build(
        'model_unknown',
        `VS Code has no model ${model}${words}; sign in to its provider or choose another.`,
        false,
      )
    case 'blocked':
      return build(
        'rate_limited',
        `VS Code blocks requests to ${model}${words}; look at the quota of your plan, or choose another model.`,
        false,
      )
    case 'rate_limited':
      return build(
        'rate_limited',
        `VS Code limits the rate of requests to ${model}${words}; try later or lower concurrency.`,
        true,
      )
    case 'refused':
      return build(
        'reply_refused',
        `VS Code refused the request to ${model}${words}; change what the examples ask.`,
        false,
      )
    case 'failed':
      return build('endpoint_failed', `VS Code could not ask ${model}${words}; try again later.`, true)
  }
}
