/** How long a job will take, from measured calls and its budget. */
import { parseJson } from '../base/json.ts'
import type { JobProgress } from '../jobs/job.ts'
import type { StoredAnswer } from '../jobs/store.ts'
import { replySchema } from './ledgerModel.ts'

/** Milliseconds that a call took on average; `undefined` when none of them tells. */
export function meanLatency(answers: readonly StoredAnswer[]): number | undefined {
  const latencies = answers.flatMap(({ reply }) => replySchema.safeParse(parseJson(reply)).data?.latency ?? [])
  return latencies.length === 0 ? undefined : latencies.reduce((sum, latency) => sum + latency, 0) / latencies.length
}

/** Milliseconds for a job that uses its whole budget. */
export function estimateDuration(job: {
  /** Mean milliseconds of a call. */
  readonly latency: number
  readonly calls: number
  readonly concurrency: number
  /** Seconds. */
  readonly maxTime: number | undefined
}): number {
  const longest = job.maxTime === undefined ? Number.POSITIVE_INFINITY : job.maxTime * 1000
  return Math.min(longest, (job.calls * job.latency) / job.concurrency)
}

/** Milliseconds that a running job still needs, at the pace it had so far; `undefined` before its first calls. */
export function estimateRest({ calls, expected_calls, elapsed }: JobProgress): number | undefined {
  if (expected_calls === undefined || elapsed === undefined || calls === 0) return undefined
  return (Math.max(0, expected_calls - calls) * elapsed * 1000) / calls
}
