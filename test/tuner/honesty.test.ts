/** Honesty on a noisy model: what only rewords is not proven, whatever the examples are. */
import { expect, test } from 'vitest'
import { createRuleModel, paraphrase, type RuleWorld, ruleWorld } from '../support/ruleModel.ts'
import { tuned } from '../support/tuneWorld.ts'

const runs = 150

/** `count` examples, each there `copies` times: an equal question gets an equal answer. */
function copied(count: number, copies: number): RuleWorld {
  const world = ruleWorld(count, 4)
  const copy = (number: number) => world.examples.map(example => ({ ...example, id: `${example.id} ${number}` }))
  return { ...world, examples: Array.from({ length: copies }, (_, i) => copy(i)).flat() }
}

/** Runs on pure noise, and how they ended. */
async function endings(world: RuleWorld) {
  const counts = { proven: 0, weak: 0, unproven: 0 }
  for (let seed = 0; seed < runs; seed++) {
    const model = createRuleModel(world, { luck: 0.55, seed, reflect: paraphrase })
    const { evidence } = await tuned(world, model.call, { seed, budget: { maxCalls: 500 } })
    if (evidence !== undefined) counts[evidence]++
  }
  return counts
}

// Two standard errors above 5 % of 150 runs.
const most = 12

test.each([
  ['60 examples', 60, 1],
  ['30 examples twice', 30, 2],
  ['25 examples three times', 25, 3],
])('a reflector that only paraphrases is proven in at most 5 %% of runs: %s', async (_, count, copies) => {
  const { proven, unproven } = await endings(copied(count, copies))
  expect(proven).toBeLessThanOrEqual(most)
  // The test would be empty if noise never got as far as the holdout.
  expect(unproven).toBeGreaterThan(runs / 10)
})

test('15 examples four times hold nothing out, and are weak evidence in few runs', async () => {
  const { proven, weak } = await endings(copied(15, 4))
  expect(proven).toBe(0)
  expect(weak).toBeLessThanOrEqual(most)
})
