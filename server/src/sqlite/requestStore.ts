/** Replies to keyed requests in SQLite, kept for a day. */
import { z } from 'zod'
import { type RequestStore, requestMilliseconds } from '../jobs/store.ts'
import type { Database } from './database.ts'

const rowSchema = z.object({ fingerprint: z.string(), reply: z.string() })

export function createSqliteRequestStore(database: Database): RequestStore {
  const find = database.prepare('SELECT fingerprint, reply FROM request WHERE key = @key AND created_at > @since')
  const forget = database.prepare('DELETE FROM request WHERE created_at <= @since')
  const keep = database.prepare(`
    INSERT INTO request (key, fingerprint, reply, created_at) VALUES (@key, @fingerprint, @reply, @now)
    ON CONFLICT (key) DO NOTHING`)

  return {
    find: (key, now) => rowSchema.safeParse(find.get({ key, since: now - requestMilliseconds })).data,
    keep: (key, { fingerprint, reply }, now) =>
      database.write(() => {
        forget.run({ since: now - requestMilliseconds })
        keep.run({ key, fingerprint, reply, now })
      }),
  }
}
