/** The port to a language model: what is asked, what comes back, what may go wrong. */
import type { Failure } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import type { Result } from '../base/result.ts'

export interface Message {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string
}

/** JSON Schema of the reply, in the strict subset that structured outputs accept. */
export interface ReplySchema {
  /** `[A-Za-z0-9_-]{1,64}` */
  readonly name: string
  readonly schema: { readonly [key: string]: Json }
}

export interface ModelRequest {
  readonly purpose: 'task' | 'reflection' | 'judge'
  readonly model: string
  readonly messages: readonly Message[]
  readonly reply: ReplySchema
  /** Extra parameters of the wire format that settings name, such as `temperature`. */
  readonly parameters: { readonly [name: string]: Json }
  /** 0 for the first time this exact question is asked, 1 for a second independent answer, and so on. */
  readonly repeat: number
}

export interface Usage {
  readonly inputTokens: number
  readonly outputTokens: number
  /** US dollars; `undefined` when the model's price is unknown. */
  readonly cost: number | undefined
}

export interface ModelReply {
  /** The reply as a JSON object that conforms to the request's schema. */
  readonly value: Readonly<Record<string, unknown>>
  readonly usage: Usage
  /** Milliseconds from the request to the whole reply. */
  readonly latency: number
}

export interface ModelFailure extends Failure {
  /** Worth another try: 408, 409, 429, 5xx, a reset, a time-out, a broken reply. */
  readonly retryable: boolean
  /** Milliseconds the endpoint asked to wait (`Retry-After`), of any length. */
  readonly retryAfter?: number
  /** The endpoint answered, if only with an error. */
  readonly answered: boolean
  /** Tokens that a reply cost although it was of no use. */
  readonly usage?: Usage
}

export interface LanguageModel {
  /** One request, no retries. Aborting `signal` cancels the request in flight and rejects with its reason. */
  complete(request: ModelRequest, signal: AbortSignal): Promise<Result<ModelReply, ModelFailure>>
}

/** How to reach a model. The key is bound to this origin and never stored. */
export interface Endpoint {
  /** `embedded` is the offline demo model; else the URL that Chat Completions' path is appended to. */
  readonly baseUrl: string
  readonly apiKey: string | undefined
  /** Milliseconds for one request; 60 000 unless set. */
  readonly timeout: number
}

/** Scheme, host and port of the endpoint, or `embedded`: all that is ever stored of it. */
export function originOf(baseUrl: string): string {
  return baseUrl === embeddedModel ? embeddedModel : new URL(baseUrl).origin
}

/** Name of the offline demo model, and of its endpoint. */
export const embeddedModel = 'embedded'
