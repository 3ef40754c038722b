/** Handlers: what jobs keep of their scores, and when there is no score to keep. */
import { describe, expect, test } from 'vitest'
import type { ErrorCode } from '../../server/src/base/errors.ts'
import { fail } from '../../server/src/base/result.ts'
import { type Answer, caseOf, createJobWorld, figuresOf, plainExamples, replyOf } from '../support/jobWorld.ts'
import { createRuleModel, ruleWorld } from '../support/ruleModel.ts'

/** Fails for good on the first cases, with these codes in turn; right on the others. */
const failingOn =
  (cases: number, ...codes: readonly ErrorCode[]): Answer =>
  async request => {
    const number = caseOf(request)
    const code = number < cases ? codes[number % codes.length] : undefined
    if (code === undefined) return replyOf({ answer: `a${number}` })
    return fail({ code, message: `It was ${code}.`, retryable: false, answered: true })
  }

describe('calls that fail for good', () => {
  test('are left out of the score and counted', async () => {
    const world = createJobWorld(failingOn(10, 'reply_invalid'))
    const { job } = await world.run('evaluate')
    expect(job).toMatchObject({ state: 'completed', result: { score: 1, passed: 10 } })
    expect(figuresOf(job).errors).toEqual([{ code: 'reply_invalid', count: 10, message: 'It was reply_invalid.' }])
    expect(world.stores.evaluations.latest('skills/a/signature.yaml', 5)).toMatchObject([{ score: 1, errors: 10 }])
  })

  test.each(['evaluate', 'tune'] as const)('on more than half leave %s without a score, resumable', async kind => {
    let answer = failingOn(12, 'reply_invalid', 'reply_invalid', 'timed_out')
    const world = createJobWorld((...args) => answer(...args))
    const { job, id } = await world.run(kind)
    expect(job).toMatchObject({ state: 'failed', error: { code: 'reply_invalid' } })
    expect(job.error?.message).toBe(
      '12 of 20 examples could not be scored (8 reply_invalid, 4 timed_out): It was reply_invalid.',
    )
    expect(world.stores.evaluations.latest('skills/a/signature.yaml', 5)).toEqual([])
    answer = failingOn(0)
    const again = await world.run(kind)
    expect(again.id).toBe(id)
    expect(again.job.state).toBe('completed')
    expect(world.requests).toHaveLength(32)
  })
})

describe('an evaluation', () => {
  /** Right on every fourth case, and without an answer to the first. */
  const answer: Answer = async request => {
    const number = caseOf(request)
    if (number === 0) return fail({ code: 'timed_out', message: 'Too late.', retryable: false, answered: true })
    return replyOf({ answer: number % 4 === 0 ? `a${number}` : 'wrong' })
  }

  test('tells of every example, and describes as many failing ones as were asked for', async () => {
    const world = createJobWorld(answer, { examples: plainExamples(100), options: { maxFailing: 60 } })
    const figures = figuresOf((await world.run('evaluate')).job)
    expect(figures).toMatchObject({ examples: 100, passed: 24, failing_count: 75 })
    expect(figures.failing).toHaveLength(60)
    const outcomes = figures.outcomes as readonly unknown[]
    expect(outcomes).toHaveLength(100)
    expect([outcomes[0], outcomes[1], outcomes[4]]).toEqual([
      { id: 'e0', error: 'timed_out' },
      { id: 'e1', score: 0 },
      { id: 'e4', score: 1 },
    ])
    // What hints show stays as short as ever.
    expect(world.stores.evaluations.latest('skills/a/signature.yaml', 1)[0]?.failing).toHaveLength(50)
  })

  test('of some examples is no score of the signature', async () => {
    const world = createJobWorld(answer, { options: { ofExamples: 100 } })
    const figures = figuresOf((await world.run('evaluate')).job)
    expect(figures).toMatchObject({ examples: 20, of_examples: 100 })
    expect(world.stores.evaluations.latest('skills/a/signature.yaml', 5)).toEqual([])
  })
})

test('a tune keeps the scores of both texts with their errors', async () => {
  const rules = ruleWorld(60, 3)
  const model = createRuleModel(rules, { failing: 0.05 })
  const world = createJobWorld(async (request, signal) => {
    const reply = await model.call(request, signal)
    return reply.ok ? reply : fail({ ...reply.error, retryable: false, answered: true })
  }, rules)
  const { job } = await world.run('tune')
  expect(job).toMatchObject({ state: 'completed', result: { tuned: true } })
  const kept = world.stores.evaluations.latest('skills/a/signature.yaml', 5)
  expect(kept).toHaveLength(2)
  expect(kept.map(({ score }) => score).toSorted()).toEqual([figuresOf(job).old_score, figuresOf(job).new_score])
  expect(kept.every(({ errors }) => errors > 0 && errors < 10)).toBe(true)
  expect(new Set(kept.map(({ signatureSha256 }) => signatureSha256)).size).toBe(2)
})

test('a damaged reply of the ledger is an error of its example', async () => {
  const world = createJobWorld(async (request, signal, clock) => {
    await clock.sleep(1000, signal)
    return replyOf({ answer: `a${caseOf(request)}` })
  })
  const { answered } = world.stores.ledger
  let stored = 0
  world.stores.ledger.answered = (fence, key, reply, now) =>
    answered(fence, key, stored++ < 3 ? '{"value":7}' : reply, now)
  const { engine, id } = world.start('evaluate')
  await world.clock.advance(1_500)
  void engine.stop()
  const { job } = await world.run('evaluate')
  expect(job).toMatchObject({ id, state: 'completed', result: { score: 1, passed: 17 } })
  expect(figuresOf(job).errors).toEqual([
    { code: 'reply_invalid', count: 3, message: 'The reply stored for this call is damaged.' },
  ])
})

test('a tune that resumes tells of what was tried before, until its decisions are replayed', async () => {
  const rules = ruleWorld(60, 3)
  const model = createRuleModel(rules)
  let left = 190
  const world = createJobWorld(async (request, signal) => {
    if (left-- <= 0) return fail({ code: 'key_rejected', message: 'No.', retryable: false, answered: true })
    const reply = await model.call(request, signal)
    return reply.ok ? reply : fail({ ...reply.error, retryable: false, answered: true })
  }, rules)
  const first = await world.run('tune')
  expect(first.job.error?.code).toBe('key_rejected')
  const before = first.job.progress?.tree
  expect(before?.candidates.length).toBeGreaterThan(1)
  left = 10_000
  const resumed = await world.run('tune')
  expect(resumed.id).toBe(first.id)
  expect(resumed.job.state).toBe('completed')
  expect(resumed.progress.filter(({ tree }) => tree === undefined)).toEqual([])
  const after = resumed.job.progress?.tree?.candidates ?? []
  expect(after.slice(0, before?.candidates.length).map(({ id }) => id)).toEqual(before?.candidates.map(({ id }) => id))
})
