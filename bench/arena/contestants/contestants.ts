/** The contestants by name; among them our tuner without one of its ideas each. */

import { ideas } from '../../../server/src/tuner/result.ts'
import { constants } from '../constants.ts'
import { ax } from './ax.ts'
import { bestOfN } from './bestOfN.ts'
import type { Contestant } from './contestant.ts'
import { greedy } from './greedy.ts'
import { ours, oursWithout } from './ours.ts'
import { random } from './random.ts'

export const contestants: Readonly<Record<string, Contestant>> = {
  ours,
  ...Object.fromEntries(ideas.map(idea => [`ours without ${idea}`, oursWithout(idea)])),
  ax: ax(constants.contestants.ax),
  axFields: ax(constants.contestants.axFields),
  greedy,
  bestOfN,
  random,
}
