/** A process that claims and completes every job it can get; prints the ids it ran and its errors. */
import { currentOwner, isDead } from '../../server/src/files/owner.ts'
import { openDatabase } from '../../server/src/sqlite/database.ts'
import { createSqliteJobStore } from '../../server/src/sqlite/jobStore.ts'

const [, , path = '', count = '0'] = process.argv
const owner = currentOwner()
const opened = await openDatabase(path, { now: Date.now, owner, isDead })
if (!opened.ok) throw new Error(opened.error.message)
const jobs = createSqliteJobStore(opened.value)
process.stdout.write('ready\n')
await new Promise(resolve => process.stdin.once('data', resolve))
const claimed: number[] = []
const started = performance.now()
for (let n = 0; n < Number(count); n++) {
  const job = jobs.claim(jobId(n), owner, Date.now(), isDead)
  if (job === undefined) continue
  claimed.push(n)
  if (!jobs.complete({ id: job.id, attempt: job.attempt }, { pid: process.pid }, Date.now())) throw new Error('lost')
}
const milliseconds = performance.now() - started
opened.value.close()
process.stdout.write(JSON.stringify({ claimed, milliseconds }))
process.stdin.destroy()

/** Ids of the jobs that the test enqueues. */
function jobId(n: number): string {
  return `job_${n.toString(2).padStart(16, '0').replaceAll('0', 'a').replaceAll('1', 'b')}`
}
