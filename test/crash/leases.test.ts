/** Who holds a job when its worker stands still, when the wall clock is set back, and when two claim it at once. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { leaseMilliseconds } from '../../server/src/jobs/job.ts'
import { alice, bob, newJob, nobodyDied } from '../jobs/conformance.ts'
import { openStores } from '../sqlite/openStores.ts'
import { childrenOf } from './processTree.ts'
import { concurrency, createSmallTune, type Outcome, uninterrupted, violations } from './smallTune.ts'
import { startWatchedServer } from './watchedServer.ts'

const hour = 60 * 60 * 1000
const preload = pathToFileURL(join(import.meta.dirname, 'clockBack.mjs')).href

// These wait for leases more than they work, so they wait together.
describe.concurrent('a real worker', () => {
  let expected: Outcome
  beforeAll(async () => {
    expected = await uninterrupted()
  })

  test('that is stopped is replaced within 20 seconds, and is not heard when it goes on', async ({
    onTestFinished,
  }) => {
    await using server = await startWatchedServer()
    const site = createSmallTune(onTestFinished)
    const first = site.tune(server)
    await server.until(() => server.count >= 4)
    server.hold()
    // With all its calls in flight, as the baseline has enough, it stands still outside of any transaction.
    await server.until(() => server.inFlight === concurrency)
    const [worker = 0] = childrenOf(first.child.pid ?? 0)
    process.kill(worker, 'SIGSTOP')
    onTestFinished(() => void first.child.kill('SIGKILL'))
    const stoppedAt = performance.now()
    const before = server.count
    const second = site.tune(server)
    // What the stopped one is owed stays with the server; the other's calls are answered.
    await server.until(() => server.count > before)
    expect(performance.now() - stoppedAt).toBeLessThan(20_000)
    server.letGo()
    const { status, stdout, stderr } = await second.ended
    expect(status, stderr + stdout).toBe(0)
    const ended = site.rows()
    expect(ended.jobs).toMatchObject([{ state: 'completed', attempt: 2 }])
    process.kill(worker, 'SIGCONT')
    const late = await first.ended
    expect(late.status, late.stderr + late.stdout).toBe(0)
    expect(JSON.parse(late.stdout)).toMatchObject({ job_id: ended.jobs[0]?.id, result: { signature_version: 2 } })
    const withoutTime = ({ updatedAt: _, ...job }: (typeof ended.jobs)[number]) => job
    expect(site.rows().calls).toEqual(ended.calls)
    expect(site.rows().jobs.map(withoutTime)).toEqual(ended.jobs.map(withoutTime))
    expect(violations(site, expected, 1)).toEqual([])
  }, 120_000)

  test('keeps its job when the wall clock is set back by an hour', async ({ onTestFinished }) => {
    await using server = await startWatchedServer()
    const site = createSmallTune(onTestFinished)
    const env = { NODE_OPTIONS: `--import ${preload}`, CLOCK_BACK_WHEN: join(site.root, 'back') }
    const first = site.tune(server, env)
    await server.until(() => server.count >= 20)
    server.hold()
    site.write('back', '')
    const second = site.tune(server, env)
    // Until the owner has renewed its lease by the new time it looks as if it could never end.
    const lease = () => site.rows().jobs[0]?.leaseUntil ?? 0
    await vi.waitUntil(() => lease() < Date.now() - hour + leaseMilliseconds, { timeout: 20_000, interval: 100 })
    server.letGo()
    for (const { ended } of [first, second]) {
      const { status, stdout, stderr } = await ended
      expect(status, stderr + stdout).toBe(0)
    }
    expect(site.rows().jobs).toMatchObject([{ attempt: 1 }])
    expect(violations(site, expected, 0)).toEqual([])
  }, 60_000)
})

describe('two owners of one lease', () => {
  test('of two connections that claim an ended lease one gets it, and the first owner is out', async () => {
    const first = await openStores()
    const second = await openStores(first.database.path, { owner: bob })
    const { id } = first.jobs.enqueue(newJob(), 1_000)
    const lost = { id, attempt: first.jobs.claim(id, alice, 1_000, nobodyDied)?.attempt ?? 0 }
    first.ledger.asked(lost, 'k', 'task', 1_001)
    const late = 1_000 + leaseMilliseconds
    expect(second.jobs.claim(id, bob, late - 1, nobodyDied)).toBeUndefined()
    const claims = [second.jobs.claim(id, bob, late, nobodyDied), first.jobs.claim(id, alice, late, nobodyDied)]
    expect(claims).toMatchObject([{ attempt: 2, owner: bob }, undefined])
    const held = { id, attempt: 2 }
    expect(second.ledger.asked(held, 'k', 'task', late + 1)).toBe(true)
    // Both have the reply; the one that holds the job stores it.
    expect(first.ledger.answered(lost, 'k', '"first"', late + 2)).toBe(false)
    expect(second.ledger.answered(held, 'k', '"second"', late + 3)).toBe(true)
    expect(first.jobs.renew(lost, late + 4).held).toBe(false)
    expect(first.jobs.complete(lost, 'first', late + 4)).toBe(false)
    expect(second.jobs.complete(held, 'second', late + 5)).toBe(true)
    expect(first.jobs.get(id)).toMatchObject({ state: 'completed', attempt: 2, result: 'second' })
    expect(first.ledger.find(id, 'k')).toEqual({ state: 'answered', asks: 2, reply: '"second"' })
  })
})
