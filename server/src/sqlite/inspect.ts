/** Facts about the store for `doctor`: reads only, and no file longer than can be read in a second or two. */
import { stat } from 'node:fs/promises'
import { z } from 'zod'
import { isClaimable, jobStates, type Owner } from '../jobs/job.ts'
import type { JobStore, StoreFacts } from '../jobs/store.ts'
import type { Database } from './database.ts'
import { isPrivate } from './folder.ts'
import { numberOf } from './numberOf.ts'

export interface InspectOptions {
  readonly now: number
  readonly isDead: (owner: Owner) => boolean
  /** Ended jobs untouched since then count as old. */
  readonly oldBefore: number
  /** Longer files are not checked for damage. */
  readonly mostCheckedBytes?: number
}

/** SQLite checks some hundred megabytes a second, and cannot be stopped on the way. */
const checkedBytes = 512 * 1024 * 1024

const countsSchema = z.array(z.object({ state: z.enum(jobStates), count: z.int() }))

export async function inspectStore(
  database: Database,
  jobs: JobStore,
  { now, isDead, oldBefore, mostCheckedBytes = checkedBytes }: InspectOptions,
): Promise<StoreFacts> {
  const { path } = database
  const [bytes, logBytes] = await Promise.all([sizeOf(path), sizeOf(`${path}-wal`)])
  const rows = countsSchema.parse(database.prepare('SELECT state, count(*) AS count FROM job GROUP BY state').all())
  const count = (state: (typeof jobStates)[number]) => rows.find(row => row.state === state)?.count ?? 0
  const unfinished = jobs.list({ states: ['queued', 'running'] })
  const resumable = unfinished.filter(job => isClaimable(job, now, isDead))
  const old = numberOf(
    database,
    `SELECT count(*) FROM job
      WHERE created_at < @before AND state IN ('completed', 'failed', 'cancelled') AND updated_at < @before`,
    { before: oldBefore },
  )
  return {
    path,
    bytes,
    logBytes,
    schema: numberOf(database, 'PRAGMA user_version'),
    sqlite: z.object({ version: z.string() }).parse(database.prepare('SELECT sqlite_version() AS version').get())
      .version,
    jobs: Object.fromEntries(jobStates.map(state => [state, count(state)])) as StoreFacts['jobs'],
    resumable: resumable.length,
    ...(resumable[0] && { newestResumable: resumable[0].id }),
    old,
    ...(bytes + logBytes <= mostCheckedBytes && { damage: damageIn(database) }),
    private: await isPrivate(path),
  }
}

/** Empty when there is none. */
function damageIn(database: Database): string {
  const [verdict] = Object.values(Object(database.prepare('PRAGMA quick_check(1)').get()))
  return verdict === 'ok' ? '' : String(verdict)
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    found => found.size,
    () => 0,
  )
}
