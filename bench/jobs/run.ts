/** Times the job store and its worker, beside a queue from npm. Run: `npm run build && node bench/jobs/run.ts`. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import Sqlite from 'better-sqlite3'
import type { JobService } from '../../server/src/app/ports.ts'
import type { Result } from '../../server/src/base/result.ts'
import { type ClaimTask, measureClaims } from './claims.ts'
import { fillLargeStore } from './largeStore.ts'
import type { LockReport } from './lockMain.ts'
import { deleteQueue, jobId, queues } from './queues.ts'
import {
  jobNumber,
  measureRestart,
  measureStarts,
  measureTakeOver,
  openService,
  startServer,
  submit,
  workerMemory,
} from './worker.ts'

const options = {
  /** In the large store. */
  jobs: { type: 'string', default: '100000' },
  /** Claimed in each run. */
  claims: { type: 'string', default: '2000' },
  /** Runs of each figure; the median counts. */
  repeat: { type: 'string', default: '3' },
} as const
const { values } = parseArgs({ options })
const [jobs, claims, repeat] = [Number(values.jobs), Number(values.claims), Number(values.repeat)]
const project = resolve(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'signature-bench-'))
const rows: string[][] = []

try {
  await timeClaims()
  await timeWorker()
  await timeLargeStore()
  print()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function timeClaims(): Promise<void> {
  for (const name of Object.keys(queues)) mkdirSync(join(folder, name), { mode: 0o700 })
  const commits = Array.from({ length: repeat }, () => commitsPerSecond(join(folder, 'commits.db')))
  add('one-row commits/s of the driver, 1 proc.', String(Math.round(median(commits))))
  for (const characters of [1_000, 50_000]) {
    for (const completes of [false, true]) {
      for (const processes of [1, 4]) {
        const what = `${completes ? 'claim + complete' : 'claim'}/s, ${processes} proc., ${characters / 1000} kB`
        const task = { processes, jobs: claims, characters, completes }
        await addClaims(what, { ...task, queue: 'ours' }, { ...task, queue: 'plainjob' })
      }
    }
  }
  const same = { processes: 4, jobs: claims, characters: 1_000, completes: false, sameOrder: true }
  await addClaims('claim/s, 4 proc. after the same job', { ...same, queue: 'ours' })
}

/** What disk and driver allow with FULL, whatever the queue. */
function commitsPerSecond(path: string): number {
  const database = new Sqlite(path)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.exec('CREATE TABLE IF NOT EXISTS t (n INTEGER); INSERT INTO t VALUES (0)')
  const increment = database.prepare('UPDATE t SET n = n + 1')
  const started = performance.now()
  for (let n = 0; n < claims; n++) increment.run()
  const seconds = (performance.now() - started) / 1000
  database.close()
  deleteQueue(path)
  return claims / seconds
}

/** The queues take turns, so that a busy minute of the machine harms both. */
async function addClaims(what: string, ...tasks: readonly ClaimTask[]): Promise<void> {
  const rates = tasks.map((): number[] => [])
  const busy = tasks.map(() => 0)
  for (let run = 0; run < repeat; run++) {
    for (const [at, task] of tasks.entries()) {
      const rate = await measureClaims(folder, task)
      rates[at]?.push(rate.perSecond)
      busy[at] = (busy[at] ?? 0) + rate.busy
    }
  }
  const [ours = '', rival] = rates.map((all, at) => `${Math.round(median(all))}, ${busy[at]} BUSY`)
  add(what, ours, rival)
}

async function timeWorker(): Promise<void> {
  const starts = await measureStarts(folder, 200)
  add('submit to first model call, median', milliseconds(median(starts)))
  add('submit to first model call, p95', milliseconds(quantile(starts, 0.95)))
  await addTimes('worker killed: running again', () => measureRestart(folder))
  await addTimes('host killed: a joined host runs it', () => measureTakeOver(folder, false))
  await addTimes('both killed: a joined host runs it', () => measureTakeOver(folder, true))
}

async function addTimes(what: string, measure: () => Promise<number>): Promise<void> {
  const times: number[] = []
  for (let run = 0; run < Math.max(5, repeat); run++) times.push(await measure())
  add(what, `${milliseconds(median(times))}, most ${milliseconds(Math.max(...times))}`)
}

async function timeLargeStore(): Promise<void> {
  const root = join(folder, 'large')
  mkdirSync(join(root, '.git'), { recursive: true })
  const path = join(root, '.signature-tuner', 'jobs.db')
  // All old enough to be pruned.
  await fillLargeStore(path, { jobs, until: Date.now() - 31 * 24 * 60 * 60 * 1000 })
  add(`file of ${jobs} jobs`, megabytes(statSync(path).size / 1e6))
  await using server = await startServer()
  {
    await using service = openService(root, server.url)
    await timed('first call: open the store, list 20', () => service.list({ limit: 20 }))
    await timed('list 20', () => service.list({ limit: 20 }))
    add('  memory of the worker', megabytes(workerMemory()))
    await timed('list 20 of a state', () => service.list({ limit: 20, states: ['failed'] }))
    await timed('list 20 of a state that none has', () => service.list({ limit: 20, states: ['running'] }))
    await timed('list 1000', () => service.list({ limit: 1_000 }))
    add('  memory of the worker', megabytes(workerMemory()))
    await timed('get', () => service.get(jobId(jobs - 5)))
    await timed('latest evaluations of a skill', () => service.evaluations('skills/s1/signature.yaml', 1))
    await timed('submit', n => service.submit(jobNumber(server.url, n)))
    add('  memory of the worker', megabytes(workerMemory()))
    await timed('facts for doctor', () => service.inspect(30))
  }
  const commands: number[] = []
  for (let run = 0; run < repeat; run++) {
    commands.push(
      await elapsed(() => spawnSync(process.execPath, [join(project, 'dist/bin.cjs'), 'jobs'], { cwd: root })),
    )
  }
  add('the command `jobs`, start to end', milliseconds(median(commands)))
  await using service = openService(root, server.url)
  await submit(service, jobNumber(server.url, 1_000_000))
  await timePrune(service, path)
}

async function timePrune(service: JobService, path: string): Promise<void> {
  // The newest of those that wait.
  const script = join(import.meta.dirname, 'lockMain.ts')
  const args = ['--no-warnings', script, path, jobId(jobs - 1)]
  const renewing = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  await once(renewing.stdout, 'data')
  let deleted: Result<number> | undefined
  const time = await elapsed(async () => {
    deleted = await service.prune(30)
  })
  if (!deleted?.ok) throw new Error('nothing was pruned')
  renewing.stdin.end()
  const [text] = await once(renewing.stdout, 'data')
  const report: LockReport = JSON.parse(String(text))
  await once(renewing, 'exit')
  add(`prune ${deleted.value} of ${jobs} jobs`, `${(time / 1000).toFixed(1)} s`)
  add('  another process renews, longest wait', milliseconds(report.longest))
  add('  another process renews, median', milliseconds(report.median))
  add('  memory of the worker', megabytes(workerMemory()))
  add('  file afterwards', megabytes(statSync(path).size / 1e6))
  // Alone now.
  await service.prune(0)
  add('  after another prune, alone', megabytes(statSync(path).size / 1e6))
}

/** Median of several calls, each of which must succeed. */
async function timed<T>(what: string, call: (n: number) => Promise<Result<T>>): Promise<void> {
  const times: number[] = []
  // Only once where it is the first.
  for (let n = 0; n < (what.startsWith('first') ? 1 : Math.max(5, repeat)); n++) {
    times.push(
      await elapsed(async () => {
        const result = await call(n)
        if (!result.ok) throw new Error(result.error.message)
      }),
    )
  }
  add(what, milliseconds(median(times)))
}

async function elapsed(work: () => unknown): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

function add(what: string, ours: string, plainjob = ''): void {
  rows.push([what, ours, plainjob])
  console.error(`${what}: ${ours} ${plainjob}`.trimEnd())
}

function print(): void {
  const table = [['synchronous=FULL, WAL', 'ours', 'plainjob'], ...rows]
  const widths = [0, 1, 2].map(at => Math.max(...table.map(row => row[at]?.length ?? 0)))
  const layOut = (row: readonly string[]) => `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`
  const [head = [], ...body] = table
  console.log(layOut(head))
  console.log(`|${widths.map(width => '-'.repeat(width + 2)).join('|')}|`)
  for (const row of body) console.log(layOut(row))
}

function median(times: readonly number[]): number {
  return quantile(times, 0.5)
}

function quantile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

function milliseconds(value: number): string {
  return value < 10 ? `${value.toFixed(1)} ms` : `${Math.round(value)} ms`
}

function megabytes(value: number | undefined): string {
  return value === undefined ? 'unknown' : `${Math.round(value)} MB`
}
