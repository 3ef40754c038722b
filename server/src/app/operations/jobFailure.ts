/** Why a job did not complete, as a failure that says how to go on. */
import { type ErrorCode, errorTable, type Failure, failure } from '../../base/errors.ts'
import type { Job } from '../../jobs/job.ts'

export function jobFailure(job: Job): Failure {
  const again = `Resume with: signature-tuner jobs resume ${job.id}`
  if (job.state === 'cancelled') return failure('cancelled', `Job ${job.id} was cancelled. ${again}`)
  if (job.error === undefined) return failure('job_failed', `Job ${job.id} is ${job.state}. ${again}`)
  const { code, message, path } = job.error
  return failure(isErrorCode(code) ? code : 'job_failed', `${message} ${again}`, path)
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorTable, code)
}
