/** A job: what is stored of it, and the states it moves through. */
import { z } from 'zod'
import { type Failure, failure, isErrorCode } from '../base/errors.ts'
import { parseJson } from '../base/json.ts'

export const jobStates = ['queued', 'running', 'completed', 'failed', 'cancelled'] as const
export const jobKinds = ['tune', 'evaluate'] as const

/** Process that holds a lease: dead for certain when the boot differs or the pid has another start time. */
export const ownerSchema = z.object({ bootId: z.string(), pid: z.int(), startTime: z.string() })
export type Owner = z.infer<typeof ownerSchema>

/** Milliseconds since 1970, as far as a `Date` reaches. */
export const timeSchema = z.int().nonnegative().max(8.64e15)

/** What a search tried so far, in the order of its decisions: the latest, and those that the best builds upon. */
export const progressTreeSchema = z.object({
  candidates: z
    .array(
      z.object({
        id: z.string(),
        /** `0` is what the search started from. */
        parent: z.string().optional(),
        origin: z.string(),
        /** In 0..1, on the examples that steer the search; absent where not all of them were tried. */
        search_score: z.number().optional(),
        /** `accepted`, `rejected`, `duplicate`, `no change`, `refused`, `call failed`. */
        state: z.string(),
        /** The state with its reason, cut. */
        decision: z.string(),
        /** The first sentences on what it changed, cut. */
        changes: z.array(z.string()).readonly(),
        /** How many more changes there are. */
        more_changes: z.int().optional(),
      }),
    )
    .readonly(),
  /** How many more were tried. */
  left_out: z.int(),
  /** Id of the best so far. */
  best: z.string().optional(),
})
export type JobProgressTree = z.infer<typeof progressTreeSchema>

export const progressSchema = z.object({
  /** `split`, `baseline`, `propose`, `simplify`, `holdout`, `train`, `done`; `evaluate` for that kind. */
  phase: z.string(),
  /** 0..100, never falling. */
  percent: z.number(),
  /** Model calls asked so far, replayed ones included. */
  calls: z.int(),
  /** Calls this job is expected to take in all, at most its budget. */
  expected_calls: z.int().optional(),
  best_score: z.number().optional(),
  old_score: z.number().optional(),
  /** US dollars; absent while the model's price is unknown. */
  cost: z.number().optional(),
  errors: z.int().optional(),
  /** Seconds that all attempts took so far. */
  elapsed: z.number().optional(),
  /** One line on what is going on, for people. */
  message: z.string().optional(),
  /** What budget and examples can show, as soon as that is known. */
  preflight: z.string().optional(),
  tree: progressTreeSchema.optional(),
})
export type JobProgress = z.infer<typeof progressSchema>

export const jobErrorSchema = z.object({ code: z.string(), message: z.string(), path: z.string().optional() })
export type JobError = z.infer<typeof jobErrorSchema>

/** A stored failure; anything else that a row may hold is reported as `job_failed`. */
export function parseJobError(text: string): Failure {
  const stored = jobErrorSchema.safeParse(parseJson(text))
  if (!stored.success) return failure('job_failed', 'The call failed, and why cannot be read from the job store.')
  const { code, message, path } = stored.data
  return failure(isErrorCode(code) ? code : 'job_failed', message, path)
}

export const jobSchema = z.object({
  id: z.string(),
  kind: z.enum(jobKinds),
  state: z.enum(jobStates),
  /** Signature file relative to the root, `/` as separator. */
  skillPath: z.string().refine(isRelativePath, 'leaves the root'),
  skillId: z.string(),
  /** SHA-256 over the snapshot without budgets: equal digests may share answers. */
  digest: z.string(),
  /** Counts the leases taken; fences every write. */
  attempt: z.int(),
  owner: ownerSchema.optional(),
  leaseUntil: timeSchema.optional(),
  cancelRequested: z.boolean(),
  createdAt: timeSchema,
  updatedAt: timeSchema,
  finishedAt: timeSchema.optional(),
  progress: progressSchema.optional(),
  /** The handler's own result; `jobs` does not look inside. */
  result: z.unknown().optional(),
  error: jobErrorSchema.optional(),
  /** Version in the history that holds the applied result. */
  appliedVersion: z.int().optional(),
  /** When a person said that the result is not wanted. */
  discardedAt: timeSchema.optional(),
})
export type Job = z.infer<typeof jobSchema>
export type JobKind = Job['kind']
export type JobState = Job['state']

/** What `enqueue` stores; the snapshot is JSON and may be large, so listings never read it. */
export interface NewJob {
  readonly id: string
  readonly kind: JobKind
  readonly skillPath: string
  readonly skillId: string
  readonly digest: string
  readonly snapshot: string
}

/** Names the attempt that a write belongs to; a write with a stale fence changes nothing. */
export interface Fence {
  readonly id: string
  readonly attempt: number
}

export const leaseMilliseconds = 15_000
export const renewMilliseconds = 5_000

const endedStates: readonly JobState[] = ['completed', 'failed', 'cancelled']

export function hasEnded(job: Job): boolean {
  return endedStates.includes(job.state)
}

/** Queued; or running with a lease that ended, that no clock can have given, or of a dead owner. */
export function isClaimable(job: Job, now: number, isDead: (owner: Owner) => boolean): boolean {
  if (job.state === 'queued') return true
  if (job.state !== 'running' || job.owner === undefined) return false
  return (job.leaseUntil ?? 0) <= now || isEndless(job, now) || isDead(job.owner)
}

/**
 * Whether its lease is much further off than a lease can be: it was given before the wall clock was set back. Not just
 * any further: `now` was read before this process waited for its turn to write, and another may have claimed meanwhile.
 */
export function isEndless(job: Job, now: number): boolean {
  return (job.leaseUntil ?? 0) - now > 2 * leaseMilliseconds
}

/** Whether a path with `/` as separator stays below the folder it starts from, by its words alone. */
export function isRelativePath(path: string): boolean {
  return !/^[A-Za-z]:|[\\\0]/.test(path) && path.split('/').every(part => !['', '.', '..'].includes(part))
}
