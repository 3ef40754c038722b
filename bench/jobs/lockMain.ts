/** A process that writes a row again and again, until it is told to stop, and prints the longest wait as JSON. */
import { currentOwner, isDead } from '../../server/src/files/owner.ts'
import { openDatabase } from '../../server/src/sqlite/database.ts'
import { createSqliteJobStore } from '../../server/src/sqlite/jobStore.ts'

export interface LockReport {
  /** Milliseconds; each renewal of a lease once every 5 ms. */
  readonly longest: number
  readonly median: number
  readonly renewals: number
}

const [, , path = '', id = ''] = process.argv
const owner = currentOwner()
const opened = await openDatabase(path, { now: Date.now, owner, isDead })
if (!opened.ok) throw new Error(opened.error.message)
const jobs = createSqliteJobStore(opened.value)
const job = jobs.claim(id, owner, Date.now(), isDead)
if (job === undefined) throw new Error(`job ${id} is not free`)
const waits: number[] = []
let stopped = false
process.stdin.once('end', () => {
  stopped = true
})
process.stdin.resume()
process.stdout.write('ready\n')
while (!stopped) {
  const started = performance.now()
  if (!jobs.renew({ id, attempt: job.attempt }, Date.now()).held) throw new Error('the lease was lost')
  waits.push(performance.now() - started)
  await new Promise(resolve => setTimeout(resolve, 5))
}
waits.sort((a, b) => a - b)
const [longest, median] = [waits.at(-1) ?? 0, waits[Math.floor(waits.length / 2)] ?? 0]
opened.value.close()
process.stdout.write(`${JSON.stringify({ longest, median, renewals: waits.length } satisfies LockReport)}\n`)
