/** Limits of a search: what it takes a step to cost before the first one of its kind. */
import { expect, test } from 'vitest'
import { ok } from '../../server/src/base/result.ts'
import { createRuleModel, ruleWorld } from '../support/ruleModel.ts'
import { tuned } from '../support/tuneWorld.ts'

const world = ruleWorld(120, 4)

/** Tunes with task calls for a hundredth of a cent. */
async function tuneFor(maxCost: number, reflectionModel: string, reflectionCost: number) {
  const model = createRuleModel(world, { cost: 0.0001 })
  let cost = 0
  const outcome = await tuned(
    world,
    async (request, signal) => {
      const reply = await model.call(request, signal)
      if (!reply.ok) return reply
      const { usage } = reply.value
      const paid = { ...usage, cost: request.purpose === 'reflection' ? reflectionCost : 0.0001 }
      cost += paid.cost
      return ok({ ...reply.value, usage: paid })
    },
    { reflectionModel, budget: { maxCalls: 2000, maxCost } },
  )
  return { outcome, cost, reflections: model.reflections().length }
}

test('a reflection is priced by its prompt before the first was paid for', async () => {
  const free = await tuneFor(0.03, 'no-known-model', 0.0001)
  expect(free.reflections).toBeGreaterThan(0)
  const dear = await tuneFor(0.03, 'gpt-5.5', 0.01)
  expect(dear.outcome.stopReason).toBe('budget')
  expect(dear.reflections).toBe(0)
  expect([free, dear].map(({ outcome }) => outcome.preflight?.split(';')[0])).toEqual([
    expect.stringMatching(/^this budget buys about \d proposals$/),
    'this budget buys no proposal',
  ])
})

test('dear reflections are not averaged away by many cheap calls', async () => {
  const { outcome, cost, reflections } = await tuneFor(1, 'no-known-model', 0.2)
  expect(outcome.stopReason).toBe('budget')
  expect(reflections).toBeGreaterThan(0)
  expect(cost).toBeLessThanOrEqual(1)
})
