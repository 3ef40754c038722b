/** A clock whose time passes only when a test says so; timers fire in order, without waiting. */
import type { Clock } from '../../server/src/base/clock.ts'

export interface VirtualClock extends Clock {
  /** Lets `ms` pass, with everything that happens in them. */
  advance(ms: number): Promise<void>
  /** Lets time pass until the promise is settled. */
  run<T>(promise: Promise<T>): Promise<T>
  /** Sets the wall clock forward, or back when negative; elapsed time goes on as it was. */
  setForward(ms: number): void
}

interface Timer {
  readonly at: number
  fire(): void
}

export function createVirtualClock(start = 1_000_000): VirtualClock {
  let elapsed = 0
  let shift = 0
  const timers = new Set<Timer>()
  const settle = async () => {
    for (let turn = 0; turn < 5; turn++) await new Promise(resolve => setImmediate(resolve))
  }
  const next = () =>
    [...timers].reduce<Timer | undefined>((a, b) => (a === undefined || b.at < a.at ? b : a), undefined)
  const step = (until: number): boolean => {
    const timer = next()
    if (timer === undefined || timer.at > until) return false
    elapsed = Math.max(elapsed, timer.at)
    timer.fire()
    return true
  }
  return {
    now: () => start + elapsed + shift,
    elapsed: () => elapsed,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const end = () => {
          timers.delete(timer)
          signal?.removeEventListener('abort', abandon)
        }
        const abandon = () => {
          end()
          reject(signal?.reason)
        }
        const timer: Timer = {
          at: elapsed + Math.max(0, ms),
          fire() {
            end()
            resolve()
          },
        }
        signal?.addEventListener('abort', abandon)
        timers.add(timer)
      }),
    async advance(ms) {
      const until = elapsed + ms
      await settle()
      while (step(until)) await settle()
      elapsed = until
    },
    async run(promise) {
      let settled = false
      const end = () => {
        settled = true
      }
      promise.then(end, end)
      for (await settle(); !settled; await settle()) {
        if (!step(Number.POSITIVE_INFINITY) && !settled) throw new Error('nothing left that could settle the promise')
      }
      return promise
    },
    setForward(ms) {
      shift += ms
    },
  }
}
