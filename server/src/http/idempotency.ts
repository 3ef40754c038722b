/** Idempotency-Key: a request sent again with its key gets the first reply and is not carried out again. */
import { z } from 'zod'
import type { JobService } from '../app/ports.ts'
import { type Failure, failure } from '../base/errors.ts'
import { parseJson } from '../base/json.ts'
import { fail, ok, type Result } from '../base/result.ts'
import { requestMilliseconds } from '../jobs/store.ts'

const replySchema = z.object({ status: z.int(), type: z.string(), location: z.string().optional(), body: z.string() })
export type Reply = z.infer<typeof replySchema>

export interface Replies {
  /**
   * The reply kept under the key, or that of the same request under way, else what `make` gives, which is kept for a
   * day. A key that came with another request is a failure. What tells of trouble of the server (5xx) is not kept.
   */
  once(key: string, fingerprint: string, make: () => Promise<Reply>): Promise<Result<Reply>>
}

interface Entry {
  readonly fingerprint: string
  readonly reply: Promise<Result<Reply>>
  readonly at: number
}

/** Keys in memory: those under way, and those of a workspace without jobs, which has no store to keep replies in. */
const mostKeys = 1000
/** UTF-16 code units. Longer replies are reports, and asking for one again changes nothing. */
const longestKept = 256 * 1024

export function createReplies({
  service,
  now,
}: {
  readonly service: Pick<JobService, 'recall' | 'keep'>
  readonly now: () => number
}): Replies {
  const known = new Map<string, Entry>()

  async function findOrMake(key: string, fingerprint: string, make: () => Promise<Reply>): Promise<Result<Reply>> {
    const recalled = await service.recall(key)
    // Better not carried out than carried out twice.
    if (!recalled.ok) return recalled
    if (recalled.value !== undefined) {
      if (recalled.value.fingerprint !== fingerprint) return fail(conflict(key))
      const kept = replySchema.safeParse(parseJson(recalled.value.reply))
      if (kept.success) return ok(kept.data)
    }
    return ok(await make())
  }

  function remember(key: string, entry: Entry): void {
    known.set(key, entry)
    const [oldest] = known.keys()
    if (known.size > mostKeys && oldest !== undefined) known.delete(oldest)
  }

  function recallHere(key: string): Entry | undefined {
    const entry = known.get(key)
    return entry === undefined || entry.at <= now() - requestMilliseconds ? undefined : entry
  }

  return {
    async once(key, fingerprint, make) {
      const here = recallHere(key)
      if (here !== undefined) return here.fingerprint === fingerprint ? here.reply : fail(conflict(key))
      const entry = { fingerprint, reply: findOrMake(key, fingerprint, make), at: now() }
      remember(key, entry)
      const forget = () => {
        if (known.get(key) === entry) known.delete(key)
      }
      try {
        const reply = await entry.reply
        if (!reply.ok || reply.value.status >= 500 || reply.value.body.length > longestKept) forget()
        else {
          const kept = await service.keep(key, { fingerprint, reply: JSON.stringify(reply.value) })
          if (kept.ok && kept.value) forget()
        }
        return reply
      } catch (error) {
        forget()
        throw error
      }
    },
  }
}

/** What a key may be: RFC 9110 visible characters, as many as a client needs. */
export function isIdempotencyKey(key: string): boolean {
  return /^[\x20-\x7e]{1,255}$/.test(key)
}

function conflict(key: string): Failure {
  return failure('idempotency_conflict', `The Idempotency-Key '${key}' came with another request: use a new one.`)
}
