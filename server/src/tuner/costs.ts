/** Costs: how many calls the parts of a run take at most, and with how many tuning can start. */
import { callsPerProposal } from './propose.ts'
import type { SplitData } from './run.ts'
import { maxReading, minibatchSize } from './search.ts'

export interface Costs {
  /** The signature as it is on all examples. */
  readonly baseline: number
  /** A reflective proposal that goes all the way. */
  readonly proposal: number
  /** A winner on what it has not seen. */
  readonly finish: number
  /** The smallest budget that leaves a proposal. */
  readonly least: number
}

export function costsOf(
  data: Pick<SplitData, 'all' | 'train' | 'dev' | 'search' | 'test'>,
  callsPerExample: number,
): Costs {
  const tried = Math.min(minibatchSize + data.dev.length + maxReading, data.search.length)
  const unseen = new Set([...data.train, ...data.test])
  for (const example of data.dev) unseen.delete(example)
  const baseline = callsPerExample * data.all.length
  const proposal = callsPerProposal + callsPerExample * tried
  const finish = callsPerExample * unseen.size
  return { baseline, proposal, finish, least: baseline + proposal + finish }
}
