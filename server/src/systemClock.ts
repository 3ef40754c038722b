/** The machine's clock. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from './base/clock.ts'

/** `setTimeout` counts in 32 bits; longer waits are made of several. */
const longestTimer = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  async sleep(ms, signal) {
    signal?.throwIfAborted()
    try {
      for (let left = ms; left > 0; left -= longestTimer) {
        await delay(Math.min(left, longestTimer), undefined, { signal })
      }
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    }
  },
}
