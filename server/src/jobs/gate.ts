/** The gate in front of a job's endpoint: holds every call back while it asks for patience or cannot be reached. */
import type { Clock } from '../base/clock.ts'
import { type RetryPolicy, unreachableDelay } from './retry.ts'

/** What a request must remember to tell, when it fails, whether its failure is news. */
export interface Pass {
  readonly round: number
  readonly answers: number
}

export interface Gate {
  /** Resolves when a request may be sent. */
  pass(): Promise<Pass>
  /** Nobody passes for `ms`. */
  hold(ms: number): void
  /** Counts a reply. */
  answered(): void
  /** The endpoint answered, if only with an error. */
  reached(): void
  /** Replies since the job was started or resumed. */
  answers(): number
  everReached(): boolean
  /** A request got no answer from an endpoint that never gave one: true when that was the last try. */
  unreachable(pass: Pass): boolean
  sleep(ms: number): Promise<void>
  sleepUntil(time: number): Promise<void>
}

interface GateOptions {
  readonly clock: Clock
  readonly random: () => number
  readonly policy: RetryPolicy
  readonly signal: AbortSignal
  readonly reached: boolean
  readonly onHold: ((until: number) => void) | undefined
}

/** Longer waits are announced, so that a person is not left wondering. */
const announcedMilliseconds = 5_000
/** Timers take at most 2^31 - 1 ms; a suspended machine also needs to look at the clock now and then. */
const longestNap = 60_000

export function createGate({ clock, random, policy, signal, reached, onHold }: GateOptions): Gate {
  let everReached = reached
  let answers = 0
  let round = 1
  // Of the clock that never steps back, so that a corrected wall clock cannot lengthen a wait.
  let closedUntil = 0

  async function sleep(ms: number): Promise<void> {
    const end = clock.elapsed() + ms
    if (ms > announcedMilliseconds) onHold?.(clock.now() + ms)
    for (let left = ms; left > 0; left = end - clock.elapsed()) await clock.sleep(Math.min(left, longestNap), signal)
  }

  return {
    async pass() {
      for (let left = closedUntil - clock.elapsed(); left > 0; left = closedUntil - clock.elapsed()) await sleep(left)
      signal.throwIfAborted()
      return { round, answers }
    },
    hold(ms) {
      closedUntil = Math.max(closedUntil, clock.elapsed() + ms)
    },
    answered() {
      answers++
      everReached = true
    },
    reached() {
      everReached = true
    },
    answers: () => answers,
    everReached: () => everReached,
    unreachable(pass) {
      // Requests sent side by side that all fail are one try.
      if (pass.round !== round) return false
      if (round === policy.unreachableTries) return true
      round++
      closedUntil = Math.max(closedUntil, clock.elapsed() + unreachableDelay(random, policy))
      return false
    },
    sleep,
    sleepUntil: time => sleep(Math.max(0, time - clock.now())),
  }
}
