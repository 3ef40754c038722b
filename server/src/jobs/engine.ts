/** Runs the jobs that its own host submitted or resumed: claims, renews leases, reports progress, ends them. */
import { untilAborted } from '../base/cancellation.ts'
import type { Clock } from '../base/clock.ts'
import { type Failure, failure, failureError, failureOf } from '../base/errors.ts'
import { faultPoint } from '../base/faultPoint.ts'
import { createJobId, type RandomBytes } from '../base/ids.ts'
import type { Json } from '../base/json.ts'
import { createPool } from '../base/pool.ts'
import { createRedactor, type Redactor } from '../base/redact.ts'
import { fail, ok, type Result } from '../base/result.ts'
import {
  type Fence,
  hasEnded,
  isClaimable,
  isEndless,
  type Job,
  type JobKind,
  type JobProgress,
  leaseMilliseconds,
  type NewJob,
  type Owner,
  renewMilliseconds,
} from './job.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { createProgressWriter, type ProgressWriter } from './progressWriter.ts'
import type { RetryPolicy } from './retry.ts'
import type { JobStore, LedgerStore } from './store.ts'

/** What a handler is given. It must stop soon after `signal` is aborted; its outcome is then of no account. */
export interface JobRun {
  readonly job: Job
  readonly snapshot: string
  readonly ledger: Ledger
  progress(progress: JobProgress): void
  readonly signal: AbortSignal
  /** Ends the run as failed with `reason`, whatever is under way; it can be resumed. */
  stop(reason: Failure): void
}

export type JobHandler = (run: JobRun) => Promise<Result<Json>>

export interface EngineOptions {
  readonly jobs: JobStore
  readonly ledger: LedgerStore
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  readonly randomBytes: RandomBytes
  readonly owner: Owner
  readonly isDead: (owner: Owner) => boolean
  readonly handlers: Readonly<Record<JobKind, JobHandler>>
  readonly policy?: RetryPolicy
  /** Takes the key out of whatever is stored. */
  readonly redactor?: Redactor
  /** Jobs of one kind that run at a time; 2 unless set. */
  readonly width?: number
}

export interface Submission {
  readonly job: Job
  readonly resumed: boolean
  /** A job of the skill and of another digest that holds answers, or may come to. */
  readonly superseded: string | undefined
}

/** What a stored snapshot becomes when its job goes on. */
export type Renew = (jobId: string, stored: string) => Result<string>

export interface Engine {
  /**
   * Continues the skill's unfinished job of equal digest, joining it where another process runs it, else starts a new
   * one. `renew` makes the snapshot to go on with out of the stored one; the new one is taken unless given.
   */
  submit(newJob: Omit<NewJob, 'id'>, renew?: Renew): Result<Submission>
  /** Continues a queued, failed, cancelled or orphaned job over its ledger. */
  resume(id: string, renew?: Renew): Result<Job>
  cancel(id: string): Result<Job>
  /** Unfinished, and nobody is known to run it: it goes on when it is resumed. */
  isInterrupted(job: Job): boolean
  /** The job once it ended, whoever runs it. Rejects with the signal's reason. */
  wait(id: string, onProgress: (progress: JobProgress) => void, signal: AbortSignal): Promise<Result<Job>>
  /** Gives every lease back, so that the jobs can be resumed, and resolves when their handlers have stopped. */
  stop(): Promise<void>
}

/** A job that this engine is to run: waiting for a place, or claimed (then it has a fence). */
interface Active {
  readonly controller: AbortController
  readonly listeners: Set<(progress: JobProgress) => void>
  fence: Fence | undefined
  /** A failure of the store itself, which therefore could not be stored. */
  finished: Promise<Failure | undefined>
}

/** How often a job that another process runs is looked at. */
const watchMilliseconds = 500
/** How long stopping waits for handlers. */
const graceMilliseconds = 3_000

export function createEngine(options: EngineOptions): Engine {
  const { jobs, clock, owner, randomBytes, redactor = createRedactor(undefined), width = 2 } = options
  const active = new Map<string, Active>()
  /** Submitted or resumed here and not ended yet: taken over when another process lets go of them. */
  const asked = new Set<string>()
  /** When a lease was first found endless. */
  const endlessSince = new Map<string, number>()
  const pools = { tune: createPool(width), evaluate: createPool(width) }
  let stopped = false

  // A running job of ours that is not active is left over from a write that failed.
  const isGone = (other: Owner) => sameOwner(other, owner) || options.isDead(other)
  const mayClaim = (job: Job) => isClaimable(job, clock.now(), isGone) && !mayBeRenewed(job)
  const isRunning = (job: Job) => job.state === 'running' && (active.has(job.id) || !mayClaim(job))
  const isHeld = (job: Job) => isRunning(job) && !active.has(job.id)

  /** An owner that lives renews its lease soon after the wall clock was set back; only one that does not is gone. */
  function mayBeRenewed(job: Job): boolean {
    if (job.owner === undefined || isGone(job.owner) || !isEndless(job, clock.now())) return false
    const lease = `${job.id} ${job.leaseUntil}`
    const since = endlessSince.get(lease) ?? clock.elapsed()
    endlessSince.set(lease, since)
    return clock.elapsed() - since < leaseMilliseconds
  }

  function take(job: Job): void {
    asked.add(job.id)
    if (!isHeld(job)) schedule(job)
  }

  function schedule(job: Job): void {
    // A cancelled run that is still winding down is followed, not joined.
    const before = active.get(job.id)
    if (before !== undefined && !before.controller.signal.aborted) return
    const entry: Active = {
      controller: new AbortController(),
      listeners: new Set(),
      fence: undefined,
      finished: Promise.resolve(undefined),
    }
    active.set(job.id, entry)
    const start = async () => {
      await before?.finished
      await pools[job.kind].run(() => run(job.id, entry), entry.controller.signal)
      return undefined
    }
    entry.finished = start()
      .catch(error => failureOf(error) ?? bug(error))
      .finally(() => {
        if (active.get(job.id) === entry) active.delete(job.id)
      })
  }

  async function run(id: string, entry: Active): Promise<void> {
    const { controller } = entry
    const { signal } = controller
    const job = jobs.claim(id, owner, clock.now(), isGone)
    const snapshot = jobs.snapshot(id)
    // Another process was quicker, or the job is gone.
    if (job === undefined || snapshot === undefined) return
    faultPoint('job.claimed')
    const fence = { id, attempt: job.attempt }
    entry.fence = fence
    const done = new AbortController()
    const writer = createProgressWriter(clock, done.signal, progress => {
      ignoringTheDisk(() => jobs.progress(fence, progress, clock.now()))
      faultPoint('job.progressed')
      for (const listener of entry.listeners) listener(progress)
    })
    void keepLease(fence, entry, done.signal)
    let outcome: Result<Json>
    try {
      const ledger = createLedger({
        ...ledgerOptions(options, writer),
        fence,
        run: controller,
      })
      const progress = (reported: JobProgress) => writer.report(reported)
      const stop = (reason: Failure) => controller.abort(failureError(reason))
      outcome = await options.handlers[job.kind]({ job, snapshot, ledger, progress, signal, stop })
    } catch (error) {
      outcome = fail(failureOf(error) ?? bug(error))
    } finally {
      done.abort()
    }
    // The reason of a stopped run says why, whatever its handler made of it.
    if (signal.aborted) outcome = fail(failureOf(signal.reason) ?? bug(signal.reason))
    writer.flush()
    if (outcome.ok) {
      faultPoint('job.completing')
      jobs.complete(fence, outcome.value, clock.now())
      faultPoint('job.completed')
    } else {
      faultPoint('job.failing')
      jobs.fail(fence, { ...outcome.error, message: redactor.message(outcome.error.message) }, clock.now())
      faultPoint('job.failed')
    }
  }

  /** `undefined` when all is well, or there is nothing to renew. */
  function renewSnapshot({ id, digest }: Job, renew: Renew): Failure | undefined {
    const stored = jobs.snapshot(id)
    const renewed = stored === undefined ? undefined : renew(id, stored)
    if (renewed?.ok) jobs.replaceSnapshot(id, digest, renewed.value, clock.now())
    return renewed?.ok === false ? renewed.error : undefined
  }

  /** Skills are tuned on after a job has completed: what was left before that is history. */
  function findSuperseded({ skillPath, kind }: Pick<Job, 'skillPath' | 'kind'>, open: readonly Job[]): Job | undefined {
    const [last] = jobs.list({ skillPath, kind, states: ['completed'], limit: 1 })
    return open.find(
      job => !hasEnded(job) || (job.createdAt >= (last?.createdAt ?? 0) && options.ledger.totals(job.id).answered > 0),
    )
  }

  async function keepLease(fence: Fence, entry: Active, done: AbortSignal): Promise<void> {
    while (!done.aborted) {
      // Rejects when the run is done.
      await clock.sleep(renewMilliseconds, done).catch(() => undefined)
      if (done.aborted) return
      const lease = ignoringTheDisk(() => jobs.renew(fence, clock.now()))
      faultPoint('job.renewed')
      if (lease?.held === false) {
        return entry.controller.abort(
          failureError(failure('job_running', `Job ${fence.id} was taken over by another process.`)),
        )
      }
      if (lease?.cancelRequested) return stopCancelled(entry)
    }
  }

  function stopCancelled(entry: Active): void {
    const { fence } = entry
    faultPoint('job.cancelling')
    if (fence !== undefined) ignoringTheDisk(() => jobs.cancelled(fence, clock.now()))
    faultPoint('job.cancelled')
    entry.controller.abort(failureError(failure('cancelled', 'The job was cancelled.')))
  }

  /** An owner that is gone cannot stop it. */
  function cancelAbandoned(id: string): void {
    const claimed = jobs.claim(id, owner, clock.now(), isGone)
    if (claimed !== undefined) jobs.cancelled({ id, attempt: claimed.attempt }, clock.now())
  }

  function attempt<T>(work: () => Result<T>): Result<T> {
    try {
      if (stopped) return fail(failure('worker_lost', 'The job worker is shutting down.'))
      return work()
    } catch (error) {
      const known = failureOf(error)
      if (known === undefined) throw error
      return fail(known)
    }
  }

  return {
    submit: (newJob, renew) =>
      attempt(() => {
        const { skillPath, kind, digest, snapshot } = newJob
        const submission = jobs.atomically((): Result<Submission> => {
          const open = jobs.list({ skillPath, kind, states: ['queued', 'running', 'failed', 'cancelled'] })
          const known = open.find(job => job.digest === digest)
          if (known === undefined) {
            const superseded = findSuperseded(newJob, open)?.id
            const job = jobs.enqueue({ ...newJob, id: createJobId(randomBytes) }, clock.now())
            faultPoint('job.enqueuing')
            return ok({ job, resumed: false, superseded })
          }
          const joined = { job: known, resumed: true, superseded: undefined }
          if (isRunning(known)) return ok(joined)
          const problem = renewSnapshot(known, renew ?? (() => ok(snapshot)))
          if (problem !== undefined) return fail(problem)
          return ok({ ...joined, job: jobs.requeue(known.id, clock.now()) ?? known })
        })
        faultPoint('job.enqueued')
        if (submission.ok) take(submission.value.job)
        return submission
      }),

    resume: (id, renew) =>
      attempt(() => {
        const resumed = jobs.atomically((): Result<Job> => {
          const job = jobs.get(id)
          if (job === undefined) return fail(notFound(id))
          if (job.state === 'completed') {
            return fail(failure('job_state', `Job ${id} is completed; there is nothing to resume.`))
          }
          if (isHeld(job)) return fail(running(job))
          const problem = renew && renewSnapshot(job, renew)
          return problem === undefined ? ok(jobs.requeue(id, clock.now()) ?? job) : fail(problem)
        })
        if (resumed.ok) take(resumed.value)
        return resumed
      }),

    cancel: id =>
      attempt(() => {
        const before = jobs.get(id)
        if (before?.state === 'completed' || before?.state === 'failed') {
          return fail(failure('job_state', `Job ${id} is ${before.state}; there is nothing to cancel.`))
        }
        asked.delete(id)
        const entry = active.get(id)
        const job = jobs.requestCancel(id, clock.now())
        if (job === undefined) return fail(notFound(id))
        if (entry !== undefined) stopCancelled(entry)
        else if (job.state === 'running' && mayClaim(job)) cancelAbandoned(id)
        return ok(jobs.get(id) ?? job)
      }),

    isInterrupted: job => !active.has(job.id) && isClaimable(job, clock.now(), isGone),

    async wait(id, onProgress, signal) {
      let seen: string | undefined
      for (;;) {
        signal.throwIfAborted()
        const entry = active.get(id)
        const found = attempt(() => {
          const job = jobs.get(id)
          return job === undefined ? fail(notFound(id)) : ok(job)
        })
        if (!found.ok) return found
        const job = found.value
        if (hasEnded(job)) {
          asked.delete(id)
          return found
        }
        if (entry !== undefined) {
          entry.listeners.add(onProgress)
          try {
            const trouble = await untilAborted(entry.finished, signal)
            if (trouble !== undefined && !hasEnded(jobs.get(id) ?? job)) {
              asked.delete(id)
              return fail(trouble)
            }
          } finally {
            entry.listeners.delete(onProgress)
          }
        } else {
          if (mayClaim(job)) {
            if (job.cancelRequested) {
              cancelAbandoned(id)
              continue
            }
            if (!asked.has(id))
              return fail(
                failure('worker_lost', `Job ${id} was interrupted; go on with: signature-tuner jobs resume ${id}`),
              )
            schedule(job)
            continue
          }
          const progress = JSON.stringify(job.progress)
          if (job.progress !== undefined && progress !== seen) onProgress(job.progress)
          seen = progress
          await clock.sleep(watchMilliseconds, signal)
        }
      }
    },

    async stop() {
      stopped = true
      const entries = [...active.values()]
      for (const { fence, controller } of entries) {
        faultPoint('job.releasing')
        if (fence !== undefined) ignoringTheDisk(() => jobs.release(fence, clock.now()))
        faultPoint('job.released')
        controller.abort(failureError(failure('worker_lost', 'The job was interrupted.')))
      }
      const grace = new AbortController()
      const allFinished = Promise.all(entries.map(entry => entry.finished))
      await Promise.race([allFinished, clock.sleep(graceMilliseconds, grace.signal).catch(() => undefined)])
      grace.abort()
    },
  }
}

function ledgerOptions(options: EngineOptions, writer: ProgressWriter) {
  return {
    store: options.ledger,
    clock: options.clock,
    random: options.random,
    ...(options.policy && { policy: options.policy }),
    ...(options.redactor && { redactor: options.redactor }),
    onHold: (until: number) => writer.note(`waiting until ${new Date(until).toISOString()}, as the endpoint asked`),
  }
}

/** What is not worth stopping a job for: the next write will tell again. */
function ignoringTheDisk<T>(write: () => T): T | undefined {
  try {
    return write()
  } catch (error) {
    if (failureOf(error) === undefined) throw error
    return undefined
  }
}

function sameOwner(a: Owner, b: Owner): boolean {
  return a.bootId === b.bootId && a.pid === b.pid && a.startTime === b.startTime
}

function running(job: Job): Failure {
  const holder = job.owner === undefined ? '' : ` by process ${job.owner.pid}`
  return failure('job_running', `Job ${job.id} of this skill is being run${holder}; wait for it or cancel it.`)
}

function notFound(id: string): Failure {
  return failure('job_not_found', `There is no job ${id}.`)
}

function bug(error: unknown): Failure {
  return failure(
    'internal',
    `The job stopped on an internal error: ${error instanceof Error ? error.message : String(error)}`,
  )
}
