/** Determinism: any order of replies, any kill and any restart end in the same decisions, within the budget. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson } from '../../server/src/base/json.ts'
import {
  addMissingRule,
  constrained,
  createMemoryLedger,
  createRuleModel,
  inRandomOrder,
  paraphrase,
  ruleWorld,
} from '../support/ruleModel.ts'
import { tuned, tuneWorld } from '../support/tuneWorld.ts'

const world = ruleWorld(60, 5)

/** Rules, chatter and errors, so that all kinds of decisions occur. */
function livelyModel(seed = 1) {
  return createRuleModel(world, {
    failing: 0.03,
    seed,
    reflect: (request, current) => {
      if (request.repeat % 4 === 3) return paraphrase(request, current)
      if (request.repeat % 4 === 2) return constrained(current, 'Be brief.', `Apply r${request.repeat % 5}.`)
      return addMissingRule(request, current)
    },
  })
}

describe('the decision digest', () => {
  test.each([4, 8, 16, 32])('does not depend on the order of replies at width %i', async width => {
    const plain = await tuned(world, livelyModel().call, { width })
    for (const order of ['a', 'b', 'c', 'd']) {
      const shuffled = await tuned(world, inRandomOrder(livelyModel().call, order), { width })
      expect(shuffled).toEqual(plain)
    }
  })

  test('depends on seed and replies', async () => {
    const first = await tuned(world, livelyModel().call)
    expect((await tuned(world, livelyModel().call, { seed: 2 })).decisionDigest).not.toBe(first.decisionDigest)
    expect((await tuned(world, livelyModel(2).call)).decisionDigest).not.toBe(first.decisionDigest)
  })

  test('survives kills at any call, and no answered call is asked again', async () => {
    const input = { width: 16, budget: { maxCalls: 900, maxTime: 10_000, maxCost: 100 } }
    const whole = await tuned(world, livelyModel().call, input)
    for (const killAt of [1, 5, 30, 60, 61, 75, 110, 150, 200, 230, 260]) {
      const ledger = createMemoryLedger()
      const model = livelyModel()
      const abort = new AbortController()
      const ports = { record: ledger.record, signal: abort.signal }
      const dying = inRandomOrder(
        ledger.wrap((request, signal) => {
          if (model.requests.length === killAt) abort.abort(new Error('killed'))
          return model.call(request, signal)
        }),
        `kill ${killAt}`,
      )
      await expect(tuneWorld(world, dying, input, ports)).rejects.toThrow('killed')
      const before = ledger.answers.size
      expect(before).toBeGreaterThan(0)
      const again = livelyModel()
      const resumed = await tuned(world, inRandomOrder(ledger.wrap(again.call), 'again'), input, {
        record: ledger.record,
      })
      expect(resumed).toEqual(whole)
      expect(new Set(again.requests.map(canonicalJson)).size).toBe(again.requests.length)
      expect(again.requests.length).toBe(whole.calls - before)
    }
  })

  test.each([
    ['time', { maxTime: 250 }],
    ['budget', { maxCost: 2.5 }],
    ['budget', { maxTokens: 27_500 }],
  ])('is the same again after a kill and a stop for %s, however clock and replies went', async (reason, limit) => {
    const input = { width: 16, budget: { maxCalls: 900, ...limit } }
    for (const killAt of [10, 61, 75, 90]) {
      const ledger = createMemoryLedger()
      const abort = new AbortController()
      const model = createRuleModel(world, { cost: 0.01 })
      const call = ledger.wrap((request, signal) => {
        if (model.requests.length === killAt) abort.abort(new Error('killed'))
        return model.call(request, signal)
      })
      // A second for each answer.
      const ports = { record: ledger.record, elapsed: () => 1000 * ledger.answers.size }
      const first = tuneWorld(world, inRandomOrder(call, `kill ${killAt}`), input, { ...ports, signal: abort.signal })
      await expect(first).rejects.toThrow('killed')
      const resumed = await tuned(world, inRandomOrder(call, 'again'), input, ports)
      expect(resumed.stopReason).toBe(reason)
      const asked = model.requests.length
      const elapsed = () => 1_000_000
      const replayed = await tuned(world, inRandomOrder(call, 'once more'), input, { record: ledger.record, elapsed })
      expect(replayed).toEqual(resumed)
      expect(model.requests.length).toBe(asked)
    }
  })

  test('a time stop is replayed, whatever the clock says later', async () => {
    const ledger = createMemoryLedger()
    const input = { budget: { maxCalls: 900, maxTime: 100 } }
    const seconds = [1, 2, 3, 90]
    const elapsed = () => 1000 * (seconds.length > 1 ? (seconds.shift() ?? 0) : (seconds[0] ?? 0))
    const slow = { record: ledger.record, elapsed }
    const first = await tuned(world, ledger.wrap(livelyModel().call), input, slow)
    expect(first.stopReason).toBe('time')
    const again = await tuned(world, ledger.wrap(livelyModel().call), input, {
      record: ledger.record,
      elapsed: () => 0,
    })
    expect(again).toEqual(first)
  })
})

test('no budget is ever exceeded, at any width and size', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 500 }),
      fc.integer({ min: 1, max: 80 }),
      fc.integer({ min: 1, max: 32 }),
      fc.integer({ min: 0, max: 1000 }),
      async (maxCalls, size, width, seed) => {
        const some = ruleWorld(size, 4, `world ${seed}`)
        const model = createRuleModel(some, { failing: seed % 3 === 0 ? 0.1 : 0, seed })
        const { result } = await tuneWorld(some, model.call, { seed, width, budget: { maxCalls } })
        expect(model.requests.length).toBeLessThanOrEqual(maxCalls)
        if (result.ok) expect(result.value.calls).toBe(model.requests.length)
        else if (result.error.code === 'budget_exhausted') expect(maxCalls).toBeLessThan(size)
      },
    ),
    { numRuns: 60 },
  )
})
