/** Idempotency-Key: a request sent again with its key gets the first reply and is not carried out again. */
import { z } from 'zod'
import type { JobService } from '../app/ports.ts'
import { failure } from '../base/errors.ts'
import { parseJson } from '../base/json.ts'
import { fail, ok, type Result } from '../base/result.ts'

const replySchema = z.object({ status: z.int(), type: z.string(), location: z.string().optional(), body: z.string() })
export type Reply = z.infer<typeof replySchema>

export interface Replies {
  /**
   * The reply kept under the key, or that of the same request under way, else what `make` gives. A key that came with
   * another request is a failure. Replies that tell of trouble of the server (5xx) are not kept.
   */
  once(key: string, fingerprint: string, make: () => Promise<Reply>): Promise<Result<Reply>>
}

/** Keys remembered in memory as well, because a workspace without jobs has no store to keep replies in. */
const mostKeys = 1000

export function createReplies(service: JobService): Replies {
  const known = new Map<string, { readonly fingerprint: string; readonly reply: Promise<Reply> }>()

  async function findOrMake(key: string, fingerprint: string, make: () => Promise<Reply>): Promise<Reply> {
    const recalled = await service.recall(key)
    // A store that cannot be read stops what needs it; nothing was carried out yet.
    if (recalled.ok && recalled.value !== undefined) {
      const kept = replySchema.safeParse(parseJson(recalled.value.reply))
      if (kept.success) return recalled.value.fingerprint === fingerprint ? kept.data : Promise.reject(otherRequest)
    }
    const reply = await make()
    if (reply.status < 500) await service.keep(key, { fingerprint, reply: JSON.stringify(reply) })
    return reply
  }

  return {
    async once(key, fingerprint, make) {
      const entry = known.get(key) ?? { fingerprint, reply: findOrMake(key, fingerprint, make) }
      if (entry.fingerprint !== fingerprint) return fail(conflict(key))
      known.set(key, entry)
      const forget = () => {
        if (known.get(key) === entry) known.delete(key)
      }
      const [oldest] = known.keys()
      if (known.size > mostKeys && oldest !== undefined) known.delete(oldest)
      try {
        const reply = await entry.reply
        if (reply.status >= 500) forget()
        return ok(reply)
      } catch (error) {
        forget()
        if (error === otherRequest) return fail(conflict(key))
        throw error
      }
    },
  }
}

/** What a key may be: RFC 9110 visible characters, as many as a client needs. */
export function isIdempotencyKey(key: string): boolean {
  return /^[\x20-\x7e]{1,255}$/.test(key)
}

const otherRequest = new Error('the key came with another request')

function conflict(key: string) {
  return failure('idempotency_conflict', `The Idempotency-Key '${key}' came with another request: use a new one.`)
}
