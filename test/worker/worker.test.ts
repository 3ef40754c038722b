/** The worker as its hosts see it: a real process, a real database, a real endpoint. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { JobService } from '../../server/src/app/ports.ts'
import type { JobProgress } from '../../server/src/jobs/job.ts'
import { createWorkerService, type WorkerServiceOptions } from '../../server/src/worker/client.ts'
import { childrenOfThread } from '../crash/processTree.ts'
import { type ChatRequest, type ModelServerOptions, startModelServer } from '../support/modelServer.ts'
import { evaluateJob } from './evaluateJob.ts'

const dist = resolve(import.meta.dirname, '../../dist')
const workerPath = join(dist, 'worker.cjs')
const sandboxPath = join(dist, 'sandbox.cjs')
const never = new AbortController().signal
const key = 'sk-canary-0123456789'

/** Answers right, and counts how often each word was asked. */
async function setUp(serverOptions: Omit<ModelServerOptions, 'requireKey'> & { requireKey?: undefined } = {}) {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'signature-tuner-')))
  const asked = new Map<string, number>()
  const watchers: Array<{ readonly count: number; resolve(): void }> = []
  const server = await startModelServer({
    answer: (request: ChatRequest) => {
      const word = /w\d+/.exec(request.messages.at(-1)?.content ?? '')?.[0] ?? ''
      asked.set(word, (asked.get(word) ?? 0) + 1)
      for (const watcher of watchers) if (asked.size >= watcher.count) watcher.resolve()
      return { loud: word.toUpperCase() }
    },
    requireKey: key,
    ...serverOptions,
  })
  const open = (changes: Partial<WorkerServiceOptions> = {}) => {
    const endpoint = { baseUrl: server.url, apiKey: key, timeout: 5_000 }
    const service = createWorkerService({ workerPath, sandboxPath, root, endpoint, ...changes })
    onTestFinished(() => service[Symbol.asyncDispose]())
    return service
  }
  onTestFinished(async () => {
    await server.close()
    rmSync(root, { recursive: true, force: true })
  })
  return {
    root,
    server,
    asked,
    open,
    /** Resolves when that many different words were asked. */
    words: (count: number) => new Promise<void>(resolve => watchers.push({ count, resolve })),
  }
}

async function submit(service: JobService, url: string, examples = 20): Promise<string> {
  const submitted = await service.submit(evaluateJob(url, examples))
  if (!submitted.ok) throw new Error(submitted.error.message)
  return submitted.value.job.id
}

async function ownerOf(service: JobService, id: string): Promise<number> {
  const job = await service.get(id)
  if (!job.ok || job.value.owner === undefined) throw new Error('the job is not running')
  return job.value.owner.pid
}

describe('a job', () => {
  test('is run, reported, stored and read back, and the key is nowhere but in memory', async () => {
    const { root, server, open } = await setUp({ latency: 20 })
    const service = open()
    const seen: JobProgress[] = []
    const id = await submit(service, server.url, 100)
    const waiting = service.wait(id, progress => seen.push(progress), never)
    const pid = await ownerOf(service, id)
    for (const file of ['cmdline', 'environ']) {
      expect(readFileSync(`/proc/${pid}/${file}`, 'latin1')).not.toContain(key)
    }
    const ended = await waiting
    expect(ended).toMatchObject({
      ok: true,
      value: { state: 'completed', result: { score: 1, examples: 100, calls: 100, repeated_calls: 0 } },
    })
    expect(seen.length).toBeGreaterThan(0)
    expect(seen.at(-1)).toMatchObject({ percent: 100, calls: 100 })
    expect(await service.evaluations('skills/shout/signature.yaml', 5)).toMatchObject({ value: [{ score: 1 }] })
    const snapshot = await service.snapshot(id)
    expect(snapshot).toMatchObject({ value: { seed: 0, skillId: 'shout' } })
    expect(JSON.stringify(snapshot)).not.toContain('examples"')
    expect(await service.list({ kind: 'evaluate' })).toMatchObject({ value: [{ id }] })
    expect(await service.markApplied(id, 2)).toEqual({ ok: true })
    expect(await service.get('job_none')).toMatchObject({ error: { code: 'job_not_found' } })
    await service[Symbol.asyncDispose]()
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
    for (const name of readdirSync(join(root, '.signature-tuner'))) {
      expect(readFileSync(join(root, '.signature-tuner', name), 'latin1')).not.toContain(key)
    }
    expect(await service.get(id)).toMatchObject({ error: { code: 'worker_lost' } })
  })

  test('is cancelled in flight', async () => {
    const { server, open, words } = await setUp({ latency: 50 })
    const service = open()
    const reached = words(8)
    const id = await submit(service, server.url, 200)
    await reached
    expect(await service.cancel(id)).toMatchObject({ value: { state: 'cancelled' } })
    expect(await service.wait(id, () => {}, never)).toMatchObject({ value: { state: 'cancelled' } })
  })

  test('goes on when its host stops waiting', async () => {
    const { server, open, words } = await setUp({ latency: 20 })
    const service = open()
    const reached = words(40)
    const id = await submit(service, server.url, 40)
    const controller = new AbortController()
    const waiting = service.wait(id, () => {}, controller.signal)
    controller.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    await reached
    expect(await service.wait(id, () => {}, never)).toMatchObject({ value: { state: 'completed' } })
  })

  test('with a wrong key stops, and the right key resumes it', async () => {
    const { server, open } = await setUp()
    const wrong = open({ endpoint: { baseUrl: server.url, apiKey: 'sk-wrong-0123456789', timeout: 5_000 } })
    const id = await submit(wrong, server.url)
    const ended = await wrong.wait(id, () => {}, never)
    expect(ended).toMatchObject({ value: { state: 'failed', error: { code: 'key_rejected' } } })
    expect(JSON.stringify(ended)).not.toContain('sk-wrong')
    await wrong[Symbol.asyncDispose]()
    const right = open()
    expect(await submit(right, server.url)).toBe(id)
    expect(await right.wait(id, () => {}, never)).toMatchObject({ value: { state: 'completed', attempt: 2 } })
  })
})

describe('a worker that dies', () => {
  test('is replaced, and its job goes on without asking an answered call again', async () => {
    const { server, asked, open, words } = await setUp({ latency: 5 })
    const service = open()
    const id = await submit(service, server.url, 200)
    const waiting = service.wait(id, () => {}, never)
    for (const share of [60, 130]) {
      await words(share)
      process.kill(await ownerOf(service, id), 'SIGKILL')
    }
    const ended = await waiting
    expect(ended).toMatchObject({ value: { state: 'completed', attempt: 3, result: { score: 1, calls: 200 } } })
    const again = [...asked.values()].reduce((sum, times) => sum + times - 1, 0)
    expect(again).toBeLessThanOrEqual(2 * 4)
    // A request noted but not yet sent when its process died never arrived.
    expect(server.count).toBeLessThanOrEqual(200 + 2 * 4)
    expect(ended.ok && ended.value.result).toMatchObject({
      repeated_calls: expect.toSatisfy(n => n >= again && n <= 8),
    })
  })

  test('while nobody waits is replaced, too', async () => {
    const { server, open, words } = await setUp({ latency: 5 })
    const service = open()
    const [some, all] = [words(20), words(100)]
    const id = await submit(service, server.url, 100)
    await some
    process.kill(await ownerOf(service, id), 'SIGKILL')
    await all
    expect(await service.wait(id, () => {}, never)).toMatchObject({ value: { state: 'completed', attempt: 2 } })
  })

  test('again and again is given up, with what it said', async () => {
    const { root, server, open } = await setUp()
    const script = join(root, 'broken.cjs')
    writeFileSync(script, `console.error('no such library, key ${key}'); process.exit(1)`)
    const service = open({ workerPath: script })
    const failed = await service.submit(evaluateJob(server.url, 1))
    expect(failed).toMatchObject({ ok: false, error: { code: 'worker_lost' } })
    expect(JSON.stringify(failed)).toMatch(/no such library, key \[key\]/)
    // Mended meanwhile.
    writeFileSync(script, `require(${JSON.stringify(workerPath)})`)
    expect(await service.list({})).toEqual({ ok: true, value: [] })
  })

  test('by a signal for its whole group does not: Ctrl-C is the matter of the host', async () => {
    const { server, open, words } = await setUp({ latency: 20 })
    const service = open()
    const reached = words(8)
    const id = await submit(service, server.url, 40)
    await reached
    const pid = await ownerOf(service, id)
    process.kill(pid, 'SIGINT')
    process.kill(pid, 'SIGHUP')
    expect(await service.wait(id, () => {}, never)).toMatchObject({ value: { state: 'completed', attempt: 1 } })
  })
})

describe('a host that goes', () => {
  test('in order: its job is queued, and the next host resumes it', async () => {
    const { server, asked, open, words } = await setUp({ latency: 5 })
    const first = open()
    const reached = words(30)
    const id = await submit(first, server.url, 100)
    await reached
    await first[Symbol.asyncDispose]()
    const second = open()
    expect(await second.get(id)).toMatchObject({ value: { state: 'queued', attempt: 1 } })
    expect(await second.resume(id)).toMatchObject({ ok: true })
    expect(await second.wait(id, () => {}, never)).toMatchObject({ value: { state: 'completed', attempt: 2 } })
    expect([...asked.values()].reduce((sum, times) => sum + times - 1, 0)).toBeLessThanOrEqual(4)
  })

  test('by SIGKILL: its worker gives the job back and ends', async () => {
    const { root, server, open, words } = await setUp({ latency: 5, requireKey: undefined })
    const reached = words(30)
    const script = join(import.meta.dirname, 'hostMain.ts')
    const host = spawn(process.execPath, ['--no-warnings', script, workerPath, sandboxPath, root, server.url])
    onTestFinished(() => void host.kill('SIGKILL'))
    const id = await new Promise<string>(resolve => host.stdout.once('data', chunk => resolve(String(chunk).trim())))
    await reached
    const watching = open()
    const pid = await ownerOf(watching, id)
    const following = watching.wait(id, () => {}, never)
    expect(await watching.resume(id)).toMatchObject({ error: { code: 'job_running' } })
    host.kill('SIGKILL')
    await gone(pid)
    expect(await watching.get(id)).toMatchObject({ value: { state: 'queued' } })
    expect(await following).toMatchObject({ error: { code: 'worker_lost' } })
    expect(await watching.resume(id)).toMatchObject({ ok: true })
    expect(await watching.wait(id, () => {}, never)).toMatchObject({ value: { state: 'completed', attempt: 2 } })
  })

  test('by SIGKILL, while another host asks for the same job: that one goes on with it', async () => {
    const { root, server, open, words } = await setUp({ latency: 5, requireKey: undefined })
    const reached = words(30)
    const script = join(import.meta.dirname, 'hostMain.ts')
    const host = spawn(process.execPath, ['--no-warnings', script, workerPath, sandboxPath, root, server.url])
    onTestFinished(() => void host.kill('SIGKILL'))
    const id = await new Promise<string>(resolve => host.stdout.once('data', chunk => resolve(String(chunk).trim())))
    await reached
    const second = open()
    expect(await submit(second, server.url, 200)).toBe(id)
    const following = second.wait(id, () => {}, never)
    host.kill('SIGKILL')
    expect(await following).toMatchObject({ value: { state: 'completed', attempt: 2, result: { calls: 200 } } })
  })
})

// Where the children of a thread can be listed.
test.skipIf(process.platform !== 'linux')(
  'a host that follows a job goes on with it though its own worker died meanwhile',
  async () => {
    const { server, open, words } = await setUp({ latency: 20 })
    const reached = words(8)
    const first = open()
    const id = await submit(first, server.url, 200)
    const firstWorker = await ownerOf(first, id)
    await reached
    const second = open()
    expect(await submit(second, server.url, 200)).toBe(id)
    const following = second.wait(id, () => {}, never)
    const [worker, ...others] = childrenOfThread().filter(pid => pid !== firstWorker)
    expect(others).toEqual([])
    if (worker === undefined) throw new Error('the worker of the second host was not found')
    process.kill(worker, 'SIGKILL')
    await gone(worker)
    // Answered by the worker that replaces it.
    expect(await second.get(id)).toMatchObject({ value: { state: 'running', owner: { pid: firstWorker } } })
    await first[Symbol.asyncDispose]()
    expect(await following).toMatchObject({ value: { state: 'completed', attempt: 2, result: { score: 1 } } })
  },
)

describe('a folder without a store', () => {
  test('stays one until a job is submitted', async () => {
    const { root, server, open } = await setUp()
    const service = open()
    const missing = { error: { code: 'job_not_found' } }
    expect(await service.list({})).toEqual({ ok: true, value: [] })
    expect(await service.evaluations('skills/shout/signature.yaml', 5)).toEqual({ ok: true, value: [] })
    expect(await service.prune(0)).toEqual({ ok: true, value: 0 })
    expect(await service.inspect(30)).toEqual({ ok: true, value: null })
    expect(await service.prune(0, 'job_none')).toMatchObject(missing)
    expect(await service.get('job_none')).toMatchObject(missing)
    expect(await service.cancel('job_none')).toMatchObject(missing)
    expect(await service.resume('job_none')).toMatchObject(missing)
    expect(await service.snapshot('job_none')).toMatchObject(missing)
    expect(await service.markApplied('job_none', 1)).toMatchObject(missing)
    expect(await service.wait('job_none', () => {}, never)).toMatchObject(missing)
    expect(readdirSync(root)).toEqual([])
    const id = await submit(service, server.url)
    expect(await service.get(id)).toMatchObject({ ok: true })
  })
})

describe('limits', () => {
  const stored = async (service: JobService, id: string) => {
    const snapshot = await service.snapshot(id)
    return snapshot.ok ? snapshot.value : snapshot.error
  }

  test('are replaced by those of a resumption, the others stay', async () => {
    const { server, open } = await setUp({ latency: 1_000 })
    const service = open()
    const id = await submit(service, server.url)
    await service.cancel(id)
    expect(await service.resume(id, { maxCalls: 2_000, maxTime: 60, concurrency: 9 })).toMatchObject({ ok: true })
    expect(await stored(service, id)).toMatchObject({
      budget: { maxCalls: 2_000, maxTime: 60 },
      concurrency: 9,
      width: 4,
    })
    await service.cancel(id)
    expect(await service.resume(id, { maxCost: 3 })).toMatchObject({ ok: true })
    expect(await stored(service, id)).toMatchObject({ budget: { maxCalls: 2_000, maxCost: 3, maxTime: 60 }, width: 4 })
  })

  test('are replaced by those of a submission that is otherwise the same; the width stays', async () => {
    const { server, open } = await setUp({ latency: 1_000 })
    const service = open()
    const id = await submit(service, server.url)
    await service.cancel(id)
    await service.resume(id, { maxCost: 3 })
    await service.cancel(id)
    const { kind, snapshot } = evaluateJob(server.url, 20)
    const again = await service.submit({
      kind,
      snapshot: { ...snapshot, concurrency: 16, budget: { maxCalls: 5_000 } },
    })
    expect(again).toMatchObject({ value: { resumed: true, job: { id } } })
    expect(await stored(service, id)).toMatchObject({ budget: { maxCalls: 5_000 }, concurrency: 16, width: 4 })
    expect(await stored(service, id)).not.toHaveProperty('budget.maxCost')
  })
})

test('a key with white space around it is used and kept out of the store without', async () => {
  const { root, server, open } = await setUp({
    latency: 0,
    answer: ({ messages }) => ({ loud: `${messages.at(-1)?.content} ${key} NONE` }),
  })
  const service = open({ endpoint: { baseUrl: server.url, apiKey: `${key}\r`, timeout: 5_000 } })
  const id = await submit(service, server.url, 3)
  const ended = await service.wait(id, () => {}, never)
  expect(ended).toMatchObject({ value: { state: 'completed', result: { errors: [] } } })
  expect(JSON.stringify(ended)).toContain('[key] NONE')
  await service[Symbol.asyncDispose]()
  expect(readFileSync(join(root, '.signature-tuner', 'jobs.db'), 'latin1')).not.toContain(key)
})

test('a store that cannot be opened says why, and the next call tries again', async () => {
  const { root, server, open } = await setUp()
  writeFileSync(join(root, '.signature-tuner'), '')
  const service = open()
  for (let times = 0; times < 5; times++) {
    expect(await service.list({})).toMatchObject({ error: { code: 'write_failed' } })
  }
  rmSync(join(root, '.signature-tuner'))
  const id = await submit(service, server.url)
  expect(await service.wait(id, () => {}, never)).toMatchObject({ value: { state: 'completed' } })
})

/** Resolves when the process is no more. */
async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0)
    } catch {
      return
    }
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}
