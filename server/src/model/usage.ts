/** Sums of tokens and money. */
import type { Usage } from './model.ts'

/** What nothing costs. */
export const noUsage: Usage = { inputTokens: 0, outputTokens: 0, cost: 0 }

/** The cost of a sum is unknown as soon as one part's is. */
export function addUsage(a: Usage, b: Usage): Usage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cost: a.cost === undefined || b.cost === undefined ? undefined : a.cost + b.cost,
  }
}

export function totalUsage(usages: Iterable<Usage>): Usage {
  let total = noUsage
  for (const usage of usages) total = addUsage(total, usage)
  return total
}
