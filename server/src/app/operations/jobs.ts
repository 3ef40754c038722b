/** Jobs: list, show, resume, cancel, apply, discard and prune what the store of this workspace holds. */
import { z } from 'zod'
import { failure } from '../../base/errors.ts'
import { fail, ok, type Result } from '../../base/result.ts'
import { type Job, jobKinds, jobStates } from '../../jobs/job.ts'
import { budgetInputs, jobIdInput, positional, rootInput, typedCallsInput } from '../inputs.ts'
import { evaluateResultSchema, explainJob, type JobView, jobViewSchema, viewJob, viewTuneJob } from '../jobView.ts'
import { unknownPrice, unreachableModel } from '../modelChoice.ts'
import { defineOperation, type OperationContext } from '../operation.ts'
import type { FoundJob, JobService, Ports } from '../ports.ts'
import { applyJob } from './applyJob.ts'
import { jobFailure } from './jobFailure.ts'
import { previewJob, previewSchema } from './jobResult.ts'
import { recordVersion } from './recordVersion.ts'
import { estimateJob } from './submitAndWait.ts'

export const listJobs = defineOperation({
  name: 'jobs',
  summary: 'list the jobs of this workspace, newest first',
  input: z.object({
    root: rootInput,
    state: z.enum(jobStates).optional().describe('only jobs in this state'),
    kind: z.enum(jobKinds).optional().describe('only jobs of this kind'),
    limit: z.int().positive().max(10_000).default(20).describe('how many at most'),
  }),
  output: z.object({ root: z.string(), filtered: z.boolean(), jobs: z.array(jobViewSchema) }),
  async run(ports, input) {
    const root = await ports.files.root(input.root)
    if (!root.ok) return root
    const jobs = await ports.jobs(root.value).list({
      limit: input.limit,
      ...(input.state && { states: [input.state] }),
      ...(input.kind && { kind: input.kind }),
    })
    if (!jobs.ok) return jobs
    const filtered = input.state !== undefined || input.kind !== undefined
    return ok({ root: root.value, filtered, jobs: jobs.value.map(viewJob) })
  },
})

export const showJob = defineOperation({
  name: 'jobs show',
  summary: 'everything known of one job',
  input: z.object({
    job_id: jobIdInput,
    root: rootInput,
    explain: z.boolean().default(false).describe('also where each new text comes from, and why'),
  }),
  output: jobViewSchema,
  run: (ports, input) =>
    viewAfter(ports, input, service => service.get(input.job_id), input.explain ? explainJob : viewJob),
})

export const cancelJob = defineOperation({
  name: 'jobs cancel',
  summary: 'stop a job; its answers are kept',
  input: z.object({ job_id: jobIdInput, root: rootInput }),
  output: jobViewSchema,
  run: (ports, input) => viewAfter(ports, input, service => service.cancel(input.job_id)),
})

export const resumeJob = defineOperation({
  name: 'jobs resume',
  summary: 'go on with an unfinished, failed or cancelled job; answered calls are not asked again',
  input: z.object({
    job_id: jobIdInput,
    root: rootInput,
    apply: z.boolean().default(false).describe('write an accepted result to the file and its history'),
    accept_unproven: z.boolean().default(false).describe('also apply a gain that chance could explain'),
    max_calls: typedCallsInput.describe('most model calls the job may make, those before included'),
    max_tokens: budgetInputs.max_tokens,
    max_cost: budgetInputs.max_cost,
    max_time: budgetInputs.max_time,
  }),
  output: jobViewSchema,
  async run(ports, input, context) {
    const opened = await openJob(ports, input)
    if (!opened.ok) return opened
    const { root, service } = opened.value
    const snapshot = await service.snapshot(input.job_id)
    if (!snapshot.ok) return snapshot
    const unreachable = unreachableModel(ports.models, snapshot.value)
    if (unreachable !== undefined) return fail(unreachable)
    const { model, reflectionModel } = snapshot.value
    const unpriced = input.max_cost === undefined ? undefined : unknownPrice([model, reflectionModel])
    if (unpriced !== undefined) return fail(unpriced)
    const resumed = await service.resume(input.job_id, {
      concurrency: ports.models.concurrency,
      ...(input.max_calls !== undefined && { maxCalls: input.max_calls }),
      ...(input.max_tokens !== undefined && { maxTokens: input.max_tokens }),
      ...(input.max_cost !== undefined && { maxCost: input.max_cost }),
      ...(input.max_time !== undefined && { maxTime: input.max_time }),
    })
    if (!resumed.ok) return resumed
    const { kind: jobKind, skillPath, state } = resumed.value
    const estimate = await estimateJob(service, resumed.value)
    context.onEvent({ kind: 'started', jobId: input.job_id, jobKind, state, resumed: true, estimate, root, skillPath })
    const onProgress = (progress: NonNullable<Job['progress']>) =>
      context.onEvent({ kind: 'progress', skillPath, progress })
    const ended = await service.wait(input.job_id, onProgress, context.signal)
    if (!ended.ok) return ended
    if (ended.value.state !== 'completed') return fail(await jobFailure(ports, root, ended.value, input))
    return finishResumed(ports, opened.value, ended.value, input, context)
  },
})

/** What the interrupted command would have done at its end: a result to apply, or a version to record. */
async function finishResumed(
  ports: Ports,
  { root, service }: OpenedJob,
  job: Job,
  input: { readonly apply: boolean; readonly accept_unproven: boolean },
  context: OperationContext,
): Promise<Result<JobView>> {
  const location = await ports.files.locateIn(root, job.skillPath)
  // Its skill may be gone; the result is still worth seeing.
  if (!location.ok) return ok(viewJob(job))
  if (job.kind === 'evaluate') {
    const snapshot = await service.snapshot(job.id)
    const result = evaluateResultSchema.safeParse(job.result)
    if (snapshot.ok && snapshot.value.options.record !== false && result.success) {
      const { text, skillId } = snapshot.value
      const recorded = await recordVersion(ports, { location: location.value, text, skillId }, result.data, job.id)
      // The scores are paid for and worth seeing all the same.
      if (!recorded.ok) context.onEvent({ kind: 'note', message: recorded.error.message })
    }
    return ok(viewJob(job))
  }
  const result = viewTuneJob(job).result
  const accepted = result?.tuned || (input.accept_unproven && result?.evidence === 'unproven')
  if (!input.apply || !accepted) return ok(viewJob(job))
  const applied = await applyJob(ports, service, job, location.value, {
    acceptUnproven: input.accept_unproven,
  })
  return applied.ok ? ok(viewJob({ ...job, appliedVersion: applied.value.version })) : applied
}

export const discardJob = defineOperation({
  name: 'jobs discard',
  summary: 'offer the result of a finished tune job no more; it is kept, and can still be applied',
  input: z.object({ job_id: jobIdInput, root: rootInput }),
  output: jobViewSchema,
  run: (ports, input) => viewAfter(ports, input, service => service.discard(input.job_id)),
})

const appliedSchema = z.object({
  job_id: z.string(),
  skill_path: z.string(),
  signature_version: z.int(),
  /** False when file and history already held the result. */
  written: z.boolean(),
  changes: z.array(z.string()),
})
export type AppliedView = z.infer<typeof appliedSchema>

export const applyJobById = defineOperation({
  name: 'jobs apply',
  summary: 'write the result of a finished tune job to its signature and history',
  input: z.object({
    job_id: jobIdInput,
    root: rootInput,
    unproven: z.boolean().default(false).describe('accept a gain that chance could explain'),
    only: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe('only these parts of the result, such as outputs.answer.constraints'),
    preview: z.boolean().default(false).describe('show what would change, and write nothing'),
  }),
  output: z.union([appliedSchema, previewSchema]),
  async run(ports, input) {
    const opened = await openJob(ports, input)
    if (!opened.ok) return opened
    const { root, service, job } = opened.value
    const location = await ports.files.locateIn(root, job.skillPath)
    if (!location.ok) return location
    const { preview, only, unproven: acceptUnproven } = input
    if (preview) return previewJob(ports, job, location.value, only)
    const applied = await applyJob(ports, service, job, location.value, { acceptUnproven, only })
    if (!applied.ok) return applied
    const { version, written, changes } = applied.value
    return ok({
      job_id: job.id,
      skill_path: location.value.displayPath,
      signature_version: version,
      written,
      changes: [...changes],
    })
  },
})

export const pruneJobs = defineOperation({
  name: 'jobs prune',
  summary: 'delete ended jobs and their model calls',
  input: z.object({
    job_id: jobIdInput
      .optional()
      .describe('only this job, however old (default: all that are old enough)')
      .meta(positional),
    root: rootInput,
    older_than: z.number().nonnegative().default(30).describe('days since the job was last touched'),
  }),
  output: z.object({ deleted: z.int() }),
  async run(ports, input) {
    const root = await ports.files.root(input.root)
    if (!root.ok) return root
    const service = ports.jobs(root.value)
    const deleted = await (input.job_id === undefined
      ? service.prune(input.older_than)
      : service.prune(0, input.job_id))
    return deleted.ok ? ok({ deleted: deleted.value }) : deleted
  },
})

interface NamedJob {
  readonly job_id: string
  readonly root?: string | undefined
}

async function viewAfter(
  ports: Ports,
  named: NamedJob,
  action: (service: JobService) => Promise<Result<Job>>,
  view: (job: Job) => JobView = viewJob,
): Promise<Result<JobView>> {
  const opened = await openJob(ports, named)
  if (!opened.ok) return opened
  const job = await action(opened.value.service)
  return job.ok ? ok(view(job.value)) : job
}

interface OpenedJob {
  readonly root: string
  readonly service: JobService
  readonly job: FoundJob
}

async function openJob(ports: Ports, { job_id: id, root: folder }: NamedJob): Promise<Result<OpenedJob>> {
  const root = await ports.files.root(folder)
  if (!root.ok) return root
  const service = ports.jobs(root.value)
  const job = await service.get(id)
  if (job.ok) return ok({ root: root.value, service, job: job.value })
  if (job.error.code !== 'job_not_found') return job
  return fail(
    failure(
      'job_not_found',
      `There is no job ${id.slice(0, 60)} in ${root.value}; see 'signature-tuner jobs', or name its folder with --root.`,
    ),
  )
}
