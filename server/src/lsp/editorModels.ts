/** Models of the editor, asked through the client by a request of ours. */
import { CancellationTokenSource, type Connection, ErrorCodes, ResponseError } from 'vscode-languageserver'
import { z } from 'zod'
import { untilAborted } from '../base/cancellation.ts'
import type { HostOptions } from '../compose.ts'
import {
  type CompleteChatError,
  type CompleteChatReply,
  completeChatErrorCodes,
  completeChatMethod,
} from '../protocol/client.ts'

const tokensSchema = z.int().nonnegative().optional().catch(undefined)
const longestWait = 365 * 24 * 3600 * 1000

const answerSchema = z.union([
  z.object({ text: z.string(), inputTokens: tokensSchema, outputTokens: tokensSchema }),
  z.object({
    // A code of a newer client is one of the others.
    code: z.enum(completeChatErrorCodes).catch('failed'),
    message: z.string().catch(''),
    retryAfter: z
      .number()
      .nonnegative()
      .transform(wait => Math.min(wait, longestWait))
      .optional()
      .catch(undefined),
  }),
])

export function createEditorModels(connection: Connection): NonNullable<HostOptions['completeInEditor']> {
  return async (request, signal) => {
    const source = new CancellationTokenSource()
    const cancel = () => source.cancel()
    signal.addEventListener('abort', cancel, { once: true })
    try {
      const answer = connection.sendRequest<unknown>(completeChatMethod, request, source.token)
      // A client that takes its time to cancel keeps nobody waiting.
      return readAnswer(await untilAborted(answer, signal))
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof ResponseError) return readError(error)
      throw error
    } finally {
      signal.removeEventListener('abort', cancel)
      source.dispose()
    }
  }
}

function readAnswer(answer: unknown): CompleteChatReply | CompleteChatError {
  const read = answerSchema.safeParse(answer)
  return read.success ? read.data : { code: 'failed', message: 'the client sent neither a reply nor an error' }
}

/** Clients may as well answer with an error of the protocol, with ours in its data. */
function readError({ code, message, data }: ResponseError<unknown>): CompleteChatError {
  if (code === ErrorCodes.MethodNotFound) return { code: 'not_found', message: 'the client answers for no models' }
  return { code: 'failed', message, ...answerSchema.safeParse({ message, ...Object(data) }).data }
}
