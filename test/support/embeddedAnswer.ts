/** Lets a model server answer as the embedded demo model would. */
import { isRecord } from '../../server/src/base/json.ts'
import type { ModelRequest, ReplySchema } from '../../server/src/model/model.ts'
import { createEmbeddedModel } from '../../server/src/providers/embedded.ts'
import type { ChatRequest } from './modelServer.ts'

const embedded = createEmbeddedModel()

/** For `startModelServer({ answer: embeddedAnswer })`; the request must carry its JSON Schema. */
export async function embeddedAnswer({ model, messages, body, repeat }: ChatRequest): Promise<object> {
  return embeddedReply(model, messages, replyOf(body), repeat)
}

/** The demo's reply object. */
export async function embeddedReply(
  model: string,
  messages: ModelRequest['messages'],
  reply: ReplySchema,
  repeat: number,
): Promise<object> {
  const request = { purpose: purposeOf(reply.name), model, messages, reply, parameters: {}, repeat }
  const result = await embedded.complete(request, new AbortController().signal)
  return result.ok ? result.value.value : {}
}

function replyOf(body: ChatRequest['body']): ReplySchema {
  const format = isRecord(body.response_format) ? body.response_format.json_schema : undefined
  if (!isRecord(format) || typeof format.name !== 'string' || !isRecord(format.schema)) {
    throw new Error('the request carries no JSON Schema')
  }
  // Came as JSON, so it is JSON.
  return { name: format.name, schema: format.schema as ReplySchema['schema'] }
}

/** The wire does not say what a call is for, but the name of its reply does. */
function purposeOf(name: string): ModelRequest['purpose'] {
  if (name === 'tune_signature') return 'reflection'
  return name === 'judge_answer' ? 'judge' : 'task'
}
