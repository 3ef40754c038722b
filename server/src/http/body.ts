/** Reads the body of a request, bounded. */
import type { IncomingMessage } from 'node:http'
import { failure } from '../base/errors.ts'
import { fail, ok, type Result } from '../base/result.ts'

/** UTF-8 text of at most `most` bytes; stops reading as soon as it is known to be longer. */
export async function readBody(request: IncomingMessage, most: number): Promise<Result<string>> {
  const tooLarge = fail(failure('body_too_large', `The body exceeds ${most} bytes.`))
  if (Number(request.headers['content-length'] ?? 0) > most) return tooLarge
  const chunks: Buffer[] = []
  let size = 0
  try {
    // The reply still has to go out on the same socket.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      chunks.push(chunk)
      size += chunk.length
      if (size > most) return tooLarge
    }
    return ok(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)))
  } catch (error) {
    // Nobody reads the second: the client went away or was too slow.
    const what = error instanceof TypeError ? 'The body is not UTF-8.' : 'The body did not arrive.'
    return fail(failure('usage', what))
  }
}
