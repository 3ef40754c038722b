/** A store as years of use would leave it: a hundred thousand jobs, one in ten of them large, thousands with calls. */
import type { Owner } from '../../server/src/jobs/job.ts'
import { openDatabase } from '../../server/src/sqlite/database.ts'
import { createSqliteEvaluationStore } from '../../server/src/sqlite/evaluationStore.ts'
import { createSqliteJobStore } from '../../server/src/sqlite/jobStore.ts'
import { createSqliteLedgerStore } from '../../server/src/sqlite/ledgerStore.ts'
import { jobId } from './queues.ts'

export interface LargeStoreOptions {
  readonly jobs: number
  /** Milliseconds since 1970 when the last one ended; one a minute before that. */
  readonly until: number
}

const skills = 200
const batch = 1_000
const minute = 60_000
const callsPerJob = 200

const owner: Owner = { bootId: 'bench', pid: 1, startTime: '1' }
const nobodyDied = () => false

/** Of a hundred jobs ninety are completed, five failed, three cancelled and two unfinished. */
export async function fillLargeStore(path: string, { jobs: count, until }: LargeStoreOptions): Promise<void> {
  const opened = await openDatabase(path, { now: () => until, owner, isDead: nobodyDied })
  if (!opened.ok) throw new Error(opened.error.message)
  const database = opened.value
  const jobs = createSqliteJobStore(database)
  const ledger = createSqliteLedgerStore(database)
  const evaluations = createSqliteEvaluationStore(database)
  const [largeSnapshot, largeText] = [snapshotOf(50_000), 'long '.repeat(4_000)]
  const [smallSnapshot, smallText] = [snapshotOf(1_000), 'short']
  const reply = JSON.stringify({ answer: 'word '.repeat(60) })

  function addJob(n: number): void {
    const isLarge = n % 10 === 0 || n >= count - 500
    const id = jobId(n)
    const now = until - (count - n) * minute
    const skillPath = skillPathOf(n)
    const snapshot = isLarge ? largeSnapshot : smallSnapshot
    const kind = n % 3 === 0 ? 'tune' : 'evaluate'
    jobs.enqueue({ id, kind, skillPath, skillId: 's', digest: `d${n}`, snapshot }, now)
    const kindOfEnd = n % 100
    if (kindOfEnd === 99) return
    const job = jobs.claim(id, owner, now, nobodyDied)
    if (job === undefined) throw new Error('not claimed')
    const fence = { id, attempt: job.attempt }
    jobs.progress(fence, { phase: 'done', percent: 100, calls: callsPerJob }, now)
    // Three thousand of a hundred thousand.
    for (let call = 0; n % 33 === 0 && call < callsPerJob; call++) {
      ledger.asked(fence, `key ${call}`, 'task', now)
      ledger.answered(fence, `key ${call}`, reply, now)
    }
    if (kindOfEnd === 98) jobs.release(fence, now)
    else if (kindOfEnd >= 95) jobs.cancelled(fence, now)
    else if (kindOfEnd >= 90) jobs.fail(fence, { code: 'job_failed', message: 'It failed.' }, now)
    else {
      jobs.complete(fence, resultOf(kind, isLarge ? largeText : smallText), now)
      if (n % 10 === 1) {
        const hashes = { signatureSha256: 's', examplesSha256: 'e', metricsSha256: 'm', model: 'm' }
        const scores = { score: 0.5, scoreByMetric: { m: 0.5 }, scoreByField: { f: 0.5 } }
        evaluations.record({
          ...{ jobId: id, skillPath, examples: 100, errors: 0, failing: [largeText], createdAt: now },
          ...hashes,
          ...scores,
        })
      }
    }
  }

  for (let first = 0; first < count; first += batch) {
    jobs.atomically(() => {
      for (let n = first; n < Math.min(count, first + batch); n++) addJob(n)
    })
  }
  database.close()
}

export function skillPathOf(n: number): string {
  return `skills/s${n % skills}/signature.yaml`
}

function snapshotOf(characters: number): string {
  return JSON.stringify({ text: 'name: A', examples: [{ text: 'word '.repeat(characters / 5) }] })
}

function resultOf(kind: 'tune' | 'evaluate', text: string) {
  const common = { model: 'm', demo: false, examples: 100, errors: [], calls: callsPerJob, requests: callsPerJob }
  if (kind === 'tune') {
    const scores = { old_score: 0.5, scores: { m: 0.5 } }
    return { ...common, ...scores, tuned: false, changes: [], reason: text, reflection_model: 'm' }
  }
  const scores = { score: 0.5, scores: { m: 0.5 }, scores_by_field: { f: 0.5 }, passed: 50, failing_count: 50 }
  const values = { inputs: { text }, expected: { f: 'a' }, got: { f: 'b' }, feedback: ['No.'] }
  const failing = [{ id: '1', line: 1, score: 0, ...values }]
  return { ...common, ...scores, failing, repeated_calls: 0, failed_requests: [] }
}
