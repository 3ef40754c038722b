/** Models of the editor in jobs: a real worker process asks its host, which stands for the editor. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { JobSpec } from '../../server/src/app/ports.ts'
import type { CompleteInEditor } from '../../server/src/model/editorModel.ts'
import { createWorkerService } from '../../server/src/worker/client.ts'
import { evaluateJob } from './evaluateJob.ts'

const dist = resolve(import.meta.dirname, '../../dist')
const never = new AbortController().signal
const slow = 60_000

function setUp() {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'signature-tuner-')))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  return (completeInEditor?: CompleteInEditor) => {
    const service = createWorkerService({
      workerPath: join(dist, 'worker.cjs'),
      sandboxPath: join(dist, 'sandbox.cjs'),
      root,
      endpoint: { baseUrl: 'http://127.0.0.1:9/v1', apiKey: 'sk-canary-0123456789', timeout: 30_000 },
      completeInEditor,
    })
    onTestFinished(() => service[Symbol.asyncDispose]())
    return service
  }
}

function jobOf(examples: number): JobSpec {
  const { kind, snapshot } = evaluateJob('http://127.0.0.1:9/v1', examples)
  const model = 'vscode:copilot/gpt-4o'
  return { kind, snapshot: { ...snapshot, model, reflectionModel: model, origin: 'vscode:' } }
}

async function submit(service: ReturnType<ReturnType<typeof setUp>>, examples = 20): Promise<string> {
  const submitted = await service.submit(jobOf(examples))
  if (!submitted.ok) throw new Error(submitted.error.message)
  return submitted.value.job.id
}

/** Answers right, and notes what it was asked. */
function scripted() {
  const words: string[] = []
  const complete: CompleteInEditor = async request => {
    expect(JSON.stringify(request)).not.toContain('sk-canary')
    const word = /w\d+/.exec(request.messages.at(-1)?.content ?? '')?.[0] ?? ''
    words.push(word)
    return { text: `{"loud": "${word.toUpperCase()}"}` }
  }
  return { words, complete }
}

test(
  'a job is answered by the host, and stored with its origin',
  async () => {
    const { words, complete } = scripted()
    const service = setUp()(complete)
    const id = await submit(service)
    expect(await service.wait(id, () => {}, never)).toMatchObject({
      value: { state: 'completed', result: { score: 1, calls: 20, model: 'vscode:copilot/gpt-4o' } },
    })
    expect(new Set(words).size).toBe(20)
    expect(await service.snapshot(id)).toMatchObject({ value: { origin: 'vscode:' } })
  },
  slow,
)

test(
  'without an editor a job stops and says why, and a host with one goes on with it',
  async () => {
    const open = setUp()
    const without = open()
    const id = await submit(without)
    expect(await without.wait(id, () => {}, never)).toMatchObject({
      value: { state: 'failed', error: { code: 'editor_needed', message: expect.stringContaining('in VS Code') } },
    })
    await without[Symbol.asyncDispose]()
    const { words, complete } = scripted()
    const service = open(complete)
    expect(await service.resume(id)).toMatchObject({ ok: true })
    expect(await service.wait(id, () => {}, never)).toMatchObject({ value: { state: 'completed', attempt: 2 } })
    expect(words).toHaveLength(20)
  },
  slow,
)

test(
  'a limit of the rate is waited for; a refusal of all requests stops the job, resumable',
  async () => {
    const { words, complete } = scripted()
    const state: { refusals: number; blocks: boolean } = { refusals: 3, blocks: true }
    const service = setUp()(async (request, signal) => {
      if (state.blocks) return { code: 'blocked', message: 'quota' }
      if (state.refusals-- > 0) return { code: 'rate_limited', message: 'slow down', retryAfter: 1 }
      return complete(request, signal)
    })
    const id = await submit(service)
    expect(await service.wait(id, () => {}, never)).toMatchObject({
      value: { state: 'failed', error: { code: 'rate_limited', message: expect.stringMatching(/blocks.*"quota"/) } },
    })
    state.blocks = false
    expect(await service.resume(id)).toMatchObject({ ok: true })
    expect(await service.wait(id, () => {}, never)).toMatchObject({
      value: { state: 'completed', result: { score: 1, failed_requests: [{ code: 'rate_limited', count: 3 }] } },
    })
    expect(words).toHaveLength(20)
  },
  slow,
)

test(
  'cancelling the job reaches every request of the editor in flight',
  async () => {
    const inFlight = new Set<AbortSignal>()
    const full = Promise.withResolvers<void>()
    const idle = Promise.withResolvers<void>()
    const service = setUp()((_, signal) => {
      inFlight.add(signal)
      if (inFlight.size === 4) full.resolve()
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          inFlight.delete(signal)
          if (inFlight.size === 0) idle.resolve()
          reject(signal.reason)
        })
      })
    })
    const id = await submit(service)
    await full.promise
    await service.cancel(id)
    await idle.promise
    expect(await service.wait(id, () => {}, never)).toMatchObject({ value: { state: 'cancelled' } })
  },
  slow,
)

test(
  'when the worker dies, what it asked is given up, and the next one asks no answered call again',
  async () => {
    const { words, complete } = scripted()
    const held: AbortSignal[] = []
    const full = Promise.withResolvers<void>()
    const state: { holds: boolean } = { holds: true }
    const service = setUp()((request, signal) => {
      if (!state.holds || words.length < 8) return complete(request, signal)
      held.push(signal)
      if (held.length === 4) full.resolve()
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    })
    const id = await submit(service)
    const waiting = service.wait(id, () => {}, never)
    await full.promise
    state.holds = false
    const job = await service.get(id)
    process.kill((job.ok && job.value.owner?.pid) || Number.NaN, 'SIGKILL')
    expect(await waiting).toMatchObject({ value: { state: 'completed', attempt: 2, result: { score: 1 } } })
    expect(held.map(signal => signal.aborted)).toEqual([true, true, true, true])
    expect(new Set(words).size).toBe(20)
    // Answered at the kill and not stored yet may be asked again: at most as many as were in flight.
    expect(words.length).toBeLessThanOrEqual(24)
  },
  slow,
)
