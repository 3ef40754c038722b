/** The budget of a job, over all its attempts: which calls it allows, and what a sufficient one would be. */
import type { Clock } from '../base/clock.ts'
import { type Failure, failure } from '../base/errors.ts'
import { formatDollars } from '../model/usage.ts'
import type { NextRequest } from './ledgerModel.ts'
import type { JobSnapshot } from './snapshot.ts'

export interface Budget {
  /** Milliseconds that this attempt and those before it took. */
  elapsed(): number
  /** Why one more request may not be sent. */
  refuse(next: NextRequest): Failure | undefined
  /** Calls `stop` when the time is up, unless `signal` is aborted before. */
  watch(stop: (reason: Failure) => void, signal: AbortSignal): Promise<void>
}

export interface BudgetOptions {
  readonly limits: JobSnapshot['budget']
  readonly clock: Clock
  /** Milliseconds that earlier attempts took. */
  readonly before: number
  /** Calls that came to an end, and those that the job is expected to take in all. */
  readonly calls: () => { readonly done: number; readonly expected: number }
}

export function createBudget({ limits, clock, before, calls }: BudgetOptions): Budget {
  const { maxTokens, maxCost, maxTime } = limits
  const started = clock.elapsed()
  const elapsed = () => before + clock.elapsed() - started
  const longest = maxTime === undefined ? Number.POSITIVE_INFINITY : maxTime * 1000

  /** What all expected calls take when `done` took `used`, and a tenth more; always more than the limit was. */
  const enough = (limit: number, used: number, done: number) =>
    Math.max(limit, used, (used * calls().expected) / Math.max(1, done)) * 1.1

  const timeIsUp = () => {
    const needed = Math.ceil(enough(longest / 1000, elapsed() / 1000, calls().done) - 1e-6)
    return failure('budget_exhausted', `--max-time ${maxTime} is over: raise it to at least ${needed} seconds.`)
  }

  return {
    elapsed,
    refuse(next) {
      if (elapsed() >= longest) return timeIsUp()
      if (maxTokens !== undefined && next.tokens > maxTokens) {
        const needed = Math.ceil(enough(maxTokens, next.tokens, next.calls))
        return failure('budget_exhausted', `--max-tokens ${maxTokens} are spent: raise it to at least ${needed}.`)
      }
      if (maxCost === undefined || next.cost <= maxCost + 1e-9) return undefined
      const needed = formatDollars(enough(maxCost, next.cost, next.calls))
      return failure('budget_exhausted', `--max-cost ${maxCost} is spent: raise it to at least ${needed}.`)
    },
    async watch(stop, signal) {
      // Time that was up before may still do for calls that were answered before.
      if (maxTime === undefined || elapsed() >= longest) return
      try {
        while (elapsed() < longest) await clock.sleep(longest - elapsed(), signal)
      } catch (error) {
        if (signal.aborted) return
        throw error
      }
      stop(timeIsUp())
    },
  }
}
