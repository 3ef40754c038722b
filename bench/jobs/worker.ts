/** The real worker process behind its client: how soon a job starts, and how soon a killed one goes on. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { JobService, JobSpec } from '../../server/src/app/ports.ts'
import type { Job } from '../../server/src/jobs/job.ts'
import { createWorkerService } from '../../server/src/worker/client.ts'
import { type ModelServer, startModelServer } from '../../test/support/modelServer.ts'
import { evaluateJob } from '../../test/worker/evaluateJob.ts'

const project = resolve(import.meta.dirname, '../..')
const workerPath = join(project, 'dist/worker.cjs')
const sandboxPath = join(project, 'dist/sandbox.cjs')
const hostScript = join(project, 'test/worker/hostMain.ts')
const never = new AbortController().signal

export function openService(root: string, baseUrl: string): JobService & AsyncDisposable {
  return createWorkerService({ workerPath, sandboxPath, root, endpoint: { baseUrl, timeout: 60_000 } })
}

/** Milliseconds from submitting a job to its first model call, for so many jobs one after the other. */
export async function measureStarts(folder: string, count: number): Promise<readonly number[]> {
  const root = mkdtempSync(join(folder, 'starts-'))
  let onRequest = () => {}
  await using server = await startModelServer({ answer: answering(() => onRequest()) })
  await using service = openService(root, server.url)
  const times: number[] = []
  // The first one starts the worker and makes the store.
  for (let n = -1; n < count; n++) {
    const started = performance.now()
    const reached = new Promise<void>(done => {
      onRequest = done
    })
    const id = await submit(service, jobNumber(server.url, n + 1))
    await reached
    if (n >= 0) times.push(performance.now() - started)
    await service.wait(id, () => {}, never)
  }
  rmSync(root, { recursive: true })
  return times
}

/** Milliseconds from killing the worker until its host's new one runs the job; again and again on one job. */
export async function measureRestart(folder: string): Promise<number> {
  const root = mkdtempSync(join(folder, 'restart-'))
  const reached = Promise.withResolvers<void>()
  await using server = await startModelServer({ answer: answering(() => reached.resolve()), latency: 50 })
  await using service = openService(root, server.url)
  const id = await submit(service, evaluateJob(server.url, 500))
  await reached.promise
  const { owner } = await get(service, id)
  if (owner === undefined) throw new Error('nobody runs the job')
  const killed = performance.now()
  process.kill(owner.pid, 'SIGKILL')
  await untilRunning(service, id, 2)
  return performance.now() - killed
}

/** Milliseconds from killing a host, with or without its worker, until another that had joined runs the job. */
export async function measureTakeOver(folder: string, withWorker: boolean): Promise<number> {
  const root = mkdtempSync(join(folder, 'takeover-'))
  const reached = Promise.withResolvers<void>()
  await using server = await startModelServer({ answer: answering(() => reached.resolve()), latency: 50 })
  const host = spawn(process.execPath, ['--no-warnings', hostScript, workerPath, sandboxPath, root, server.url])
  await reached.promise
  await using second = openService(root, server.url)
  // What hostMain.ts submits.
  const id = await submit(second, evaluateJob(server.url, 200))
  const { owner, attempt } = await get(second, id)
  if (owner === undefined || attempt !== 1) throw new Error('the first host does not run the job')
  const ended = second.wait(id, () => {}, never)
  // Its first look at the job is over: killed at any time between two looks.
  await sleep(100 + Math.random() * 500)
  const killed = performance.now()
  if (withWorker) process.kill(owner.pid, 'SIGKILL')
  host.kill('SIGKILL')
  await untilRunning(second, id, 2)
  const milliseconds = performance.now() - killed
  await second.cancel(id)
  await ended
  if (host.exitCode === null && host.signalCode === null) await once(host, 'exit')
  return milliseconds
}

/** Resident memory in megabytes of the one process that this one started; Linux only. */
export function workerMemory(): number | undefined {
  try {
    const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim().split(' ')
    const status = readFileSync(`/proc/${children.at(-1)}/status`, 'utf8')
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1000
  } catch {
    return undefined
  }
}

export async function submit(service: JobService, spec: JobSpec): Promise<string> {
  const submitted = await service.submit(spec)
  if (!submitted.ok) throw new Error(submitted.error.message)
  return submitted.value.job.id
}

/** A job of one call, unlike the others. */
export function jobNumber(url: string, n: number): JobSpec {
  const { kind, snapshot } = evaluateJob(url, 1)
  return { kind, snapshot: { ...snapshot, seed: n, skillPath: `skills/s${n % 200}/signature.yaml` } }
}

export function startServer(): Promise<ModelServer> {
  return startModelServer({ answer: answering(() => {}) })
}

function answering(onRequest: () => void) {
  return () => {
    onRequest()
    return { loud: 'W' }
  }
}

async function get(service: JobService, id: string): Promise<Job> {
  const job = await service.get(id)
  if (!job.ok) throw new Error(job.error.message)
  return job.value
}

async function untilRunning(service: JobService, id: string, attempt: number): Promise<void> {
  for (;;) {
    const job = await get(service, id)
    if (job.state === 'running' && job.attempt >= attempt) return
    await sleep(2)
  }
}
