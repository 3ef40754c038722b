/** An editor's models, as an extension of VS Code would answer for them: the embedded demo in plain text. */
import type { ReplySchema } from '../../server/src/model/model.ts'
import type { CompleteChatParams, CompleteChatReply } from '../../server/src/protocol/client.ts'
import { embeddedReply } from './embeddedAnswer.ts'

/** Answers in prose around a fence, as chat models do; equal questions are taken for repeats in the order they come. */
export function createEditorChat() {
  const requests: CompleteChatParams[] = []
  const times = new Map<string, number>()
  return {
    /** Every request so far. */
    requests,
    async answer(request: CompleteChatParams): Promise<CompleteChatReply> {
      const same = JSON.stringify(request)
      const repeat = times.get(same) ?? 0
      times.set(same, repeat + 1)
      requests.push(request)
      if (request.jsonSchema === undefined) throw new Error('the request carries no JSON Schema')
      const reply = await embeddedReply(request.model, request.messages, request.jsonSchema as ReplySchema, repeat)
      return { text: `Sure!\n\`\`\`json\n${JSON.stringify(reply)}\n\`\`\``, inputTokens: 100, outputTokens: 10 }
    },
  }
}
