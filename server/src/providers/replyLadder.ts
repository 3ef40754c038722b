/** How a JSON reply is asked for: the strongest form that an endpoint accepts, learned from what it rejects. */
import { canonicalJson, type Json } from '../base/json.ts'
import type { Message, ModelRequest } from '../model/model.ts'
import type { EndpointError } from './endpointError.ts'

/** From strongest to weakest. */
const forms = ['json_schema', 'json_object', 'text'] as const
type ReplyForm = (typeof forms)[number]

/** What is known of a model at this endpoint. */
export interface Accepted {
  readonly form: ReplyForm
  /** Parameters it rejected. */
  readonly dropped: ReadonlySet<string>
}

export interface ReplyLadder {
  accepted(model: string): Accepted
  /** Takes a rejection of a request that was sent as `sent`; true when there is another way to ask. */
  learn(request: ModelRequest, sent: Accepted, error: EndpointError): boolean
}

/**
 * Only rejections are learned from, never bad replies: what a model is sent must depend on the endpoint alone, not
 * on chance, or two runs of a job would differ.
 */
export function createReplyLadder(): ReplyLadder {
  const known = new Map<string, Accepted>()
  const accepted = (model: string) => known.get(model) ?? { form: 'json_schema', dropped: new Set() }
  return {
    accepted,
    learn(request, sent, error) {
      const now = accepted(request.model)
      const parameters = Object.keys(request.parameters).filter(name => !sent.dropped.has(name))
      const named = parameters.filter(name => name === error.param)
      if (named.length === 0 && sent.form !== 'text' && formatNames.test(`${error.param} ${error.message}`)) {
        // Another request may have learned more meanwhile: never climb back.
        const next = Math.max(forms.indexOf(sent.form) + 1, forms.indexOf(now.form))
        known.set(request.model, { ...now, form: forms[next] ?? 'text' })
        return true
      }
      if (named.length === 0) named.push(...parameters.filter(name => namesWord(error.message, name)))
      if (named.length === 0) return false
      known.set(request.model, { ...now, dropped: new Set([...now.dropped, ...named]) })
      return true
    },
  }
}

const formatNames = /response_format|json_schema|json_object|json mode|structured output|guided|grammar|schema/i

function namesWord(text: string, name: string): boolean {
  return text.split(/[^A-Za-z0-9_]+/).includes(name)
}

/** Parameters that would change how the reply is read. */
const reserved = new Set(['model', 'messages', 'response_format', 'stream', 'stream_options', 'n'])

/** The body's part besides the messages and the form. */
export function sentParameters(request: ModelRequest, { dropped }: Accepted): { readonly [name: string]: Json } {
  const entries = Object.entries(request.parameters)
  return Object.fromEntries(entries.filter(([name]) => !reserved.has(name) && !dropped.has(name)))
}

/** Weaker forms say the schema in words, in the system message, since the endpoint does not enforce it. */
export function sentMessages({ messages, reply }: ModelRequest, { form }: Accepted): readonly Message[] {
  if (form === 'json_schema') return messages
  const note = `Reply with one JSON object and nothing else. It conforms to this JSON Schema: ${canonicalJson(reply.schema)}`
  const [first, ...rest] = messages
  if (first?.role !== 'system') return [{ role: 'system', content: note }, ...messages]
  return [{ ...first, content: `${first.content}\n\n${note}` }, ...rest]
}
