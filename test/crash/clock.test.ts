/** The wall clock is set back by an hour while a job runs: it ends as ever, and no other host takes it. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test, vi } from 'vitest'
import { leaseMilliseconds } from '../../server/src/jobs/job.ts'
import { createSmallTune, uninterrupted, violations } from './smallTune.ts'
import { startWatchedServer } from './watchedServer.ts'

const hour = 60 * 60 * 1000
const preload = pathToFileURL(join(import.meta.dirname, 'clockBack.mjs')).href

test('a host that joins after the clock was set back waits for the one that runs the job', async () => {
  const expected = await uninterrupted()
  await using server = await startWatchedServer()
  const site = createSmallTune()
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
