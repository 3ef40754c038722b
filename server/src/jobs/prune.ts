/** Deletes old jobs a few at a time, so that others can write, and this process can renew its leases, in between. */
import type { Clock } from '../base/clock.ts'
import type { JobStore } from './store.ts'

/** Milliseconds that one transaction should take; how many jobs fit in them depends on their size. */
const batchMilliseconds = 20
const mostPerBatch = 2_000
/** Others look again after at most so long when the file is locked; without a pause they would never find it free. */
const pauseMilliseconds = 5

/** All ended jobs last touched before `before`; their number. */
export async function pruneInBatches(jobs: JobStore, clock: Clock, before: number): Promise<number> {
  let deleted = 0
  for (let limit = 8; ; ) {
    const started = clock.elapsed()
    const count = jobs.prune(before, limit)
    deleted += count
    if (count < limit) return deleted
    const elapsed = Math.max(1, clock.elapsed() - started)
    // Doubled at most, as the next ones may be larger.
    const factor = Math.min(2, batchMilliseconds / elapsed)
    limit = Math.max(1, Math.min(mostPerBatch, Math.floor(limit * factor)))
    await clock.sleep(pauseMilliseconds)
  }
}
