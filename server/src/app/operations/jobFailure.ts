/** Why a job did not complete, as a failure that says how to go on. */
import { type Failure, failure, isErrorCode } from '../../base/errors.ts'
import type { Job } from '../../jobs/job.ts'
import type { ModelSettings } from '../ports.ts'

export function jobFailure(job: Job, models: ModelSettings): Failure {
  const again = `Resume with: ${resumeCommand(job.id, models)}`
  if (job.state === 'cancelled') return failure('cancelled', `Job ${job.id} was cancelled. ${again}`)
  if (job.error === undefined) return failure('job_failed', `Job ${job.id} is ${job.state}. ${again}`)
  const { code, message, path } = job.error
  if (code === 'budget_exhausted') {
    const flag = /--max-(?:calls|cost|time)/.exec(message)?.[0] ?? '--max-calls'
    return failure(code, `${message} ${again} ${flag} …`, path)
  }
  return failure(isErrorCode(code) ? code : 'job_failed', `${message} ${again}`, path)
}

/** As it must be typed: an endpoint that came from a flag is not known to the next command. */
export function resumeCommand(jobId: string, models: ModelSettings): string {
  const endpoint = models.typedBaseUrl === undefined ? '' : ` --base-url ${models.typedBaseUrl}`
  return `signature-tuner jobs resume ${jobId}${endpoint}`
}
