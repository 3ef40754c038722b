/** Honesty on a noisy model: what only rewords is not proven, and what is reported is near the truth. */
import { expect, test } from 'vitest'
import { createRuleModel, paraphrase, ruleWorld } from '../support/ruleModel.ts'
import { tuned } from '../support/tuneWorld.ts'

const runs = 150

test('a reflector that only paraphrases is proven in at most 5 % of runs', async () => {
  const world = ruleWorld(60, 4)
  let proven = 0
  let unproven = 0
  for (let seed = 0; seed < runs; seed++) {
    const model = createRuleModel(world, { luck: 0.55, seed, reflect: paraphrase })
    const outcome = await tuned(world, model.call, { seed, budget: { maxCalls: 500 } })
    if (outcome.evidence === 'proven') proven++
    if (outcome.evidence === 'unproven') unproven++
  }
  expect(proven / runs).toBeLessThanOrEqual(0.05)
  // The test would be empty if noise never got as far as the holdout.
  expect(unproven).toBeGreaterThan(runs / 10)
})
