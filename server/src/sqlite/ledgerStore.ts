/** The ledger in SQLite: one row per call of a job, written only by the attempt that holds the job. */
import { z } from 'zod'
import { timeSchema } from '../jobs/job.ts'
import type { CallRecord, LedgerStore } from '../jobs/store.ts'
import type { Database } from './database.ts'

const rowSchema = z.object({
  state: z.enum(['asked', 'answered', 'failed', 'decided']),
  asks: z.int(),
  notBefore: timeSchema.nullable(),
  reply: z.string().nullable(),
  error: z.string().nullable(),
})

const totalsSchema = z.object({
  calls: z.int(),
  answered: z.int(),
  failed: z.int(),
  requests: z.int(),
  repeated: z.int(),
})

const answersSchema = z.array(z.object({ key: z.string(), purpose: z.string(), reply: z.string() }))

/** Rows of others may hold numbers whose sum is none. */
const mostAsks = 1_000_000

const isHeld = `EXISTS (SELECT 1 FROM job WHERE id = @id AND state = 'running' AND attempt = @attempt)`

export function createSqliteLedgerStore(database: Database): LedgerStore {
  const find = database.prepare(`
    SELECT state, asks, not_before AS notBefore, reply, error FROM call WHERE job_id = @jobId AND key = @key`)
  // A call asked again without having been postponed was in flight when its process died.
  const asked = database.prepare(`
    INSERT INTO call (job_id, key, purpose, state, asks, updated_at)
    SELECT @id, @key, @purpose, 'asked', 1, @now WHERE ${isHeld}
    ON CONFLICT (job_id, key) DO UPDATE SET asks = asks + 1, repeated = repeated + (not_before IS NULL),
      not_before = NULL, updated_at = @now
    WHERE call.state = 'asked'`)
  const settle = (changes: string) =>
    database.prepare(`
      UPDATE call SET ${changes}, updated_at = @now
      WHERE job_id = @id AND key = @key AND state = 'asked' AND ${isHeld}`)
  const answered = settle(`state = 'answered', reply = @reply, not_before = NULL`)
  const failed = settle(`state = 'failed', error = @error, not_before = NULL`)
  const postponed = settle('not_before = @notBefore')
  const decided = database.prepare(`
    INSERT INTO call (job_id, key, purpose, state, asks, reply, updated_at)
    SELECT @id, @key, 'decision', 'decided', 0, @reply, @now WHERE ${isHeld}
    ON CONFLICT DO NOTHING`)
  const answers = database.prepare('SELECT key, purpose, reply FROM call WHERE job_id = @jobId AND reply IS NOT NULL')
  // An index on jobs leads to their calls; there is none on time, as calls are many.
  const recent = database.prepare(`
    SELECT key, purpose, reply FROM call
    WHERE state = 'answered' AND purpose = 'task' AND job_id IN (
      SELECT job_id FROM evaluation WHERE model = @model AND job_id IS NOT NULL ORDER BY created_at DESC LIMIT 3)
    ORDER BY updated_at DESC LIMIT @limit`)
  const totals = database.prepare(`
    SELECT count(*) AS calls, count(*) FILTER (WHERE state = 'answered') AS answered,
      count(*) FILTER (WHERE state = 'failed') AS failed, coalesce(sum(min(asks, ${mostAsks})), 0) AS requests,
      coalesce(sum(min(repeated, ${mostAsks})), 0) AS repeated
    FROM call WHERE job_id = @jobId AND state <> 'decided'`)

  return {
    atomically: work => database.write(work),
    find: (jobId, key) => toRecord(find.get({ jobId, key })),
    asked: ({ id, attempt }, key, purpose, now) =>
      database.write(() => asked.run({ id, attempt, key, purpose, now }) > 0),
    answered: ({ id, attempt }, key, reply, now) =>
      database.write(() => answered.run({ id, attempt, key, reply, now }) > 0),
    failed: ({ id, attempt }, key, error, now) =>
      database.write(() => failed.run({ id, attempt, key, error, now }) > 0),
    postponed: ({ id, attempt }, key, notBefore, now) =>
      database.write(() => postponed.run({ id, attempt, key, notBefore, now }) > 0),
    decided: ({ id, attempt }, key, reply, now) =>
      database.write(() => decided.run({ id, attempt, key, reply, now }) > 0),
    answers: jobId => answersSchema.parse(answers.all({ jobId })),
    recent: (model, limit) => answersSchema.parse(recent.all({ model, limit })),
    totals: jobId => totalsSchema.parse(totals.get({ jobId })),
  }
}

function toRecord(row: unknown): CallRecord | undefined {
  const parsed = rowSchema.safeParse(row)
  if (!parsed.success) return undefined
  const { state, asks, notBefore, reply, error } = parsed.data
  if (reply !== null) return { state: 'answered', asks, reply }
  if (error !== null) return { state: 'failed', asks, error }
  if (state !== 'asked') return undefined
  return notBefore === null ? { state, asks } : { state, asks, notBefore }
}
