/**
 * Ports of the job store and the ledger. Each state change is one method that names the state it expects.
 * A write that the disk refuses throws a `failureError` (disk_full, write_failed, database_damaged).
 */
import type { Fence, Job, JobError, JobKind, JobProgress, JobState, NewJob, Owner } from './job.ts'

export interface JobStore {
  /** Runs `work` with no other process writing in between; what it wrote is undone when it throws. */
  atomically<T>(work: () => T): T
  enqueue(job: NewJob, now: number): Job
  /**
   * queued -> running, or running with an expired lease or a dead owner -> running, attempt + 1.
   * `undefined` when the job is held by a living owner or ended.
   */
  claim(id: string, owner: Owner, now: number, isDead: (owner: Owner) => boolean): Job | undefined
  /** Extends the lease; false when the fence is stale. Also tells whether cancelling was asked for. */
  renew(fence: Fence, now: number): { readonly held: boolean; readonly cancelRequested: boolean }
  progress(fence: Fence, progress: JobProgress, now: number): boolean
  /** running -> completed, failed, cancelled, or back to queued (`release`: interrupted, resumable). */
  complete(fence: Fence, result: unknown, now: number): boolean
  fail(fence: Fence, error: JobError, now: number): boolean
  release(fence: Fence, now: number): boolean
  cancelled(fence: Fence, now: number): boolean
  /** queued -> cancelled; running: asks its owner to stop, which sees it when it renews. The job as it is now. */
  requestCancel(id: string, now: number): Job | undefined
  /**
   * failed or cancelled -> queued, so that it can be resumed over its ledger; undefined from any other state.
   * The failed calls of a failed job are forgiven: they are asked again, as else it could only fail again.
   */
  requeue(id: string, now: number): Job | undefined
  /** Replaces the snapshot of an unfinished job whose digest is the same (raised budgets). */
  replaceSnapshot(id: string, digest: string, snapshot: string, now: number): boolean
  markApplied(id: string, version: number, now: number): boolean
  /** Of a completed tune job that was not applied; applying it later undoes this. */
  discard(id: string, now: number): boolean
  get(id: string): Job | undefined
  snapshot(id: string): string | undefined
  /** Newest first. */
  list(filter: JobFilter): readonly Job[]
  /** Deletes ended jobs last touched before `before`, with their ledger, at most `limit`; their number. */
  prune(before: number, limit: number): number
  /** The same for one job; whether it was deleted. */
  pruneOne(before: number, id: string): boolean
}

export interface JobFilter {
  readonly skillPath?: string
  readonly kind?: JobKind
  readonly states?: readonly JobState[]
  readonly limit?: number
  /** Members of the results that are left out, as they may be long. */
  readonly omit?: readonly string[]
}

/** What `doctor` tells of the store. */
export interface StoreFacts {
  readonly path: string
  readonly bytes: number
  /** Of the write-ahead log. */
  readonly logBytes: number
  /** Version of the tables. */
  readonly schema: number
  /** Version of SQLite. */
  readonly sqlite: string
  readonly jobs: Readonly<Record<JobState, number>>
  /** Jobs that are unfinished and run by nobody; the id of the newest. */
  readonly resumable: number
  readonly newestResumable?: string
  /** Ended jobs that were not touched for long. */
  readonly old: number
  /** What a check of the file found, empty for nothing; absent where the file is too long to be checked. */
  readonly damage?: string
  /** Whether other accounts are kept out; null where the system does not say. */
  readonly private: boolean | null
}

/** A call of the ledger. `asked` rows without an answer were in flight when their process died. */
export type CallRecord =
  | { readonly state: 'asked'; readonly asks: number; readonly notBefore?: number }
  | { readonly state: 'answered'; readonly asks: number; readonly reply: string }
  | { readonly state: 'failed'; readonly asks: number; readonly error: string }

export interface LedgerStore {
  /** Runs `work` in one transaction; what it wrote is undone when it throws. */
  atomically<T>(work: () => T): T
  find(jobId: string, key: string): CallRecord | undefined
  /** Records that the call is being sent (once more); false when the fence is stale. */
  asked(fence: Fence, key: string, purpose: string, now: number): boolean
  /** Commits the reply (JSON text). */
  answered(fence: Fence, key: string, reply: string, now: number): boolean
  /** A final failure (JSON text), replayed on resuming. */
  failed(fence: Fence, key: string, error: string, now: number): boolean
  /** A passing failure: not to be asked again before `notBefore`. */
  postponed(fence: Fence, key: string, notBefore: number, now: number): boolean
  /** Commits a decision under its key, at once answered; decisions are no calls and count in no total. */
  decided(fence: Fence, key: string, decision: string, now: number): boolean
  totals(jobId: string): CallTotals
  /** Every stored reply, the decisions with purpose `decision` among them. */
  answers(jobId: string): readonly StoredAnswer[]
  /** Answered task calls of the jobs last evaluated with this model, newest first. */
  recent(model: string, limit: number): readonly StoredAnswer[]
}

export interface StoredAnswer {
  readonly key: string
  readonly purpose: string
  /** JSON text. */
  readonly reply: string
}

export interface CallTotals {
  /** Distinct calls. */
  readonly calls: number
  readonly answered: number
  readonly failed: number
  /** Requests sent, retries included. */
  readonly requests: number
  /** Calls sent again because a process died while they were in flight: they may be paid twice. */
  readonly repeated: number
}

/** A row of `evaluation`: what hints and hovers read. */
export interface EvaluationRecord {
  readonly jobId: string | undefined
  readonly skillPath: string
  readonly signatureSha256: string
  readonly examplesSha256: string
  readonly metricsSha256: string
  readonly model: string
  readonly score: number
  readonly scoreByMetric: Readonly<Record<string, number>>
  readonly scoreByField: Readonly<Record<string, number>>
  readonly examples: number
  readonly errors: number
  /** The worst failing examples, at most 50, as the handler wrote them. */
  readonly failing: readonly unknown[]
  readonly createdAt: number
}

export interface EvaluationStore {
  /** Once per job and key: a job that runs again over its ledger replaces what it recorded before. */
  record(evaluation: EvaluationRecord): void
  /** The newest of the skill, newest first. */
  latest(skillPath: string, limit: number): readonly EvaluationRecord[]
}

/** A reply given to a request with a key of its own, and what the request was. */
export interface KeptReply {
  readonly fingerprint: string
  /** JSON text. */
  readonly reply: string
}

/** How long a reply is kept. */
export const requestMilliseconds = 24 * 60 * 60 * 1000

/** Replies by the key that their request named, so that a request sent again is not carried out again. */
export interface RequestStore {
  find(key: string, now: number): KeptReply | undefined
  /** The first reply kept under a key stays. */
  keep(key: string, kept: KeptReply, now: number): void
}
