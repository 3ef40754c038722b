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
/** Timers stand still while the machine sleeps, so the clock is looked at now and then. */
const longestNap = 60_000

export function createGate({ clock, random, policy, signal, reached, onHold }: GateOptions): Gate {
  let everReached = reached
  let answers = 0
  let round = 1
  let leftOfHold = countdown(clock, 0)

  async function sleep(ms: number): Promise<void> {
    const left = countdown(clock, ms)
    while (left() > 0) await clock.sleep(Math.min(left(), longestNap), signal)
  }

  function hold(ms: number): void {
    if (ms <= leftOfHold()) return
    leftOfHold = countdown(clock, ms)
    announce(ms)
  }

  function announce(ms: number): void {
    if (ms > announcedMilliseconds) onHold?.(clock.now() + ms)
  }

  return {
    async pass() {
      while (leftOfHold() > 0) await sleep(leftOfHold())
      signal.throwIfAborted()
      return { round, answers }
    },
    hold,
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
      hold(unreachableDelay(random, policy))
      return false
    },
    sleep,
    async sleepUntil(time) {
      announce(time - clock.now())
      await sleep(time - clock.now())
    },
  }
}

/** Milliseconds left of `ms`, by whichever clock is further: one stands still in sleep, the other may be set back. */
function countdown(clock: Clock, ms: number): () => number {
  const [elapsed, now] = [clock.elapsed() + ms, clock.now() + ms]
  return () => Math.min(elapsed - clock.elapsed(), now - clock.now())
}
