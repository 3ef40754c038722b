/** The clock as a port: domain code never reads the time itself. */

export interface Clock {
  /** Wall time in milliseconds since 1970; may step backwards. */
  now(): number
  /** Milliseconds that never step backwards, from an arbitrary start. */
  elapsed(): number
  /** Resolves after `ms`; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}
