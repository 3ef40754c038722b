/** What a host shows of a job: the object of `tune --json` and of GET /api/v1/signatures/tune/{job_id}. */
import { z } from 'zod'
import { formatDuration } from '../base/duration.ts'
import type { FailingExample, OutcomeRow } from '../evaluation/report.ts'
import { provenanceSchema } from '../history/version.ts'
import { type Job, type JobProgress, jobErrorSchema, jobKinds, jobStates, progressSchema } from '../jobs/job.ts'
import { estimateRest } from './estimate.ts'
import type { FoundJob } from './ports.ts'

const pairSchema = z.object({
  old_score: z.number(),
  new_score: z.number(),
  p_value: z.number(),
  examples: z.int(),
  wins: z.int(),
  losses: z.int(),
})

/** Requests that failed and were sent again, or given up, by code. */
const failedRequestsSchema = z.array(z.object({ code: z.string(), count: z.int() }))

/** The result of a tune job. Scores are over all examples; `holdout` is the unbiased pair. */
export const tuneResultSchema = z.object({
  tuned: z.boolean(),
  old_score: z.number(),
  new_score: z.number().optional(),
  improvement: z.string().optional(),
  signature_version: z.int().optional(),
  changes: z.array(z.string()),
  reason: z.string(),
  evidence: z.enum(['proven', 'weak', 'unproven']).optional(),
  holdout: pairSchema.optional(),
  reasoning: z.string().optional(),
  stop_reason: z.string().optional(),
  preflight: z.string().optional(),
  calls: z.int().optional(),
  requests: z.int().optional(),
  repeated_calls: z.int().optional(),
  failed_requests: failedRequestsSchema.optional(),
  input_tokens: z.int().optional(),
  output_tokens: z.int().optional(),
  cost: z.number().optional(),
  model: z.string(),
  reflection_model: z.string(),
  /** The offline demo answered: nothing here tells how a real model would do. */
  demo: z.boolean(),
  scores: z.record(z.string(), z.number()),
  new_scores: z.record(z.string(), z.number()).optional(),
  /** Those that were scored. */
  examples: z.int(),
  /** All there are, where the budget allowed a sample only. */
  of_examples: z.int().optional(),
  /** Examples that lost no points before and after; absent where only a sample was scored. */
  passed: z.int().optional(),
  new_passed: z.int().optional(),
  errors: z.array(z.object({ code: z.string(), count: z.int(), message: z.string() })),
  candidates: z
    .array(
      z.object({
        id: z.string(),
        parent: z.string().optional(),
        origin: z.string(),
        changes: z.array(z.string()),
        search_score: z.number().optional(),
        decision: z.string(),
      }),
    )
    .optional(),
  /** Id of the candidate whose changes are kept. */
  best: z.string().optional(),
  /** Where each new text comes from; shown where an explanation is asked for. */
  provenance: z.array(provenanceSchema).optional(),
  decision_digest: z.string().optional(),
})
export type TuneResult = z.infer<typeof tuneResultSchema>

export const failingSchema = z.object({
  id: z.string(),
  line: z.int(),
  score: z.number(),
  inputs: z.record(z.string(), z.unknown()).readonly(),
  expected: z.record(z.string(), z.unknown()).readonly(),
  got: z.record(z.string(), z.unknown()).readonly(),
  feedback: z.array(z.string()).readonly(),
}) satisfies z.ZodType<FailingExample>

const outcomeSchema = z.object({
  id: z.string(),
  score: z.number().optional(),
  error: z.string().optional(),
}) satisfies z.ZodType<OutcomeRow>

/** The result of an evaluate job. */
export const evaluateResultSchema = z.object({
  score: z.number(),
  scores: z.record(z.string(), z.number()),
  scores_by_field: z.record(z.string(), z.number()),
  /** Those that were asked for. */
  examples: z.int(),
  /** All there are, where only some were asked for: the scores are then not those of the signature. */
  of_examples: z.int().optional(),
  passed: z.int(),
  errors: z.array(z.object({ code: z.string(), count: z.int(), message: z.string() })),
  /** Empty in a list of jobs. */
  failing: z.array(failingSchema).default([]),
  failing_count: z.int(),
  /** Every example in the order of the file: its score, or the code of its error. Empty in a list of jobs. */
  outcomes: z.array(outcomeSchema).default([]),
  model: z.string(),
  demo: z.boolean(),
  calls: z.int(),
  requests: z.int(),
  repeated_calls: z.int(),
  failed_requests: failedRequestsSchema,
  input_tokens: z.int().optional(),
  output_tokens: z.int().optional(),
  cost: z.number().optional(),
})
export type EvaluateResult = z.infer<typeof evaluateResultSchema>

/** What results of a list of jobs are shown without, as it may be hundreds of kilobytes a job. */
export const longMembers = ['candidates', 'failing', 'outcomes'] as const

const jobBaseSchema = z.object({
  job_id: z.string(),
  kind: z.enum(jobKinds),
  status: z.enum(jobStates),
  skill_path: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
  attempt: z.int(),
  /** Unfinished, and nobody is known to run it: it goes on when it is resumed. */
  interrupted: z.boolean().optional(),
  /** What a running job still needs, such as `5 min`; absent before its first calls. */
  estimated_time: z.string().optional(),
  progress: progressSchema.optional(),
  error: jobErrorSchema.optional(),
  /** A person does not want its result, which can still be applied. */
  discarded: z.boolean().optional(),
})

export const tuneJobSchema = jobBaseSchema.extend({ result: tuneResultSchema.optional() }).meta({ id: 'TuneJob' })
export type TuneJobView = z.infer<typeof tuneJobSchema>

export const jobViewSchema = jobBaseSchema
  .extend({ result: z.union([tuneResultSchema, evaluateResultSchema]).optional() })
  .meta({ id: 'Job' })
export type JobView = z.infer<typeof jobViewSchema>

export function viewJob(job: Job | FoundJob): JobView {
  const interrupted = 'interrupted' in job && job.interrupted
  const rest = job.state === 'running' && !interrupted && job.progress ? estimateRest(job.progress) : undefined
  const base = {
    job_id: job.id,
    kind: job.kind,
    status: job.state,
    skill_path: job.skillPath,
    created_at: new Date(job.createdAt).toISOString(),
    updated_at: new Date(job.updatedAt).toISOString(),
    attempt: job.attempt,
    ...(interrupted && { interrupted }),
    ...(rest !== undefined && { estimated_time: formatDuration(rest) }),
    ...(job.progress && { progress: viewProgress(job.state, job.progress) }),
    ...(job.error && { error: job.error }),
    ...(job.discardedAt !== undefined && { discarded: true }),
  }
  if (job.kind === 'evaluate') {
    const result = evaluateResultSchema.safeParse(job.result)
    return result.success ? { ...base, result: result.data } : base
  }
  const view = viewTune(job)
  return view === undefined ? base : { ...base, result: view }
}

/** The result of a completed job holds all candidates: what was shown of them on the way is left out. */
function viewProgress(state: Job['state'], progress: JobProgress): JobProgress {
  const { tree: _tree, ...facts } = progress
  return state === 'completed' ? facts : progress
}

/** With the origin of each new text of a tune job. */
export function explainJob(job: Job | FoundJob): JobView {
  const view = viewJob(job)
  const stored = tuneResultSchema.safeParse(job.result)
  if (job.kind !== 'tune' || view.result === undefined || !stored.success) return view
  return { ...view, result: { ...view.result, provenance: stored.data.provenance } as TuneResult }
}

export function viewTuneJob(job: Job): TuneJobView {
  const { result: _result, ...base } = viewJob(job)
  const result = viewTune(job)
  return result === undefined ? base : { ...base, result }
}

function viewTune(job: Job): TuneResult | undefined {
  const result = tuneResultSchema.safeParse(job.result)
  if (!result.success) return undefined
  const { provenance: _provenance, ...shown } = result.data
  return job.appliedVersion === undefined ? shown : { ...shown, signature_version: job.appliedVersion }
}
