/** The stores in memory, for unit tests; the same conformance suite runs on these and on SQLite. */
import {
  type Fence,
  hasEnded,
  isClaimable,
  type Job,
  type JobError,
  leaseMilliseconds,
} from '../../server/src/jobs/job.ts'
import {
  type CallRecord,
  type EvaluationRecord,
  type EvaluationStore,
  type JobStore,
  type KeptReply,
  type LedgerStore,
  type RequestStore,
  requestMilliseconds,
} from '../../server/src/jobs/store.ts'

export interface MemoryStores {
  readonly jobs: JobStore
  readonly ledger: LedgerStore
  readonly evaluations: EvaluationStore
  readonly requests: RequestStore
}

interface Call {
  readonly record: CallRecord
  readonly purpose: string
  readonly repeated: number
}

export function createMemoryStores(): MemoryStores {
  const jobs = new Map<string, { job: Job; snapshot: string }>()
  const calls = new Map<string, Map<string, Call>>()
  const evaluations: EvaluationRecord[] = []
  const requests = new Map<string, { readonly reply: KeptReply; readonly at: number }>()

  const held = ({ id, attempt }: Fence) => {
    const entry = jobs.get(id)
    return entry?.job.state === 'running' && entry.job.attempt === attempt ? entry : undefined
  }
  const change = (fence: Fence, now: number, changes: Partial<Job>) => {
    const entry = held(fence)
    if (entry === undefined) return false
    entry.job = { ...entry.job, ...changes, updatedAt: now }
    return true
  }
  const unowned = { owner: undefined, leaseUntil: undefined }
  const end = (fence: Fence, now: number, changes: Partial<Job>) =>
    change(fence, now, { ...unowned, ...changes, finishedAt: now })
  const callsOf = (id: string) => {
    const known = calls.get(id) ?? new Map<string, Call>()
    calls.set(id, known)
    return known
  }
  const forgive = (id: string, now: number) => {
    for (const [key, call] of callsOf(id)) {
      const { state, asks } = call.record
      if (state === 'failed') callsOf(id).set(key, { ...call, record: { state: 'asked', asks, notBefore: now } })
    }
  }
  const isOld = (job: Job, before: number) => hasEnded(job) && job.updatedAt < before
  const forget = (id: string) => {
    jobs.delete(id)
    calls.delete(id)
  }
  const writeCall = (fence: Fence, key: string, make: (known: Call | undefined) => Call | undefined) => {
    if (held(fence) === undefined) return false
    const made = make(callsOf(fence.id).get(key))
    if (made === undefined) return false
    callsOf(fence.id).set(key, made)
    return true
  }

  return {
    jobs: {
      atomically: work => work(),
      enqueue(newJob, now) {
        const { snapshot, ...rest } = newJob
        const job: Job = {
          ...rest,
          state: 'queued',
          attempt: 0,
          cancelRequested: false,
          createdAt: now,
          updatedAt: now,
        }
        if (jobs.has(job.id)) throw new Error(`job ${job.id} is there already`)
        jobs.set(job.id, { job, snapshot })
        return copy(job)
      },
      claim(id, owner, now, isDead) {
        const entry = jobs.get(id)
        if (entry === undefined || !isClaimable(entry.job, now, isDead)) return undefined
        entry.job = {
          ...entry.job,
          state: 'running',
          attempt: entry.job.attempt + 1,
          owner,
          leaseUntil: now + leaseMilliseconds,
          cancelRequested: false,
          updatedAt: now,
        }
        return copy(entry.job)
      },
      renew(fence, now) {
        const isHeld = change(fence, now, { leaseUntil: now + leaseMilliseconds })
        return { held: isHeld, cancelRequested: isHeld && held(fence)?.job.cancelRequested === true }
      },
      progress: (fence, progress, now) => change(fence, now, { progress: copy(progress) }),
      complete: (fence, result, now) => end(fence, now, { state: 'completed', result: copy(result ?? null) }),
      fail: (fence, error: JobError, now) => end(fence, now, { state: 'failed', error: copy(error) }),
      cancelled: (fence, now) => end(fence, now, { state: 'cancelled' }),
      release: (fence, now) => change(fence, now, { ...unowned, state: 'queued' }),
      requestCancel(id, now) {
        const entry = jobs.get(id)
        if (entry === undefined) return undefined
        if (entry.job.state === 'queued') {
          entry.job = { ...entry.job, state: 'cancelled', finishedAt: now, updatedAt: now }
        } else if (entry.job.state === 'running') {
          entry.job = { ...entry.job, cancelRequested: true, updatedAt: now }
        }
        return copy(entry.job)
      },
      requeue(id, now) {
        const entry = jobs.get(id)
        const state = entry?.job.state
        if (entry === undefined || (state !== 'failed' && state !== 'cancelled')) return undefined
        if (state === 'failed') forgive(id, now)
        const cleared = { error: undefined, finishedAt: undefined, cancelRequested: false }
        entry.job = { ...entry.job, ...cleared, state: 'queued', updatedAt: now }
        return copy(entry.job)
      },
      replaceSnapshot(id, digest, snapshot, now) {
        const entry = jobs.get(id)
        if (entry === undefined || entry.job.state === 'completed' || entry.job.digest !== digest) return false
        entry.job = { ...entry.job, updatedAt: now }
        entry.snapshot = snapshot
        return true
      },
      discard(id, now) {
        const entry = jobs.get(id)
        const { state, kind, appliedVersion, discardedAt = now } = entry?.job ?? {}
        if (entry === undefined || state !== 'completed' || kind !== 'tune' || appliedVersion !== undefined)
          return false
        entry.job = { ...entry.job, discardedAt, updatedAt: now }
        return true
      },
      markApplied(id, version, now) {
        const entry = jobs.get(id)
        if (entry?.job.state !== 'completed') return false
        entry.job = { ...entry.job, appliedVersion: version, discardedAt: undefined, updatedAt: now }
        return true
      },
      get(id) {
        const entry = jobs.get(id)
        return entry && copy(entry.job)
      },
      snapshot: id => jobs.get(id)?.snapshot,
      list({ skillPath, kind, states, limit, omit = [] }) {
        return [...jobs.values()]
          .map(({ job }) => job)
          .reverse()
          .sort((a, b) => b.createdAt - a.createdAt)
          .filter(job => skillPath === undefined || job.skillPath === skillPath)
          .filter(job => kind === undefined || job.kind === kind)
          .filter(job => states === undefined || states.includes(job.state))
          .slice(0, limit)
          .map(job => copy({ ...job, result: without(job.result, omit) }))
      },
      prune(before, limit) {
        const old = [...jobs.values()].filter(({ job }) => isOld(job, before)).slice(0, limit)
        for (const { job } of old) forget(job.id)
        return old.length
      },
      pruneOne(before, id) {
        const job = jobs.get(id)?.job
        if (job === undefined || !isOld(job, before)) return false
        forget(id)
        return true
      },
    },

    ledger: {
      atomically(work) {
        const before = [...calls].map(([id, rows]) => [id, new Map(rows)] as const)
        try {
          return work()
        } catch (error) {
          calls.clear()
          for (const [id, rows] of before) calls.set(id, rows)
          throw error
        }
      },
      find: (jobId, key) => calls.get(jobId)?.get(key)?.record,
      asked: (fence, key, purpose) =>
        writeCall(fence, key, known => {
          if (known === undefined) return { record: { state: 'asked', asks: 1 }, purpose, repeated: 0 }
          if (known.record.state !== 'asked') return undefined
          const repeated = known.repeated + (known.record.notBefore === undefined ? 1 : 0)
          return { ...known, record: { state: 'asked', asks: known.record.asks + 1 }, repeated }
        }),
      answered: (fence, key, reply) =>
        writeCall(fence, key, known =>
          known?.record.state === 'asked'
            ? { ...known, record: { state: 'answered', asks: known.record.asks, reply } }
            : undefined,
        ),
      failed: (fence, key, error) =>
        writeCall(fence, key, known =>
          known?.record.state === 'asked'
            ? { ...known, record: { state: 'failed', asks: known.record.asks, error } }
            : undefined,
        ),
      postponed: (fence, key, notBefore) =>
        writeCall(fence, key, known =>
          known?.record.state === 'asked' ? { ...known, record: { ...known.record, notBefore } } : undefined,
        ),
      decided: (fence, key, reply) =>
        writeCall(fence, key, known =>
          known === undefined
            ? { record: { state: 'answered', asks: 0, reply }, purpose: 'decision', repeated: 0 }
            : undefined,
        ),
      answers: jobId =>
        [...(calls.get(jobId) ?? [])].flatMap(([key, { record, purpose }]) =>
          record.state === 'answered' ? [{ key, purpose, reply: record.reply }] : [],
        ),
      recent(model, limit) {
        const evaluated = evaluations
          .filter(evaluation => evaluation.model === model && evaluation.jobId !== undefined)
          .sort((a, b) => b.createdAt - a.createdAt)
        return evaluated
          .slice(0, 3)
          .flatMap(({ jobId }) => [...(calls.get(jobId ?? '') ?? [])].reverse())
          .flatMap(([key, { record, purpose }]) =>
            record.state === 'answered' && purpose === 'task' ? [{ key, purpose, reply: record.reply }] : [],
          )
          .slice(0, limit)
      },
      totals(jobId) {
        const all = [...(calls.get(jobId)?.values() ?? [])].filter(call => call.purpose !== 'decision')
        return {
          calls: all.length,
          answered: all.filter(call => call.record.state === 'answered').length,
          failed: all.filter(call => call.record.state === 'failed').length,
          requests: all.reduce((sum, call) => sum + call.record.asks, 0),
          repeated: all.reduce((sum, call) => sum + call.repeated, 0),
        }
      },
    },

    evaluations: {
      record(evaluation) {
        const same = evaluations.findIndex(
          other => evaluation.jobId !== undefined && evaluationKey(other) === evaluationKey(evaluation),
        )
        if (same >= 0) evaluations.splice(same, 1)
        evaluations.push(copy(evaluation))
      },
      latest: (skillPath, limit) =>
        evaluations
          .filter(evaluation => evaluation.skillPath === skillPath)
          .reverse()
          .sort((a, b) => b.createdAt - a.createdAt)
          .slice(0, limit)
          .map(copy),
    },

    requests: {
      find(key, now) {
        const kept = requests.get(key)
        return kept === undefined || kept.at <= now - requestMilliseconds ? undefined : kept.reply
      },
      keep(key, reply, now) {
        for (const [old, { at }] of requests) if (at <= now - requestMilliseconds) requests.delete(old)
        if (!requests.has(key)) requests.set(key, { reply, at: now })
      },
    },
  }
}

function evaluationKey(evaluation: EvaluationRecord): string {
  const { jobId, signatureSha256, examplesSha256, metricsSha256, model } = evaluation
  return JSON.stringify([jobId, signatureSha256, examplesSha256, metricsSha256, model])
}

function without(result: unknown, omitted: readonly string[]): unknown {
  if (typeof result !== 'object' || result === null || Array.isArray(result)) return result
  return Object.fromEntries(Object.entries(result).filter(([name]) => !omitted.includes(name)))
}

/** As a row would come back: JSON, without members that are undefined. */
function copy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value))
}
