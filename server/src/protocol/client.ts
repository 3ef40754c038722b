/** What the language server and our own client say to each other beyond LSP: method names and wire types. */

// Models of the editor. A client that answers says so by `editorModels: true` in its initialisation options, or
// among its experimental capabilities.

/** Request of the server: `CompleteChatParams` to `CompleteChatReply` or `CompleteChatError`; it may be cancelled. */
export const completeChatMethod = 'signatureTuner/completeChat'

export interface CompleteChatParams {
  /** Vendor and id, such as `copilot/gpt-4o`. */
  readonly model: string
  readonly messages: readonly ChatMessage[]
  readonly maxOutputTokens?: number
  /** The messages ask for a JSON object of this schema in words already; for models that can enforce it. */
  readonly jsonSchema?: { readonly name: string; readonly schema: object }
}

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string
}

export interface CompleteChatReply {
  /** The whole reply. */
  readonly text: string
  readonly inputTokens?: number | undefined
  readonly outputTokens?: number | undefined
}

export interface CompleteChatError {
  readonly code: CompleteChatErrorCode
  /** In the editor's words. */
  readonly message: string
  /** Milliseconds to wait before another try. */
  readonly retryAfter?: number | undefined
}

export const completeChatErrorCodes = [
  /** The person has not allowed this extension to use the model. */
  'no_permission',
  /** The editor refuses all requests for now, such as for a quota that is used up. */
  'blocked',
  'not_found',
  /** Worth another try after a while. */
  'rate_limited',
  /** This request's content was refused, such as by a filter. */
  'refused',
  /** Anything else; worth another try. */
  'failed',
] as const

export type CompleteChatErrorCode = (typeof completeChatErrorCodes)[number]
