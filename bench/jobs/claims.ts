/** Claims per second of a queue with so many processes, each job handed out once. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { ClaimReport } from './claimMain.ts'
import { deleteQueue, queues } from './queues.ts'

export interface ClaimTask {
  readonly queue: string
  readonly processes: number
  readonly jobs: number
  /** Of the payload. */
  readonly characters: number
  readonly completes: boolean
  /** Ours alone names the job to be claimed: whether all processes want the same one at the same time. */
  readonly sameOrder?: boolean
}

export interface ClaimRate {
  readonly perSecond: number
  readonly busy: number
}

export async function measureClaims(folder: string, task: ClaimTask): Promise<ClaimRate> {
  const path = join(folder, task.queue, 'jobs.db')
  const open = queues[task.queue]
  if (open === undefined) throw new Error(`no queue called ${task.queue}`)
  deleteQueue(path)
  const filling = await open(path)
  filling.fill(task.jobs, task.characters)
  filling.close()
  const claimers = Array.from({ length: task.processes }, (_, n) => startClaimer(path, task, n))
  await Promise.all(claimers.map(claimer => claimer.ready))
  for (const claimer of claimers) claimer.go()
  const reports = await Promise.all(claimers.map(claimer => claimer.report))
  await Promise.all(claimers.map(claimer => claimer.end()))
  const ids = reports.flatMap(report => report.claimed)
  const busy = reports.reduce((sum, report) => sum + report.busy, 0)
  if (new Set(ids).size !== ids.length) throw new Error(`${task.queue} handed a job out twice`)
  if (busy === 0 && ids.length !== task.jobs) throw new Error(`${task.queue} handed out ${ids.length} of ${task.jobs}`)
  const started = Math.min(...reports.map(report => report.startedAt))
  const ended = Math.max(...reports.map(report => report.endedAt))
  return { perSecond: (ids.length / (ended - started)) * 1000, busy }
}

function startClaimer(path: string, { queue, jobs, processes, completes, sameOrder }: ClaimTask, number: number) {
  const script = join(import.meta.dirname, 'claimMain.ts')
  const first = sameOrder ? 0 : Math.floor((jobs * number) / processes)
  const args = ['--no-warnings', script, queue, path, String(jobs), String(first), completes ? 'complete' : '']
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const closed = new Promise<number | null>(resolve => child.on('close', resolve))
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const line = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error(`a process of ${queue} ended with ${await closed}`)
    return value
  }
  const ready = line()
  return {
    ready,
    go: () => child.stdin.write('go'),
    report: ready.then(line).then((text): ClaimReport => JSON.parse(text)),
    end() {
      child.stdin.end()
      return closed
    },
  }
}
