/** The account of calls: reserved in logical order before work starts, refunded when a step is concluded. */
import type { UsedCalls } from './rollouts.ts'

export interface Account {
  /** Calls neither spent nor reserved. */
  available(): number
  /** Sets `calls` aside; false, and nothing set aside, when that many are not available. */
  reserve(calls: number): boolean
  /** Books what a step really asked for and returns the rest of its reservation. Calls booked before are free. */
  settle(reserved: number, used: UsedCalls): void
}

/**
 * Steps are settled in logical order, so that what is available at each decision does not depend on which reply
 * came first. Calls under way belong to open reservations: the sum never passes `maxCalls`.
 */
export function createAccount(maxCalls: number): Account {
  const booked = new Set<string>()
  let spent = 0
  let reserved = 0
  const available = () => maxCalls - spent - reserved
  return {
    available,
    reserve(calls) {
      if (calls > available()) return false
      reserved += calls
      return true
    },
    settle(calls, used) {
      reserved -= calls
      let cost = 0
      for (const [key, price] of used) {
        if (booked.has(key)) continue
        booked.add(key)
        cost += price
      }
      if (cost > calls) throw new Error(`a step used ${cost} calls of ${calls} reserved`)
      spent += cost
    },
  }
}
