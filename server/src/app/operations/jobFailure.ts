/** Why a job did not complete, as a failure that says how to go on. */
import { type Failure, failure, isErrorCode } from '../../base/errors.ts'
import type { Job } from '../../jobs/job.ts'
import type { Ports } from '../ports.ts'

/** `root` is that of the job's workspace, `terms` what the command was told to do at the end. */
export async function jobFailure(ports: Ports, root: string, job: Job, terms: Terms): Promise<Failure> {
  const again = `Resume with: ${await jobCommand(ports, root, 'resume', job.id)}${flagsOf(terms)}`
  if (job.state === 'cancelled') return failure('cancelled', `Job ${job.id} was cancelled. ${again}`)
  if (job.error === undefined) return failure('job_failed', `Job ${job.id} is ${job.state}. ${again}`)
  const { code, message, path } = job.error
  if (code === 'budget_exhausted') {
    const flag = /--max-(?:calls|tokens|cost|time)/.exec(message)?.[0] ?? '--max-calls'
    const enough = /at least \$?(\d+(?:\.\d+)?)/.exec(message)?.[1] ?? '…'
    return failure(code, `${message} ${again} ${flag} ${enough}`, path)
  }
  return failure(isErrorCode(code) ? code : 'job_failed', `${message} ${again}`, path)
}

export interface Terms {
  readonly apply?: boolean | undefined
  readonly accept_unproven?: boolean | undefined
}

/** The flags that make resuming end as the command would have. */
export function flagsOf({ apply, accept_unproven }: Terms): string {
  return (apply ? ' --apply' : '') + (apply && accept_unproven ? ' --accept-unproven' : '')
}

/**
 * As it must be typed here: an endpoint that came from a flag is not known to the next command, and a skill without
 * a repository around it keeps its jobs to itself.
 */
export async function jobCommand(ports: Ports, root: string, verb: 'resume' | 'apply', jobId: string): Promise<string> {
  const here = await ports.files.root()
  const words = ['signature-tuner', 'jobs', verb, jobId]
  if (!here.ok || here.value !== root) words.push('--root', quoted(ports.files.display(root)))
  if (verb === 'resume' && ports.models.typedBaseUrl !== undefined) words.push('--base-url', ports.models.typedBaseUrl)
  return words.join(' ')
}

function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}
