/** The ledger: what is asked, what is stored, what is replayed, and what stops a job. */
import { describe, expect, test } from 'vitest'
import { failureOf } from '../../server/src/base/errors.ts'
import { createRedactor } from '../../server/src/base/redact.ts'
import { fail, ok, type Result } from '../../server/src/base/result.ts'
import { type CallFailure, createLedger, type LedgerOptions } from '../../server/src/jobs/ledger.ts'
import { createMemoryStores } from '../support/memoryStores.ts'
import { createVirtualClock } from '../support/virtualClock.ts'
import { alice, bob, newJob } from './conformance.ts'

const { id } = newJob()

function problem(code: CallFailure['code'], changes: Partial<CallFailure> = {}): Result<never, CallFailure> {
  return fail({ code, message: `It was ${code}.`, retryable: true, answered: true, ...changes })
}
const refused = problem('endpoint_unreachable', { answered: false })

function setUp() {
  const clock = createVirtualClock()
  const stores = createMemoryStores()
  stores.jobs.enqueue(newJob(), clock.now())
  /** A process that takes the job up, its predecessor being dead. */
  const takeUp = (changes: Partial<LedgerOptions> = {}) => {
    const job = stores.jobs.claim(id, alice, clock.now(), () => true)
    const run = new AbortController()
    const fence = { id, attempt: job?.attempt ?? 0 }
    const ledger = createLedger({ store: stores.ledger, fence, clock, random: () => 0.5, run, ...changes })
    return { ledger, run, stopped: () => failureOf(run.signal.reason)?.code }
  }
  return { clock, stores, takeUp, ...takeUp() }
}

/** Asks that give these outcomes one after the other and count themselves. */
function asks(...outcomes: readonly Result<{ n: number }, CallFailure>[]) {
  const times: number[] = []
  const ask = async () => {
    const outcome = outcomes[Math.min(times.length, outcomes.length - 1)]
    times.push(0)
    if (outcome === undefined) throw new Error('asked though nothing was expected')
    return outcome
  }
  return Object.assign(ask, { count: () => times.length })
}

describe('replies', () => {
  test('what was answered is never asked again, by this process or the next', async () => {
    const { ledger, takeUp } = setUp()
    const ask = asks(ok({ n: 1 }))
    expect(await ledger.call('k', 'task', ask)).toEqual(ok({ n: 1 }))
    expect(await ledger.call('k', 'task', ask)).toEqual(ok({ n: 1 }))
    expect(await takeUp().ledger.call('k', 'task', ask)).toEqual(ok({ n: 1 }))
    expect(ask.count()).toBe(1)
    expect(ledger.totals()).toEqual({ calls: 1, answered: 1, failed: 0, requests: 1, repeated: 0 })
  })

  test('equal keys asked at once share one request', async () => {
    const { ledger } = setUp()
    const ask = asks(ok({ n: 1 }))
    const replies = await Promise.all([1, 2, 3].map(() => ledger.call('k', 'task', ask)))
    expect(replies).toEqual([ok({ n: 1 }), ok({ n: 1 }), ok({ n: 1 })])
    expect(ask.count()).toBe(1)
  })

  test('a call in flight when its process died is asked again and counted', async () => {
    const { ledger, takeUp, clock } = setUp()
    void ledger.call('k', 'task', () => new Promise(() => {}))
    await clock.advance(0)
    const next = takeUp().ledger
    expect(await next.call('k', 'task', asks(ok({ n: 2 })))).toEqual(ok({ n: 2 }))
    expect(next.totals()).toMatchObject({ requests: 2, repeated: 1 })
  })

  test('a refusal is looked at before each request and leaves no trace', async () => {
    const { clock, ledger, takeUp } = setUp()
    const refusal = { code: 'budget_exhausted', message: 'It is spent.' } as const
    const ask = asks(problem('timed_out'), ok({ n: 1 }))
    expect(await ledger.call('k', 'task', ask, () => refusal)).toEqual(fail(refusal))
    expect(ledger.totals()).toMatchObject({ calls: 0, requests: 0 })
    const retried = ledger.call('k', 'task', ask, () => (ask.count() > 0 ? refusal : undefined))
    expect(await clock.run(retried)).toEqual(fail(refusal))
    const next = takeUp().ledger
    expect(await clock.run(next.call('k', 'task', ask))).toEqual(ok({ n: 1 }))
    expect(next.totals()).toMatchObject({ failed: 0, requests: 2, repeated: 0 })
    expect(await next.call('k', 'task', ask, () => refusal)).toEqual(ok({ n: 1 }))
  })

  test('the key is taken out of what is stored and returned', async () => {
    const { takeUp, stores } = setUp()
    const { ledger } = takeUp({ redactor: createRedactor('canary-0123456789') })
    const reply = await ledger.call('k', 'task', async () => ok({ text: 'you sent canary-0123456789' }))
    expect(reply).toEqual(ok({ text: 'you sent [key]' }))
    const failed = await ledger.call('f', 'task', async () =>
      fail({ code: 'request_rejected', message: 'canary-0123456789 is odd', retryable: false, answered: true }),
    )
    expect(JSON.stringify([failed, stores.ledger.find(id, 'k'), stores.ledger.find(id, 'f')])).not.toMatch(/canary/)
  })

  test.each(['none', 'text', '1', '{'])('a key that is a word (%s) changes no reply', async key => {
    const { takeUp, stores } = setUp()
    const { ledger } = takeUp({ redactor: createRedactor(key) })
    const reply = { text: 'none', score: 1, list: ['1', 'value'] }
    expect(await ledger.call('k', 'task', async () => ok(reply))).toEqual(ok(reply))
    expect(stores.ledger.find(id, 'k')).toMatchObject({ reply: JSON.stringify(reply) })
    const refused = problem('request_rejected', { message: `The key ${key} is odd.`, retryable: false })
    expect(await ledger.call('f', 'task', asks(refused))).toMatchObject({ error: { message: 'The key [key] is odd.' } })
  })

  test('a key in the place of a name changes no name', async () => {
    const { takeUp } = setUp()
    const { ledger } = takeUp({ redactor: createRedactor('input_tokens') })
    expect(await ledger.call('k', 'task', async () => ok({ input_tokens: ['input_tokens'] }))).toEqual(
      ok({ input_tokens: ['[key]'] }),
    )
  })

  test('a decision is taken once and replayed', () => {
    const { ledger, takeUp } = setUp()
    expect(ledger.record('stop', () => ({ at: 7 }))).toEqual({ at: 7 })
    const never = () => {
      throw new Error('decided twice')
    }
    expect(ledger.record('stop', never)).toEqual({ at: 7 })
    expect(takeUp().ledger.record('stop', never)).toEqual({ at: 7 })
    expect(ledger.totals().calls).toBe(0)
  })
})

describe('retries', () => {
  test('a passing failure is asked again after a growing wait', async () => {
    const { ledger, clock } = setUp()
    const ask = asks(problem('endpoint_failed'), problem('timed_out', { answered: false }), ok({ n: 3 }))
    expect(await clock.run(ledger.call('k', 'task', ask))).toEqual(ok({ n: 3 }))
    expect(clock.elapsed()).toBe(250 + 500)
    expect(ledger.totals()).toMatchObject({ calls: 1, requests: 3, repeated: 0 })
  })

  test('Retry-After of any length is honoured, announced, and holds the other calls back', async () => {
    const { takeUp, clock } = setUp()
    const held: number[] = []
    const { ledger } = takeUp({ onHold: until => held.push(until) })
    const until = clock.now() + 3_600_000
    const first = ledger.call('a', 'task', asks(problem('rate_limited', { retryAfter: 3_600_000 }), ok({ n: 1 })))
    await clock.advance(1)
    const ask = asks(ok({ n: 2 }))
    const second = ledger.call('b', 'task', ask)
    await clock.advance(3_599_000)
    expect(ask.count()).toBe(0)
    expect(await clock.run(second)).toEqual(ok({ n: 2 }))
    expect(await clock.run(first)).toEqual(ok({ n: 1 }))
    expect(held).toEqual([until])
  })

  test('a wait outlives the process that began it', async () => {
    const { ledger, clock, takeUp, run } = setUp()
    const ask = asks(problem('rate_limited', { retryAfter: 120_000 }), ok({ n: 1 }))
    const abandoned = ledger.call('k', 'task', ask)
    await clock.advance(20_000)
    run.abort(new Error('killed'))
    await expect(abandoned).rejects.toThrow('killed')
    const next = takeUp().ledger.call('k', 'task', ask)
    await clock.advance(99_000)
    expect(ask.count()).toBe(1)
    expect(await clock.run(next)).toEqual(ok({ n: 1 }))
  })

  test('a wall clock set back does not lengthen a wait', async () => {
    const { ledger, clock } = setUp()
    const reply = ledger.call('k', 'task', asks(problem('rate_limited', { retryAfter: 60_000 }), ok({ n: 1 })))
    await clock.advance(1_000)
    clock.setForward(-86_400_000)
    await clock.advance(60_000)
    expect(await reply).toEqual(ok({ n: 1 }))
  })

  test('retries that run out are a final failure, replayed without a request', async () => {
    const { ledger, clock, takeUp } = setUp()
    const ask = asks(problem('endpoint_failed', { path: 'p' }))
    const failed = await clock.run(ledger.call('k', 'task', ask))
    expect(failed).toEqual(fail({ code: 'endpoint_failed', message: 'It was endpoint_failed.', path: 'p' }))
    expect(ask.count()).toBe(8)
    expect(clock.elapsed()).toBeLessThan(300_000)
    expect(await takeUp().ledger.call('k', 'task', asks())).toEqual(failed)
  })

  test('an endpoint that never gave a usable reply ends the job soon, and nothing is final', async () => {
    const { ledger, clock, takeUp } = setUp()
    const ask = asks(problem('reply_invalid'))
    const calls = Promise.allSettled(['a', 'b', 'c'].map(key => ledger.call(key, 'task', ask)))
    const settled = await clock.run(calls)
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(ask.count()).toBeLessThanOrEqual(9)
    expect(clock.elapsed()).toBeLessThan(5_000)
    expect(ledger.totals()).toMatchObject({ failed: 0, repeated: 0 })
    expect(await clock.run(takeUp().ledger.call('a', 'task', asks(ok({ n: 2 }))))).toEqual(ok({ n: 2 }))
  })

  test('one call without a usable reply is no verdict on the endpoint', async () => {
    const { ledger, clock } = setUp()
    const useless = asks(problem('reply_invalid'))
    const failed = await clock.run(ledger.call('k', 'task', useless))
    expect(failed).toMatchObject({ ok: false, error: { code: 'reply_invalid' } })
    // Each is paid for; others are no replies.
    expect(useless.count()).toBe(4)
    const [down, odd] = [problem('endpoint_failed'), problem('reply_invalid')]
    const mixed = ledger.call('mixed', 'task', asks(down, down, down, odd, ok({ n: 2 })))
    expect(await clock.run(mixed)).toEqual(ok({ n: 2 }))
    expect(await ledger.call('other', 'task', asks(ok({ n: 1 })))).toEqual(ok({ n: 1 }))
  })

  test('a stored failure that cannot be read is a failure', async () => {
    const { ledger, stores, clock } = setUp()
    stores.ledger.asked({ id, attempt: 1 }, 'k', 'task', clock.now())
    stores.ledger.failed({ id, attempt: 1 }, 'k', '{"code":1', clock.now())
    expect(await ledger.call('k', 'task', asks())).toMatchObject({ ok: false, error: { code: 'job_failed' } })
  })

  test('a failure that no retry mends is final at once', async () => {
    const { ledger } = setUp()
    const ask = asks(problem('reply_refused', { retryable: false }))
    expect(await ledger.call('k', 'task', ask)).toMatchObject({ ok: false, error: { code: 'reply_refused' } })
    expect(await ledger.call('k', 'task', asks())).toMatchObject({ ok: false, error: { code: 'reply_refused' } })
    expect(ledger.totals()).toMatchObject({ failed: 1, requests: 1 })
  })

  test('a call refused for haste again and again is not given up while others are served', async () => {
    const { ledger, clock } = setUp()
    const limited = asks(...Array.from({ length: 20 }, () => problem('rate_limited')), ok({ n: 1 }))
    const patient = ledger.call('k', 'task', async () => {
      await ledger.call(`other-${limited.count()}`, 'task', asks(ok({ n: 0 })))
      return limited()
    })
    expect(await clock.run(patient)).toEqual(ok({ n: 1 }))
  })
})

describe('what stops the job', () => {
  test.each([1, 8])('an endpoint that never answered is tried 3 times within 5 s (%i calls at once)', async width => {
    const { ledger, clock, takeUp, stopped } = setUp()
    const ask = asks(refused)
    const calls = Promise.allSettled(Array.from({ length: width }, (_, n) => ledger.call(`k${n}`, 'task', ask)))
    const outcomes = await clock.run(calls)
    expect(outcomes.map(outcome => outcome.status)).toEqual(Array(width).fill('rejected'))
    expect(stopped()).toBe('endpoint_unreachable')
    expect(clock.elapsed()).toBeLessThanOrEqual(5_000)
    expect(ask.count()).toBeGreaterThanOrEqual(3)
    expect(ask.count()).toBeLessThanOrEqual(3 * width)
    const resumed = takeUp()
    expect(await clock.run(resumed.ledger.call('k0', 'task', asks(ok({ n: 1 }))))).toEqual(ok({ n: 1 }))
    expect(resumed.ledger.totals().failed).toBe(0)
  })

  test.each(['key_rejected', 'key_missing', 'model_unknown'] as const)('%s, and resuming asks again', async code => {
    const { ledger, takeUp, stopped } = setUp()
    const call = ledger.call('k', 'task', asks(problem(code, { retryable: false })))
    await expect(call).rejects.toThrow(`It was ${code}.`)
    expect(stopped()).toBe(code)
    expect(await takeUp().ledger.call('k', 'task', asks(ok({ n: 1 })))).toEqual(ok({ n: 1 }))
  })

  test('a network that goes away in the middle: nothing is blamed on the calls', async () => {
    const { ledger, clock, takeUp, stopped } = setUp()
    await ledger.call('first', 'task', asks(ok({ n: 0 })))
    await expect(clock.run(ledger.call('k', 'task', asks(refused)))).rejects.toThrow()
    expect(stopped()).toBe('endpoint_unreachable')
    const resumed = takeUp().ledger.call('k', 'task', asks(ok({ n: 1 })))
    expect(await clock.run(resumed)).toEqual(ok({ n: 1 }))
  })

  test('one call that cannot get through while others do is its own failure', async () => {
    const { ledger, clock, stopped } = setUp()
    let n = 0
    const call = ledger.call('k', 'task', async () => {
      await ledger.call(`other-${n++}`, 'task', asks(ok({ n })))
      return refused
    })
    expect(await clock.run(call)).toMatchObject({ ok: false, error: { code: 'endpoint_unreachable' } })
    expect(stopped()).toBeUndefined()
  })

  test('a lease that another process took: the reply is not stored and the run ends', async () => {
    const { ledger, stores, clock, stopped } = setUp()
    const call = ledger.call('k', 'task', async () => {
      stores.jobs.claim(id, bob, clock.now(), () => true)
      return ok({ n: 1 })
    })
    await expect(call).rejects.toThrow('taken over')
    expect(stopped()).toBe('job_running')
    expect(stores.ledger.find(id, 'k')).toEqual({ state: 'asked', asks: 1 })
  })

  test.each(['{', ''])('a stored reply that is no JSON: %s', async reply => {
    const { ledger, stores, clock, stopped } = setUp()
    stores.ledger.asked({ id, attempt: 1 }, 'k', 'task', clock.now())
    stores.ledger.answered({ id, attempt: 1 }, 'k', reply, clock.now())
    await expect(ledger.call('k', 'task', asks())).rejects.toThrow('start it anew')
    expect(stopped()).toBe('job_failed')
  })

  test('aborting reaches a request in flight and a call that waits', async () => {
    const { ledger, clock, run } = setUp()
    const flying = ledger.call(
      'a',
      'task',
      signal =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason))
        }),
    )
    const waiting = ledger.call('b', 'task', asks(problem('rate_limited', { retryAfter: 60_000 })))
    await clock.advance(10)
    run.abort(new Error('cancelled by hand'))
    await expect(flying).rejects.toThrow('cancelled by hand')
    await expect(waiting).rejects.toThrow('cancelled by hand')
    await expect(ledger.call('c', 'task', asks())).rejects.toThrow('cancelled by hand')
  })
})
