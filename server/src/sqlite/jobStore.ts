/** Jobs in SQLite: every change names the state and attempt it expects. */
import { parseJson } from '../base/json.ts'
import {
  type Fence,
  isClaimable,
  type Job,
  type JobProgress,
  jobSchema,
  leaseMilliseconds,
  type NewJob,
} from '../jobs/job.ts'
import type { JobFilter, JobStore } from '../jobs/store.ts'
import type { Database, Statement } from './database.ts'

const columnsWith = (result: string) => `
  id, kind, state, skill_path AS skillPath, skill_id AS skillId, digest, attempt, owner,
  lease_until AS leaseUntil, cancel_requested AS cancelRequested,
  created_at AS createdAt, job.updated_at AS updatedAt, finished_at AS finishedAt,
  progress, ${result} AS result, error, applied_version AS appliedVersion, discarded_at AS discardedAt`
const source = 'job LEFT JOIN job_progress ON job_id = id'

// The attempt fences a rescued job: a worker that lost its lease changes no row.
const held = `id = @id AND state = 'running' AND attempt = @attempt`
const unowned = 'owner = NULL, lease_until = NULL'

export function createSqliteJobStore(database: Database): JobStore {
  const one = database.prepare(`SELECT ${columnsWith('result')} FROM ${source} WHERE id = @id`)
  const many = createListing(database)
  const snapshotOf = database.prepare('SELECT snapshot FROM job_snapshot WHERE job_id = @id')
  const enqueue = database.prepare(`
    INSERT INTO job (id, kind, state, skill_path, skill_id, digest, created_at, updated_at)
    VALUES (@id, @kind, 'queued', @skillPath, @skillId, @digest, @now, @now)`)
  const addSnapshot = database.prepare('INSERT INTO job_snapshot (job_id, snapshot) VALUES (@id, @snapshot)')
  const claim = database.prepare(`
    UPDATE job SET state = 'running', attempt = attempt + 1, owner = @owner, lease_until = @leaseUntil,
      cancel_requested = 0, updated_at = @now
    WHERE id = @id AND state = @state AND attempt = @attempt AND lease_until IS @seenLeaseUntil`)
  const renew = database.prepare(`UPDATE job SET lease_until = @leaseUntil, updated_at = @now WHERE ${held}`)
  const touch = database.prepare(`UPDATE job SET updated_at = @now WHERE ${held}`)
  const progress = database.prepare(`
    INSERT INTO job_progress (job_id, progress, updated_at) VALUES (@id, @progress, @now)
    ON CONFLICT (job_id) DO UPDATE SET progress = excluded.progress, updated_at = excluded.updated_at`)
  const complete = database.prepare(`
    UPDATE job SET state = 'completed', ${unowned}, result = @result, finished_at = @now, updated_at = @now
    WHERE ${held}`)
  const failed = database.prepare(`
    UPDATE job SET state = 'failed', ${unowned}, error = @error, finished_at = @now, updated_at = @now
    WHERE ${held}`)
  const cancelled = database.prepare(`
    UPDATE job SET state = 'cancelled', ${unowned}, finished_at = @now, updated_at = @now WHERE ${held}`)
  const release = database.prepare(`
    UPDATE job SET state = 'queued', ${unowned}, updated_at = @now WHERE ${held}`)
  const cancelQueued = database.prepare(`
    UPDATE job SET state = 'cancelled', finished_at = @now, updated_at = @now
    WHERE id = @id AND state = 'queued'`)
  const askToStop = database.prepare(`
    UPDATE job SET cancel_requested = 1, updated_at = @now WHERE id = @id AND state = 'running'`)
  const requeue = database.prepare(`
    UPDATE job SET state = 'queued', error = NULL, finished_at = NULL, cancel_requested = 0, updated_at = @now
    WHERE id = @id AND state IN ('failed', 'cancelled')`)
  const forgive = database.prepare(`
    UPDATE call SET state = 'asked', error = NULL, not_before = @now, updated_at = @now
    WHERE job_id = @id AND state = 'failed' AND EXISTS (SELECT 1 FROM job WHERE id = @id AND state = 'failed')`)
  const replaceSnapshot = database.prepare(`
    UPDATE job_snapshot SET snapshot = @snapshot
    WHERE job_id = @id AND EXISTS (SELECT 1 FROM job WHERE id = @id AND digest = @digest AND state <> 'completed')`)
  const touchJob = database.prepare('UPDATE job SET updated_at = @now WHERE id = @id')
  const markApplied = database.prepare(`
    UPDATE job SET applied_version = @version, discarded_at = NULL, updated_at = @now
    WHERE id = @id AND state = 'completed'`)
  const discard = database.prepare(`
    UPDATE job SET discarded_at = coalesce(discarded_at, @now), updated_at = @now
    WHERE id = @id AND kind = 'tune' AND state = 'completed' AND applied_version IS NULL`)
  const isOld = `state IN ('completed', 'failed', 'cancelled') AND updated_at < @before`
  // No job is touched before it is created: so found by index, without reading the younger ones.
  const prune = database.prepare(`
    DELETE FROM job WHERE rowid IN (SELECT rowid FROM job WHERE created_at < @before AND ${isOld} LIMIT @limit)`)
  const pruneOne = database.prepare(`DELETE FROM job WHERE id = @id AND ${isOld}`)

  const get = (id: string) => toJob(one.get({ id }))
  const write = (statement: { run(parameters: Parameters): number }, parameters: Parameters) =>
    database.write(() => statement.run(parameters) > 0)

  return {
    atomically: work => database.write(work),
    enqueue: ({ id, kind, skillPath, skillId, digest, snapshot }: NewJob, now) =>
      database.write(() => {
        enqueue.run({ id, kind, skillPath, skillId, digest, now })
        addSnapshot.run({ id, snapshot })
        const job = get(id)
        if (job === undefined) throw new Error(`job ${id} cannot be read back`)
        return job
      }),
    claim(id, owner, now, isDead) {
      const leaseUntil = now + leaseMilliseconds
      for (;;) {
        // Looked at and judged before the write, which nobody waits for then; it changes only what was seen.
        const job = get(id)
        if (job === undefined || !isClaimable(job, now, isDead)) return undefined
        const { state, attempt, leaseUntil: seenLeaseUntil = null } = job
        const seen = { id, state, attempt, seenLeaseUntil }
        if (write(claim, { ...seen, owner: JSON.stringify(owner), leaseUntil, now })) {
          const changes = { state: 'running', attempt: attempt + 1, cancelRequested: false, updatedAt: now } as const
          return { ...job, ...changes, owner, leaseUntil }
        }
      }
    },
    renew: (fence, now) =>
      database.write(() => {
        const isHeld = renew.run({ ...fenced(fence), leaseUntil: now + leaseMilliseconds, now }) > 0
        return { held: isHeld, cancelRequested: isHeld && get(fence.id)?.cancelRequested === true }
      }),
    progress: (fence, reported: JobProgress, now) =>
      database.write(() => {
        if (touch.run({ ...fenced(fence), now }) === 0) return false
        progress.run({ id: fence.id, progress: JSON.stringify(reported), now })
        return true
      }),
    complete: (fence, result, now) =>
      write(complete, { ...fenced(fence), result: JSON.stringify(result ?? null), now }),
    fail: (fence, error, now) => write(failed, { ...fenced(fence), error: JSON.stringify(error), now }),
    release: (fence, now) => write(release, { ...fenced(fence), now }),
    cancelled: (fence, now) => write(cancelled, { ...fenced(fence), now }),
    requestCancel: (id, now) =>
      database.write(() => {
        if (cancelQueued.run({ id, now }) === 0) askToStop.run({ id, now })
        return get(id)
      }),
    requeue: (id, now) =>
      database.write(() => {
        forgive.run({ id, now })
        return requeue.run({ id, now }) > 0 ? get(id) : undefined
      }),
    replaceSnapshot: (id, digest, snapshot, now) =>
      database.write(() => replaceSnapshot.run({ id, digest, snapshot }) > 0 && touchJob.run({ id, now }) > 0),
    markApplied: (id, version, now) => write(markApplied, { id, version, now }),
    discard: (id, now) => write(discard, { id, now }),
    get,
    snapshot(id) {
      const row = snapshotOf.get({ id })
      return typeof row === 'object' && row !== null && 'snapshot' in row ? String(row.snapshot) : undefined
    },
    list: filter => many(filter).flatMap(row => toJob(row) ?? []),
    prune: (before, limit) => database.write(() => prune.run({ before, limit })),
    pruneOne: (before, id) => write(pruneOne, { before, id }),
  }
}

/** A statement for each set of conditions, so that each finds its rows by the index that suits it. */
function createListing(database: Database): (filter: JobFilter) => readonly unknown[] {
  const statements = new Map<string, Statement>()
  return ({ skillPath, kind, states, limit, omit = [] }) => {
    const parameters: Record<string, string | number> = { limit: limit ?? -1 }
    const conditions: string[] = []
    const where = (condition: string, name: string, value: string | undefined) => {
      if (value === undefined) return
      conditions.push(condition)
      parameters[name] = value
    }
    where('skill_path = @skillPath', 'skillPath', skillPath)
    where('kind = @kind', 'kind', kind)
    const [only] = states ?? []
    if (states?.length === 1) where('state = @state', 'state', only)
    else where('state IN (SELECT value FROM json_each(@states))', 'states', states && JSON.stringify(states))
    for (const [n, name] of omit.entries()) parameters[`omit${n}`] = `$.${name}`
    const omitted = omit.map((_, n) => `@omit${n}`).join(', ')
    // What is no JSON, because others wrote it, is as good as not there.
    const result = omitted === '' ? 'result' : `iif(json_valid(result), json_remove(result, ${omitted}), NULL)`
    const sql = `
      SELECT ${columnsWith(result)} FROM ${source}
      ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`}
      ORDER BY created_at DESC, job.rowid DESC LIMIT @limit`
    const statement = statements.get(sql) ?? database.prepare(sql)
    statements.set(sql, statement)
    return statement.all(parameters)
  }
}

type Parameters = Readonly<Record<string, string | number | null>>

const fenced = ({ id, attempt }: Fence) => ({ id, attempt })

const jsonColumns: ReadonlySet<string> = new Set(['owner', 'progress', 'result', 'error'])

/** `undefined` for a row that no Signature Tuner wrote, which is then as good as not there. */
function toJob(row: unknown): Job | undefined {
  if (row === undefined) return undefined
  const members = Object.entries(Object(row))
    .filter(([, value]) => value !== null)
    .map(([name, value]) => {
      if (name === 'cancelRequested') return [name, value === 1]
      return [name, jsonColumns.has(name) ? parseJson(String(value)) : value]
    })
  return jobSchema.safeParse(Object.fromEntries(members)).data
}
