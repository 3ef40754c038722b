/** A process that claims every job it can get, waits for the word to start, and prints how it went as JSON. */
import { errorCode, failureOf } from '../../server/src/base/errors.ts'
import { queues } from './queues.ts'

export interface ClaimReport {
  readonly claimed: readonly string[]
  /** Milliseconds since 1970, with fractions. */
  readonly startedAt: number
  readonly endedAt: number
  /** Attempts that another process's write made fail. */
  readonly busy: number
}

const [, , name = '', path = '', count = '0', first = '0', completes = ''] = process.argv
const open = queues[name]
if (open === undefined) throw new Error(`no queue called ${name}`)
const queue = await open(path)
process.stdout.write('ready\n')
await new Promise(resolve => process.stdin.once('data', resolve))
const claimed: string[] = []
let busy = 0
const startedAt = now()
let endedAt = startedAt
for (let attempt = 0; attempt < Number(count); attempt++) {
  const job = counting(() => queue.claim((Number(first) + attempt) % Number(count)))
  if (job === undefined) continue
  claimed.push(job.id)
  if (completes === 'complete') counting(() => job.complete())
  endedAt = now()
}
if (claimed.length > 0 && queue.synchronous() !== 2) throw new Error('the connection does not write with FULL')
queue.close()
process.stdout.write(`${JSON.stringify({ claimed, startedAt, endedAt, busy } satisfies ClaimReport)}\n`)
// Its jobs would be free for the others as soon as it is gone.
await new Promise(resolve => process.stdin.once('end', resolve).resume())

function counting<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    const isBusy = errorCode(error)?.startsWith('SQLITE_BUSY') || /is locked/.test(failureOf(error)?.message ?? '')
    if (!isBusy) throw error
    busy++
    return undefined
  }
}

function now(): number {
  return performance.timeOrigin + performance.now()
}
