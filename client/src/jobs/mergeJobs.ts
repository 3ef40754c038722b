/** Jobs of several roots as one list, newest first; folders of one root tell of the same jobs. */
import type { WireOutputs } from '../../../server/src/protocol/client.ts'
import type { KnownJob } from './jobMarkdown.ts'

export function mergeJobs(lists: readonly WireOutputs['jobs'][]): readonly KnownJob[] {
  const found = new Map<string, KnownJob>()
  for (const { root, jobs } of lists) {
    for (const job of jobs) found.set(jobKey(root, job.job_id), { root, job })
  }
  return [...found.values()].sort((one, other) => other.job.created_at.localeCompare(one.job.created_at))
}

/** A database that was copied with its folder holds the same ids. */
export function jobKey(root: string, jobId: string): string {
  return `${root}\n${jobId}`
}
