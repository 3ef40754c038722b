/** Budgets: calls, tokens, money and time hold for both kinds of job, over all attempts, and a raised one goes on. */
import { describe, expect, test } from 'vitest'
import { fail } from '../../server/src/base/result.ts'
import type { ModelRequest } from '../../server/src/model/model.ts'
import { type Answer, caseOf, createJobWorld, figuresOf, replyOf } from '../support/jobWorld.ts'
import { createRuleModel, ruleWorld } from '../support/ruleModel.ts'
import { plainSignature } from '../support/tuning.ts'

const right = (request: ModelRequest, cost = 0) =>
  request.purpose === 'judge'
    ? replyOf({ score: 1, feedback: 'Good.' }, cost)
    : replyOf({ answer: `a${caseOf(request)}` }, cost)

/** Answers right, for a price. */
const paid =
  (cost: number): Answer =>
  async request =>
    right(request, cost)

/** Answers right, in time. */
const slow =
  (seconds: number): Answer =>
  async (request, signal, clock) => {
    await clock.sleep(seconds * 1000, signal)
    return right(request)
  }

const judge = (name: string) =>
  ({ name, kind: 'llm_judge', weight: 1, field: 'answer', options: { rubric: `Judge ${name}.` } }) as const
const judged = plainSignature({ metrics: [judge('tone'), judge('facts')] })

describe('calls', () => {
  test('too few for all examples and their judges fail before the first', async () => {
    const world = createJobWorld(paid(0), { signature: judged })
    const { job, id } = await world.run('evaluate', { maxCalls: 59 })
    expect(job).toMatchObject({ state: 'failed', error: { code: 'budget_exhausted' } })
    expect(job.error?.message).toBe(
      'Scoring 20 examples takes 60 calls, but the budget is 59: raise --max-calls to at least 60.',
    )
    expect(world.requests).toHaveLength(0)
    const raised = await world.run('evaluate', { maxCalls: 60 })
    expect(raised.id).toBe(id)
    expect(raised.job).toMatchObject({ state: 'completed', result: { score: 1, calls: 60 } })
  })
})

describe('tokens', () => {
  test.each(['evaluate', 'tune'] as const)('are not used past the limit, and %s goes on with more', async kind => {
    // Each call takes 110.
    const world = createJobWorld(paid(0))
    const { job, id } = await world.run(kind, { maxTokens: 1200 })
    expect(job).toMatchObject({ state: 'failed', error: { code: 'budget_exhausted' } })
    expect(job.error?.message).toMatch(/--max-tokens 1200 .*raise it to at least \d+( tokens)?\.$/)
    expect(world.requests.length).toBeGreaterThan(3)
    expect(world.requests.length).toBeLessThanOrEqual(10)
    const enough = Number(/at least (\d+)/.exec(job.error?.message ?? '')?.[1])
    const raised = await world.run(kind, { maxTokens: enough })
    expect(raised.id).toBe(id)
    expect(raised.job.state).toBe('completed')
    expect(world.requests).toHaveLength(20)
  })
})

describe('money', () => {
  test.each(['evaluate', 'tune'] as const)('is not spent past the limit, and %s goes on with more', async kind => {
    const world = createJobWorld(paid(0.1))
    const { job, id } = await world.run(kind, { maxCost: 1 })
    expect(job).toMatchObject({ state: 'failed', error: { code: 'budget_exhausted' } })
    expect(job.error?.message).toMatch(/--max-cost 1 .*raise it to at least \$2\.\d\d\.$/)
    expect(world.requests.length).toBeLessThanOrEqual(10)
    const paidFor = world.requests.length
    const enough = Number(/\$([\d.]+\d)\.$/.exec(job.error?.message ?? '')?.[1])
    const raised = await world.run(kind, { maxCost: enough })
    expect(raised.id).toBe(id)
    expect(raised.job.state).toBe('completed')
    expect(paidFor).toBeGreaterThan(3)
    expect(world.requests).toHaveLength(20)
    expect(figuresOf(raised.job)).toMatchObject({ calls: 20, requests: 20, repeated_calls: 0 })
    expect(figuresOf(raised.job).cost).toBeCloseTo(2, 9)
  })

  test('goes for judges, too', async () => {
    const world = createJobWorld(async request => right(request, request.purpose === 'judge' ? 0.1 : 0), {
      signature: judged,
    })
    const { job, progress } = await world.run('evaluate', { maxCost: 1 })
    expect(job.error?.message).toMatch(/^--max-cost 1 is spent: raise it to at least \$\d/)
    expect(world.requests.filter(({ purpose }) => purpose === 'judge').length).toBeLessThanOrEqual(10)
    expect(progress.at(-1)?.cost).toBeLessThanOrEqual(1 + 1e-9)
    expect(progress.at(-1)?.cost).toBeGreaterThan(0.5)
    expect((await world.run('tune', { maxCost: 1 })).job.error?.code).toBe('budget_exhausted')
  })

  test('that useless replies took is counted, over all attempts', async () => {
    let asked = 0
    const usage = { inputTokens: 100, outputTokens: 10, cost: 0.1 }
    const world = createJobWorld(async request => {
      if (++asked % 2 === 0) return right(request, 0.1)
      return fail({ code: 'reply_invalid', message: 'No JSON.', retryable: true, answered: true, usage })
    })
    const { job } = await world.run('evaluate', { maxCost: 2 })
    expect(job.error?.code).toBe('budget_exhausted')
    expect(world.requests.length).toBeLessThanOrEqual(20)
    const { job: whole } = await world.run('evaluate', { maxCost: 100 })
    expect(whole.state).toBe('completed')
    expect(figuresOf(whole).cost).toBeCloseTo(0.1 * world.requests.length, 9)
    expect(figuresOf(whole).input_tokens).toBe(100 * world.requests.length)
  })

  test('for a prompt alone is not spent when it is more than the limit', async () => {
    const world = createJobWorld(paid(1), { model: 'gpt-5.5' })
    const { job } = await world.run('evaluate', { maxCost: 0.0001 })
    expect(job.error?.code).toBe('budget_exhausted')
    expect(world.requests).toHaveLength(0)
  })

  test('stops a search while the winner can still be paid for', async () => {
    const rules = ruleWorld(60, 4)
    const model = createRuleModel(rules, { cost: 0.01 })
    const world = createJobWorld(async (request, signal) => {
      const reply = await model.call(request, signal)
      return reply.ok ? reply : fail({ ...reply.error, retryable: false, answered: true })
    }, rules)
    const { job } = await world.run('tune', { maxCost: 2 })
    expect(job).toMatchObject({ state: 'completed', result: { tuned: true, stop_reason: 'budget' } })
    expect(figuresOf(job).cost).toBeLessThanOrEqual(2)
    expect(world.requests.length * 0.01).toBeLessThanOrEqual(2)
  })
})

describe('time', () => {
  test('ends an evaluation in the middle of a call, and more goes on', async () => {
    const world = createJobWorld(slow(10))
    const { job } = await world.run('evaluate', { maxTime: 25 })
    expect(job).toMatchObject({ state: 'failed', error: { code: 'budget_exhausted' } })
    expect(job.finishedAt).toBe(job.createdAt + 25_000)
    expect(job.progress?.elapsed).toBe(25)
    const [, enough] =
      /^--max-time 25 is over: raise it to at least (\d+) seconds\.$/.exec(job.error?.message ?? '') ?? []
    // Five rounds of four take 50 s, and what was under way is asked again.
    expect(Number(enough)).toBeGreaterThanOrEqual(55)
    const raised = await world.run('evaluate', { maxTime: Number(enough) })
    expect(raised.job).toMatchObject({ state: 'completed', result: { score: 1, calls: 20, repeated_calls: 4 } })
    expect(raised.job.progress?.elapsed).toBe(55)
  })

  test('ends a job that waits as its endpoint asked', async () => {
    const retryAfter = 3_600_000
    const world = createJobWorld(async () =>
      fail({ code: 'rate_limited', message: 'Later.', retryable: true, retryAfter, answered: true }),
    )
    const { job } = await world.run('evaluate', { maxTime: 30 })
    expect(job.error?.code).toBe('budget_exhausted')
    expect(job.finishedAt).toBe(job.createdAt + 30_000)
  })

  test('is counted over kills, and not between them', async () => {
    const world = createJobWorld(slow(10))
    const first = world.start('evaluate', { maxTime: 45 })
    await world.clock.advance(20_500)
    // The process dies, and nobody looks for a day.
    void first.engine.stop()
    await world.clock.advance(86_400_000)
    const again = await world.run('evaluate', { maxTime: 45 })
    expect(again.job.error?.code).toBe('budget_exhausted')
    expect((again.job.finishedAt ?? 0) - again.job.createdAt).toBeLessThan(86_400_000 + 20_500 + 25_001)
    expect(again.job.progress?.elapsed).toBe(45)
  })

  test('of a tune says what the baseline takes, also when it is resumed', async () => {
    const world = createJobWorld(slow(10))
    const message =
      /^Scoring 20 examples takes about 50 seconds, more than --max-time 30 allows: raise it to at least 55 seconds\.$/
    expect((await world.run('tune', { maxTime: 30 })).job.error?.message).toMatch(message)
    const asked = world.requests.length
    expect((await world.run('tune', { maxTime: 30 })).job.error?.message).toMatch(message)
    expect(world.requests).toHaveLength(asked)
    expect((await world.run('tune', { maxTime: 55 })).job.state).toBe('completed')
  })
})

test('never more calls at a time than the concurrency, judges included', async () => {
  let [underway, most] = [0, 0]
  const world = createJobWorld(
    async (request, signal, clock) => {
      most = Math.max(most, ++underway)
      await clock.sleep(1000, signal)
      underway--
      return right(request)
    },
    { signature: judged },
  )
  await world.run('evaluate')
  expect(most).toBe(4)
})
