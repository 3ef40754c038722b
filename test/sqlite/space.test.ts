/** What `doctor` is told of the store, and the space that is given back after pruning. */
import { chmodSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Database } from '../../server/src/sqlite/database.ts'
import { inspectStore } from '../../server/src/sqlite/inspect.ts'
import { releaseSpace } from '../../server/src/sqlite/space.ts'
import { alice, bob, newJob, nobodyDied } from '../jobs/conformance.ts'
import { openStores } from './openStores.ts'
import { openRaw } from './raw.ts'

const idOf = (n: number) => `job_${String(n).padStart(16, 'a')}`

/** Cancelled jobs of 50 kB each. */
async function withEndedJobs(count: number) {
  const stores = await openStores()
  stores.jobs.atomically(() => {
    for (let n = 0; n < count; n++) {
      stores.jobs.enqueue(newJob({ id: idOf(n), snapshot: 'x'.repeat(50_000) }), 1_000)
      stores.jobs.requestCancel(idOf(n), 1_000)
    }
  })
  return stores
}

const sizes = ({ path }: Database) => [statSync(path).size, statSync(`${path}-wal`).size]

describe('space', () => {
  test('of deleted jobs goes back to the disk, and all others stay', async () => {
    const { database, jobs } = await withEndedJobs(100)
    jobs.enqueue(newJob({ id: idOf(100) }), 3_000)
    jobs.prune(2_000, 1_000)
    expect(Math.max(...sizes(database))).toBeGreaterThan(4_000_000)
    releaseSpace(database)
    const [bytes, logBytes] = sizes(database)
    expect(bytes).toBeLessThan(200_000)
    expect(logBytes).toBe(0)
    expect(jobs.list({}).map(job => job.id)).toEqual([idOf(100)])
    expect(Object.values(Object(database.prepare('PRAGMA busy_timeout').get()))).toEqual([10_000])
  })

  test('stays while another process has the file open, and while most of it is in use', async () => {
    const { database, jobs } = await withEndedJobs(100)
    const other = await openStores(database.path, { owner: bob })
    jobs.prune(2_000, 90)
    releaseSpace(database)
    expect(sizes(database)[0]).toBeGreaterThan(4_000_000)
    other.database.close()
    jobs.atomically(() => {
      for (let n = 200; n < 290; n++) jobs.enqueue(newJob({ id: idOf(n), snapshot: 'x'.repeat(50_000) }), 1_000)
    })
    releaseSpace(database)
    expect(sizes(database)[0]).toBeGreaterThan(4_000_000)
  })

  test('that another process keeps by reading or writing is no error', async () => {
    const { database, jobs } = await withEndedJobs(100)
    jobs.prune(2_000, 1_000)
    openRaw(database.path, raw => {
      raw.exec('BEGIN; SELECT * FROM job')
      raw.prepare('SELECT * FROM job').all()
      releaseSpace(database)
      raw.exec('COMMIT; BEGIN IMMEDIATE')
      releaseSpace(database)
    })
    releaseSpace(database)
    expect(sizes(database)[0]).toBeLessThan(200_000)
  })
})

describe('facts', () => {
  const options = { now: 5_000, isDead: nobodyDied, oldBefore: 2_000 }

  test('count jobs by state, what can be resumed, and what is old', async () => {
    const { database, jobs } = await withEndedJobs(3)
    jobs.enqueue(newJob({ id: idOf(10) }), 1_000)
    jobs.claim(idOf(10), alice, 4_000, nobodyDied)
    jobs.enqueue(newJob({ id: idOf(11) }), 3_000)
    jobs.enqueue(newJob({ id: idOf(12) }), 2_000)
    jobs.requestCancel(idOf(12), 4_000)
    const facts = await inspectStore(database, jobs, options)
    expect(facts).toEqual({
      path: database.path,
      bytes: expect.any(Number),
      logBytes: expect.any(Number),
      schema: expect.any(Number),
      sqlite: expect.stringMatching(/^3\./),
      jobs: { queued: 1, running: 1, completed: 0, failed: 0, cancelled: 4 },
      resumable: 1,
      newestResumable: idOf(11),
      old: 3,
      damage: '',
      private: true,
    })
    expect(facts.bytes + facts.logBytes).toBeGreaterThan(150_000)
    const alone = { ...options, isDead: () => true }
    expect(await inspectStore(database, jobs, alone)).toMatchObject({ resumable: 2 })
  })

  test('a long file is not read through, and a folder that others can enter is told of', async () => {
    const { database, jobs } = await openStores()
    chmodSync(dirname(database.path), 0o755)
    const facts = await inspectStore(database, jobs, { ...options, mostCheckedBytes: 10 })
    expect(facts).not.toHaveProperty('damage')
    expect(facts).not.toHaveProperty('newestResumable')
    expect(facts.private).toBe(false)
  })
})
