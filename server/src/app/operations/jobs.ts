/** Jobs: list, show, resume, cancel, apply and prune what the store of this workspace holds. */
import { z } from 'zod'
import { failure } from '../../base/errors.ts'
import { fail, ok, type Result } from '../../base/result.ts'
import { type Job, jobKinds, jobStates } from '../../jobs/job.ts'
import { jobIdInput, positional } from '../inputs.ts'
import { type JobView, jobViewSchema, viewJob } from '../jobView.ts'
import { defineOperation } from '../operation.ts'
import type { JobService, Ports } from '../ports.ts'
import { applyJob } from './applyJob.ts'
import { jobFailure } from './jobFailure.ts'

export const listJobs = defineOperation({
  name: 'jobs',
  summary: 'list the jobs of this workspace, newest first',
  input: z.object({
    state: z.enum(jobStates).optional().describe('only jobs in this state'),
    kind: z.enum(jobKinds).optional().describe('only jobs of this kind'),
    limit: z.int().positive().max(10_000).default(20).describe('how many at most'),
  }),
  output: z.object({ root: z.string(), jobs: z.array(jobViewSchema) }),
  async run(ports, input) {
    const root = await ports.files.root()
    if (!root.ok) return root
    const jobs = await ports.jobs(root.value).list({
      limit: input.limit,
      ...(input.state && { states: [input.state] }),
      ...(input.kind && { kind: input.kind }),
    })
    return jobs.ok ? ok({ root: root.value, jobs: jobs.value.map(viewJob) }) : jobs
  },
})

export const showJob = defineOperation({
  name: 'jobs show',
  summary: 'everything known of one job',
  input: z.object({ job_id: jobIdInput }),
  output: jobViewSchema,
  run: (ports, input) => viewAfter(ports, service => service.get(input.job_id)),
})

export const cancelJob = defineOperation({
  name: 'jobs cancel',
  summary: 'stop a job; its answers are kept',
  input: z.object({ job_id: jobIdInput }),
  output: jobViewSchema,
  run: (ports, input) => viewAfter(ports, service => service.cancel(input.job_id)),
})

export const resumeJob = defineOperation({
  name: 'jobs resume',
  summary: 'go on with an unfinished, failed or cancelled job; answered calls are not asked again',
  input: z.object({ job_id: jobIdInput }),
  output: jobViewSchema,
  run: (ports, input, context) =>
    viewAfter(ports, async service => {
      const resumed = await service.resume(input.job_id)
      if (!resumed.ok) return resumed
      const { skillPath } = resumed.value
      context.onEvent({ kind: 'started', jobId: input.job_id, resumed: true, skillPath })
      const onProgress = (progress: NonNullable<Job['progress']>) =>
        context.onEvent({ kind: 'progress', skillPath, progress })
      const ended = await service.wait(input.job_id, onProgress, context.signal)
      if (!ended.ok) return ended
      return ended.value.state === 'completed' ? ended : fail(jobFailure(ended.value))
    }),
})

export const applyJobById = defineOperation({
  name: 'jobs apply',
  summary: 'write the result of a finished tune job to its signature and history',
  input: z.object({
    job_id: jobIdInput,
    unproven: z.boolean().default(false).describe('accept a gain that chance could explain'),
  }),
  output: z.object({
    job_id: z.string(),
    skill_path: z.string(),
    signature_version: z.int(),
    changes: z.array(z.string()),
  }),
  async run(ports, input) {
    const root = await ports.files.root()
    if (!root.ok) return root
    const service = ports.jobs(root.value)
    const job = await service.get(input.job_id)
    if (!job.ok) return job
    const location = await ports.files.locateIn(root.value, job.value.skillPath)
    if (!location.ok) return location
    const applied = await applyJob(ports, service, job.value, location.value, input.unproven)
    if (!applied.ok) return applied
    return ok({
      job_id: job.value.id,
      skill_path: location.value.displayPath,
      signature_version: applied.value.version,
      changes: [...applied.value.changes],
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
    older_than: z.number().nonnegative().default(30).describe('days since the job was last touched'),
  }),
  output: z.object({ deleted: z.int() }),
  async run(ports, input) {
    const root = await ports.files.root()
    if (!root.ok) return root
    const service = ports.jobs(root.value)
    const deleted = await (input.job_id === undefined
      ? service.prune(input.older_than)
      : service.prune(0, input.job_id))
    return deleted.ok ? ok({ deleted: deleted.value }) : deleted
  },
})

async function viewAfter(
  ports: Ports,
  action: (service: JobService) => Promise<Result<Job>>,
): Promise<Result<JobView>> {
  const root = await ports.files.root()
  if (!root.ok) return root
  const job = await action(ports.jobs(root.value))
  if (job.ok) return ok(viewJob(job.value))
  if (job.error.code !== 'job_not_found') return job
  const way = "see 'signature-tuner jobs'"
  return fail(failure('job_not_found', `${job.error.message.replace(/\.$/, '')} in ${root.value}; ${way}.`))
}
