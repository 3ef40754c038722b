/** How long to wait before a call is asked again. */

export interface RetryPolicy {
  /** Requests for one call before its failure is final. */
  readonly maxAsks: number
  /** The same where the endpoint answers, and is paid, but what it says is of no use. */
  readonly maxUselessAsks: number
  /** Milliseconds; the wait before the first retry is below this, and doubles. */
  readonly baseDelay: number
  /** Milliseconds; no wait of our own choosing is longer. */
  readonly maxDelay: number
  /** Tries at an endpoint that has never answered in this job, all within `unreachableWithin` milliseconds. */
  readonly unreachableTries: number
  readonly unreachableWithin: number
}

/** Some five minutes of patience for one call: enough for a deployment to restart. */
export const defaultRetryPolicy: RetryPolicy = {
  maxAsks: 8,
  maxUselessAsks: 4,
  baseDelay: 500,
  maxDelay: 120_000,
  unreachableTries: 3,
  unreachableWithin: 5_000,
}

/**
 * Exponential back-off with full jitter (Brooker, "Exponential Backoff and Jitter", AWS, 2015), whole milliseconds.
 * `retryAfter`, which the endpoint asked for, is honoured at any length; the jitter then comes on top.
 */
export function retryDelay(
  /** 1 for the first retry. */
  attempt: number,
  /** In [0, 1). */
  random: () => number,
  retryAfter?: number,
  policy: RetryPolicy = defaultRetryPolicy,
): number {
  const jitter = Math.ceil(random() * Math.min(policy.maxDelay, policy.baseDelay * 2 ** (attempt - 1)))
  if (retryAfter === undefined || !Number.isFinite(retryAfter)) return jitter
  return Math.ceil(Math.max(0, retryAfter)) + Math.min(jitter, policy.baseDelay)
}

/** A wait that lets every try at an endpoint that never answered fit into `unreachableWithin`. */
export function unreachableDelay(random: () => number, policy: RetryPolicy = defaultRetryPolicy): number {
  const share = policy.unreachableWithin / policy.unreachableTries
  return Math.ceil(share * (0.5 + random() / 2))
}
