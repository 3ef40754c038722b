/** The contestants by name. An ablation is one more entry: our tuner without one of its ideas. */
import { constants } from '../constants.ts'
import { ax } from './ax.ts'
import { bestOfN } from './bestOfN.ts'
import type { Contestant } from './contestant.ts'
import { greedy } from './greedy.ts'
import { ours } from './ours.ts'
import { random } from './random.ts'

export const contestants: Readonly<Record<string, Contestant>> = {
  ours,
  ax: ax(constants.contestants.ax),
  axFields: ax(constants.contestants.axFields),
  greedy,
  bestOfN,
  random,
}
