/** Costs: how many calls the parts of a run take at most, and with how many tuning can start. */
import { callsPerProposal } from './propose.ts'
import type { SplitData } from './run.ts'
import { reflectionsPerProposal } from './steps.ts'

export interface Costs {
  /** The signature as it is on all examples, those to read among them. */
  readonly baseline: number
  /** A reflective proposal that goes all the way. */
  readonly proposal: number
  /** Calls of the reflection model among them. */
  readonly reflections: number
  /** A winner on what it has not seen. */
  readonly finish: number
  /** The smallest budget that leaves a proposal. */
  readonly least: number
}

export function costsOf(data: Pick<SplitData, 'all' | 'search' | 'baseline'>, callsPerExample: number): Costs {
  const unseen = new Set(data.all)
  for (const example of data.search) unseen.delete(example)
  const baseline = callsPerExample * data.baseline.length
  const reflections = reflectionsPerProposal * callsPerProposal
  const proposal = reflections + callsPerExample * data.search.length
  const finish = callsPerExample * unseen.size
  return { baseline, proposal, reflections, finish, least: baseline + proposal + finish }
}
