/** The engine: who runs which job, how jobs end, and what becomes of them when a process goes. */
import { describe, expect, test } from 'vitest'
import { failure } from '../../server/src/base/errors.ts'
import { createRandom } from '../../server/src/base/random.ts'
import { createRedactor } from '../../server/src/base/redact.ts'
import { fail, ok } from '../../server/src/base/result.ts'
import { createEngine, type EngineOptions, type JobHandler, type JobRun } from '../../server/src/jobs/engine.ts'
import type { JobProgress, NewJob, Owner } from '../../server/src/jobs/job.ts'
import { createMemoryStores } from '../support/memoryStores.ts'
import { createVirtualClock } from '../support/virtualClock.ts'
import { alice, bob } from './conformance.ts'

const skill: Omit<NewJob, 'id'> = {
  kind: 'tune',
  skillPath: 'skills/a/signature.yaml',
  skillId: 'a',
  digest: 'd1',
  snapshot: '{"max":1}',
}
const never = new AbortController().signal
const quiet = () => {}

/** A world with one store and one clock, in which several hosts can have engines. */
function createWorld() {
  const clock = createVirtualClock()
  const stores = createMemoryStores()
  const dead = new Set<number>()
  let hosts = 0
  const host = (handler: JobHandler, changes: Partial<EngineOptions> = {}) => {
    const random = createRandom(`host ${++hosts}`)
    return createEngine({
      jobs: stores.jobs,
      ledger: stores.ledger,
      clock,
      random: random.next,
      randomBytes: count => Uint8Array.from({ length: count }, () => random.int(256)),
      owner: alice,
      isDead: (owner: Owner) => dead.has(owner.pid),
      handlers: { tune: handler, evaluate: handler },
      ...changes,
    })
  }
  /** The clock of a process that stands still: nothing that it waits for happens. */
  const silence: EngineOptions['clock'] = { ...clock, sleep: () => new Promise(() => {}) }
  return { clock, stores, dead, host, silence }
}

/** A handler that waits until it is told to go on, or aborted. */
function createHandler() {
  const runs: Array<JobRun & { finish: () => void }> = []
  const handler: JobHandler = run =>
    new Promise((resolve, reject) => {
      runs.push({ ...run, finish: () => resolve(ok({ attempt: run.job.attempt })) })
      run.signal.addEventListener('abort', () => reject(run.signal.reason))
    })
  return { runs, handler, last: () => runs.at(-1) }
}

function submit(engine: ReturnType<typeof createEngine>, changes: Partial<typeof skill> = {}) {
  const submitted = engine.submit({ ...skill, ...changes })
  if (!submitted.ok) throw new Error(submitted.error.message)
  return submitted.value
}

describe('a job', () => {
  test('is submitted, run over its snapshot, and completed with its result', async () => {
    const { clock, host, stores } = createWorld()
    const engine = host(async ({ snapshot }) => ok({ read: JSON.parse(snapshot) }))
    const { job, resumed, superseded } = submit(engine)
    expect(job.id).toMatch(/^job_[a-z2-7]{16}$/)
    expect({ resumed, superseded }).toEqual({ resumed: false, superseded: undefined })
    expect(await clock.run(engine.wait(job.id, quiet, never))).toMatchObject({
      ok: true,
      value: { state: 'completed', result: { read: { max: 1 } }, attempt: 1 },
    })
    expect(stores.jobs.list({})).toHaveLength(1)
  })

  test('that fails keeps its error and can be resumed over its ledger', async () => {
    const { clock, host } = createWorld()
    let asked = 0
    const endpoint: { broken: boolean } = { broken: true }
    const engine = host(async ({ ledger }) => {
      const reply = await ledger.call('k', 'task', async () => ok({ n: ++asked }))
      if (endpoint.broken) return fail(failure('endpoint_unreachable', 'No answer.', 'p'))
      return ok(reply.ok ? reply.value : null)
    })
    const { job } = submit(engine)
    const ended = await clock.run(engine.wait(job.id, quiet, never))
    expect(ended).toMatchObject({ value: { state: 'failed', error: { code: 'endpoint_unreachable', path: 'p' } } })
    endpoint.broken = false
    expect(engine.resume(job.id)).toMatchObject({ ok: true, value: { state: 'queued' } })
    expect(await clock.run(engine.wait(job.id, quiet, never))).toMatchObject({
      value: { state: 'completed', result: { n: 1 }, attempt: 2 },
    })
    expect(engine.resume(job.id)).toMatchObject({ ok: false, error: { code: 'job_state' } })
    expect(engine.resume('job_none')).toMatchObject({ ok: false, error: { code: 'job_not_found' } })
  })

  test('whose handler has a bug fails as internal, without the key', async () => {
    const { clock, host } = createWorld()
    const engine = host(
      () => {
        throw new Error('bad thing with sk-canary')
      },
      { redactor: createRedactor('sk-canary') },
    )
    const { job } = submit(engine)
    const ended = await clock.run(engine.wait(job.id, quiet, never))
    expect(ended).toMatchObject({ value: { state: 'failed', error: { code: 'internal' } } })
    expect(JSON.stringify(ended)).toMatch(/bad thing with \[key\]/)
  })

  test('reports progress at most four times a second, never falling, the last one always', async () => {
    const { clock, host, stores } = createWorld()
    const engine = host(async ({ progress }) => {
      for (let percent = 0; percent <= 100; percent++) {
        progress({ phase: 'baseline', percent: percent === 60 ? 10 : percent, calls: percent })
        await clock.sleep(10)
      }
      return ok(null)
    })
    const { job } = submit(engine)
    const seen: JobProgress[] = []
    await clock.run(engine.wait(job.id, progress => seen.push(progress), never))
    expect(seen.length).toBeLessThanOrEqual(6)
    expect(seen.map(progress => progress.percent)).toEqual(seen.map(progress => progress.percent).sort((a, b) => a - b))
    expect(seen.at(-1)?.calls).toBe(100)
    expect(stores.jobs.get(job.id)?.progress?.calls).toBe(100)
  })

  test('waits for a place when two of its kind are running; another kind does not', async () => {
    const { clock, host } = createWorld()
    const { runs, handler } = createHandler()
    const engine = host(handler)
    for (const name of ['a', 'b', 'c']) submit(engine, { skillPath: `${name}.signature.yaml` })
    submit(engine, { kind: 'evaluate' })
    await clock.advance(0)
    expect(runs.map(run => run.job.skillPath)).toEqual(['a.signature.yaml', 'b.signature.yaml', skill.skillPath])
    runs[0]?.finish()
    await clock.advance(0)
    expect(runs.map(run => run.job.skillPath).at(-1)).toBe('c.signature.yaml')
  })
})

describe('submitting for a skill with an unfinished job', () => {
  test('an equal digest continues it, with the raised budget', async () => {
    const { clock, host } = createWorld()
    const engine = host(async ({ snapshot }) =>
      snapshot === '{"max":1}' ? fail(failure('budget_exhausted', 'No calls left.')) : ok(snapshot),
    )
    const first = submit(engine)
    await clock.run(engine.wait(first.job.id, quiet, never))
    const second = submit(engine, { snapshot: '{"max":2}' })
    expect(second).toMatchObject({ resumed: true, superseded: undefined, job: { id: first.job.id } })
    expect(await clock.run(engine.wait(first.job.id, quiet, never))).toMatchObject({ value: { result: '{"max":2}' } })
    expect(submit(engine)).toMatchObject({ resumed: false })
  })

  test('another digest starts a new one and names the one it leaves alone', async () => {
    const { clock, host, dead } = createWorld()
    const { handler } = createHandler()
    const gone = submit(host(handler)).job
    await clock.advance(0)
    dead.add(alice.pid)
    const next = submit(host(handler, { owner: bob }), { digest: 'd2' })
    expect(next).toMatchObject({ resumed: false, superseded: gone.id })
    expect(next.job.id).not.toBe(gone.id)
  })

  test.each([
    ['here', alice],
    ['by another process', bob],
  ])('one that is run %s is joined when it is the same, and left alone and named when it is not', async (_, owner) => {
    const { clock, host } = createWorld()
    const { runs, handler, last } = createHandler()
    const first = host(handler)
    const { job } = submit(first)
    await clock.advance(0)
    const engine = owner === alice ? first : host(handler, { owner })
    expect(submit(engine)).toMatchObject({ resumed: true, superseded: undefined, job: { id: job.id } })
    const following = engine.wait(job.id, quiet, never)
    await clock.advance(60_000)
    expect(runs).toHaveLength(1)
    last()?.finish()
    expect(await clock.run(following)).toMatchObject({ value: { id: job.id, state: 'completed', attempt: 1 } })
    const again = submit(first).job
    await clock.advance(0)
    const other = submit(engine, { digest: 'd2' })
    expect(other).toMatchObject({ resumed: false, superseded: again.id })
    await clock.advance(0)
    expect(last()?.job.id).toBe(other.job.id)
  })

  test('one that a living process runs is not resumed; a dead process is replaced at once', async () => {
    const { clock, host, dead } = createWorld()
    const mine = createHandler()
    const { job } = submit(host(createHandler().handler))
    await clock.advance(0)
    const second = host(mine.handler, { owner: bob })
    expect(second.resume(job.id)).toMatchObject({ ok: false, error: { code: 'job_running' } })
    dead.add(alice.pid)
    expect(submit(second)).toMatchObject({ resumed: true, job: { id: job.id } })
    await clock.advance(0)
    expect(mine.last()?.job).toMatchObject({ attempt: 2, owner: bob })
  })

  test('a joined one is taken over when its process dies or gives it back', async () => {
    const { clock, host, dead } = createWorld()
    const { handler, last } = createHandler()
    const first = host(handler)
    const { job } = submit(first)
    await clock.advance(0)
    const second = host(handler, { owner: bob })
    submit(second)
    const following = second.wait(job.id, quiet, never)
    await clock.run(first.stop())
    await clock.advance(1_000)
    expect(last()?.job).toMatchObject({ id: job.id, attempt: 2, owner: bob })
    const third = host(handler, { owner: { ...bob, pid: 3 } })
    submit(third)
    const last3 = third.wait(job.id, quiet, never)
    dead.add(bob.pid)
    await clock.advance(1_000)
    expect(last()?.job).toMatchObject({ attempt: 3 })
    last()?.finish()
    expect(await clock.run(last3)).toMatchObject({ value: { state: 'completed' } })
    expect(await clock.run(following)).toMatchObject({ value: { state: 'completed' } })
  })

  test('a failed one of another digest is named while it holds answers that no later job has replaced', async () => {
    const { clock, host } = createWorld()
    const engine = host(async ({ job, ledger }) => {
      if (job.digest === 'nothing') return fail(failure('endpoint_unreachable', 'No answer.'))
      await ledger.call('k', 'task', async () => ok(1))
      return job.digest === 'fine' ? ok(1) : fail(failure('budget_exhausted', 'No calls left.'))
    })
    const run = async (digest: string) => {
      const submitted = submit(engine, { digest })
      await clock.run(engine.wait(submitted.job.id, quiet, never))
      await clock.advance(10)
      return submitted
    }
    await run('nothing')
    const paid = await run('paid')
    expect(paid.superseded).toBeUndefined()
    expect((await run('other')).superseded).toBe(paid.job.id)
    await run('fine')
    expect((await run('last')).superseded).toBeUndefined()
  })

  test('what it goes on with is made from what was stored', async () => {
    const { clock, host, stores } = createWorld()
    const engine = host(async ({ job, snapshot }) =>
      job.attempt === 3 ? ok(snapshot) : fail(failure('job_failed', '')),
    )
    const { job } = submit(engine, { snapshot: 'a' })
    await clock.run(engine.wait(job.id, quiet, never))
    engine.submit({ ...skill, snapshot: 'unused' }, (_, stored) => ok(`${stored}b`))
    await clock.run(engine.wait(job.id, quiet, never))
    const problem = failure('job_failed', 'Unreadable.')
    expect(engine.resume(job.id, () => fail(problem))).toEqual(fail(problem))
    expect(stores.jobs.get(job.id)?.state).toBe('failed')
    engine.resume(job.id, (_, stored) => ok(`${stored}c`))
    expect(await clock.run(engine.wait(job.id, quiet, never))).toMatchObject({ value: { result: 'abc' } })
  })
})

describe('leases', () => {
  test('are renewed while the job runs, so that nobody takes it', async () => {
    const { clock, host, stores } = createWorld()
    const { handler, last } = createHandler()
    const first = host(handler)
    const { job } = submit(first)
    await clock.advance(60_000)
    expect(host(handler, { owner: bob }).resume(job.id)).toMatchObject({ ok: false })
    last()?.finish()
    await clock.advance(0)
    expect(stores.jobs.get(job.id)).toMatchObject({ state: 'completed', attempt: 1 })
  })

  test('a process that stalled and came back changes nothing and stops', async () => {
    const { clock, host, stores } = createWorld()
    const stalled = createHandler()
    const { job } = submit(host(stalled.handler))
    await clock.advance(0)
    // Its timers do not fire, but the wall clock goes on.
    clock.setForward(15_000)
    const fresh = createHandler()
    const second = host(fresh.handler, { owner: bob })
    expect(second.resume(job.id)).toMatchObject({ ok: true })
    await clock.advance(6_000)
    expect(stalled.last()?.signal.aborted).toBe(true)
    stalled.last()?.finish()
    await clock.advance(0)
    expect(stores.jobs.get(job.id)).toMatchObject({ state: 'running', attempt: 2, owner: bob })
    fresh.last()?.finish()
    expect(await clock.run(second.wait(job.id, quiet, never))).toMatchObject({ value: { result: { attempt: 2 } } })
  })

  test('stopping gives them back; another host resumes without asking an answered call again', async () => {
    const { clock, host, stores } = createWorld()
    let asked = 0
    const handler: JobHandler = async ({ ledger, signal }) => {
      const reply = await ledger.call('k', 'task', async () => ok({ n: ++asked }))
      await clock.sleep(1_000, signal)
      return ok(reply.ok ? reply.value : null)
    }
    const first = host(handler)
    const { job } = submit(first)
    await clock.advance(500)
    const waiting = first.wait(job.id, quiet, never)
    await clock.run(first.stop())
    expect(await waiting).toMatchObject({ ok: false, error: { code: 'worker_lost' } })
    expect(stores.jobs.get(job.id)).toMatchObject({ state: 'queued', attempt: 1 })
    expect(first.submit(skill)).toMatchObject({ ok: false, error: { code: 'worker_lost' } })
    const second = host(handler, { owner: bob })
    expect(second.resume(job.id)).toMatchObject({ ok: true })
    const ended = await clock.run(second.wait(job.id, quiet, never))
    expect(ended).toMatchObject({ value: { state: 'completed', result: { n: 1 }, attempt: 2 } })
  })

  test('stay with an owner that renews them after the wall clock was set back', async () => {
    const { clock, host, stores } = createWorld()
    const { handler, last } = createHandler()
    const { job } = submit(host(handler))
    await clock.advance(1_000)
    clock.setForward(-3_600_000)
    const second = host(handler, { owner: bob })
    expect(submit(second)).toMatchObject({ resumed: true, job: { id: job.id } })
    expect(second.cancel(job.id)).toMatchObject({ value: { state: 'running', cancelRequested: true } })
    await clock.advance(3_000)
    expect(stores.jobs.get(job.id)).toMatchObject({ owner: alice, attempt: 1 })
    await clock.advance(2_000)
    expect(stores.jobs.get(job.id)).toMatchObject({ state: 'cancelled', attempt: 1 })
    expect(last()?.signal.aborted).toBe(true)
  })

  test('of an owner that does not renew them after that are taken over when a lease would have ended', async () => {
    const { clock, host, stores, silence } = createWorld()
    const stalled = createHandler()
    const { job } = submit(host(stalled.handler, { clock: silence }))
    await clock.advance(1_000)
    clock.setForward(-3_600_000)
    const fresh = createHandler()
    const second = host(fresh.handler, { owner: bob })
    submit(second)
    const waiting = second.wait(job.id, quiet, never)
    await clock.advance(14_000)
    expect(stores.jobs.get(job.id)).toMatchObject({ owner: alice, attempt: 1 })
    await clock.advance(2_000)
    expect(stores.jobs.get(job.id)).toMatchObject({ owner: bob, attempt: 2 })
    fresh.last()?.finish()
    expect(await clock.run(waiting)).toMatchObject({ value: { state: 'completed' } })
  })
})

describe('cancelling', () => {
  test('ends the job at once and aborts what is in flight; resuming starts it again', async () => {
    const { clock, host } = createWorld()
    const { runs, handler } = createHandler()
    const engine = host(handler)
    const { job } = submit(engine)
    await clock.advance(0)
    const waiting = engine.wait(job.id, quiet, never)
    expect(engine.cancel(job.id)).toMatchObject({ ok: true, value: { state: 'cancelled' } })
    expect(runs[0]?.signal.aborted).toBe(true)
    // At once, while the first run is still winding down.
    expect(engine.resume(job.id)).toMatchObject({ ok: true })
    await clock.advance(0)
    runs[1]?.finish()
    expect(await clock.run(waiting)).toMatchObject({ value: { state: 'completed', attempt: 2 } })
    expect(engine.cancel(job.id)).toMatchObject({ ok: false, error: { code: 'job_state' } })
  })

  test('reaches a job that another process runs, at its next renewal', async () => {
    const { clock, host, stores } = createWorld()
    const { handler, last } = createHandler()
    const { job } = submit(host(handler))
    await clock.advance(0)
    const second = host(handler, { owner: bob })
    expect(second.cancel(job.id)).toMatchObject({ ok: true, value: { state: 'running', cancelRequested: true } })
    await clock.advance(5_000)
    expect(stores.jobs.get(job.id)?.state).toBe('cancelled')
    expect(last()?.signal.aborted).toBe(true)
  })

  test('is not forgotten by those who joined the job, when its process dies before it has seen it', async () => {
    const { clock, host, dead } = createWorld()
    const { runs, handler } = createHandler()
    const first = host(handler)
    const { job } = submit(first)
    await clock.advance(0)
    const second = host(handler, { owner: bob })
    submit(second)
    const following = second.wait(job.id, quiet, never)
    host(handler, { owner: { ...bob, pid: 3 } }).cancel(job.id)
    dead.add(alice.pid)
    expect(await clock.run(following)).toMatchObject({ value: { state: 'cancelled' } })
    expect(runs).toHaveLength(1)
  })

  test('ends a queued job and one whose process died', async () => {
    const { clock, host, dead } = createWorld()
    const { runs, handler } = createHandler()
    const engine = host(handler, { width: 1 })
    const running = submit(engine).job
    const queued = submit(engine, { skillPath: 'b.signature.yaml' }).job
    await clock.advance(0)
    expect(engine.cancel(queued.id)).toMatchObject({ value: { state: 'cancelled' } })
    dead.add(alice.pid)
    expect(host(handler, { owner: bob }).cancel(running.id)).toMatchObject({ value: { state: 'cancelled' } })
    await clock.advance(10_000)
    expect(runs).toHaveLength(1)
  })
})

describe('waiting', () => {
  test('for a job of another process follows it to its end', async () => {
    const { clock, host } = createWorld()
    const { handler, last } = createHandler()
    const { job } = submit(host(handler))
    await clock.advance(0)
    const seen: number[] = []
    const waiting = host(handler, { owner: bob }).wait(job.id, progress => seen.push(progress.percent), never)
    last()?.progress({ phase: 'baseline', percent: 40, calls: 4 })
    await clock.advance(1_000)
    last()?.finish()
    expect(await clock.run(waiting)).toMatchObject({ value: { state: 'completed' } })
    expect(seen).toEqual([40])
  })

  test('for a job whose process died says so', async () => {
    const { clock, host, dead } = createWorld()
    const { handler } = createHandler()
    const { job } = submit(host(handler))
    await clock.advance(0)
    const waiting = host(handler, { owner: bob }).wait(job.id, quiet, never)
    dead.add(alice.pid)
    expect(await clock.run(waiting)).toMatchObject({ ok: false, error: { code: 'worker_lost' } })
  })

  test('for a queued job that nobody runs says so', async () => {
    const { clock, host } = createWorld()
    const first = host(createHandler().handler)
    const { job } = submit(first)
    await clock.run(first.stop())
    const waiting = host(createHandler().handler, { owner: bob }).wait(job.id, quiet, never)
    const lost = { code: 'worker_lost', message: expect.stringContaining(`jobs resume ${job.id}`) }
    expect(await clock.run(waiting)).toMatchObject({ ok: false, error: lost })
  })

  test('ends with the signal, and the job goes on', async () => {
    const { clock, host, stores } = createWorld()
    const { handler } = createHandler()
    const engine = host(handler)
    const { job } = submit(engine)
    const controller = new AbortController()
    const waiting = engine.wait(job.id, quiet, controller.signal)
    controller.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    await clock.advance(0)
    expect(stores.jobs.get(job.id)?.state).toBe('running')
  })
})

describe('a full disk', () => {
  test('is reported by the wait, and the job can be resumed by the same process', async () => {
    const { clock, host, stores } = createWorld()
    const disk: { full: boolean } = { full: true }
    const jobs: typeof stores.jobs = {
      ...stores.jobs,
      complete(...args) {
        if (disk.full) throw new Error('full', { cause: { failure: failure('disk_full', 'jobs.db cannot grow.') } })
        return stores.jobs.complete(...args)
      },
    }
    const engine = host(async () => ok(1), { jobs })
    const { job } = submit(engine)
    expect(await clock.run(engine.wait(job.id, quiet, never))).toMatchObject({ error: { code: 'disk_full' } })
    disk.full = false
    expect(engine.resume(job.id)).toMatchObject({ ok: true })
    expect(await clock.run(engine.wait(job.id, quiet, never))).toMatchObject({ value: { state: 'completed' } })
  })
})
