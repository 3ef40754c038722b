/** Sums of tokens and money. */
import type { ModelRequest, Usage } from './model.ts'

/** Where tokens are not counted; of English text. */
export const charactersPerToken = 4

/** Characters of all messages. */
export function promptLength({ messages }: Pick<ModelRequest, 'messages'>): number {
  return messages.reduce((sum, { content }) => sum + content.length, 0)
}

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

/** Read and written. */
export function tokensOf({ inputTokens, outputTokens }: Usage): number {
  return inputTokens + outputTokens
}

export function totalUsage(usages: Iterable<Usage>): Usage {
  let total = noUsage
  for (const usage of usages) total = addUsage(total, usage)
  return total
}

/** Calls of one purpose that came to an end, and what they used, useless replies included. */
export interface Tally {
  readonly calls: number
  readonly usage: Usage
}

export type Spending = Readonly<Record<ModelRequest['purpose'], Tally>>

export const nothingSpent: Spending = {
  task: { calls: 0, usage: noUsage },
  judge: { calls: 0, usage: noUsage },
  reflection: { calls: 0, usage: noUsage },
}

/** US dollars that a call costs on average; `undefined` before the first. */
export function averageCost({ calls, usage }: Tally): number | undefined {
  return calls === 0 ? undefined : (usage.cost ?? 0) / calls
}

/** Tokens that a call takes on average; `undefined` before the first. */
export function averageTokens({ calls, usage }: Tally): number | undefined {
  return calls === 0 ? undefined : tokensOf(usage) / calls
}

/** `$1.20`: rounded up to whole cents, or to two digits below ten cents, so that a budget of it suffices. */
export function formatDollars(amount: number): string {
  const digits = amount <= 0 ? 2 : Math.min(8, Math.max(2, 1 - Math.floor(Math.log10(amount))))
  const unit = 10 ** digits
  return `$${(Math.ceil(amount * unit - 1e-6) / unit).toFixed(digits)}`
}
