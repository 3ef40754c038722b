/** The width of a search outlives a change of concurrency: the same decisions, and no answer paid twice. */
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { JobSpec } from '../../server/src/app/ports.ts'
import type { Example } from '../../server/src/examples/example.ts'
import { createWorkerService } from '../../server/src/worker/client.ts'

const project = resolve(import.meta.dirname, '../..')
const skill = join(project, 'examples/skills/support/ticket-triage')
const never = new AbortController().signal

test('a tune job cancelled half-way and submitted again with another concurrency', async () => {
  const whole = openWorker()
  const expected = await whole.wait(await submit(whole, 8), () => {}, never)
  const interrupted = openWorker()
  const id = await submit(interrupted, 8)
  let calls = 0
  await interrupted.wait(
    id,
    progress => {
      calls = progress.calls
      if (progress.percent > 30) void interrupted.cancel(id)
    },
    never,
  )
  expect(calls).toBeGreaterThan(0)
  expect(await submit(interrupted, 2)).toBe(id)
  const resumed = await interrupted.wait(id, () => {}, never)
  expect(resumed).toMatchObject({ value: { state: 'completed', attempt: 2 } })
  expect(resultOf(resumed).decision_digest).toBe(resultOf(expected).decision_digest)
  expect(resultOf(resumed).calls).toBe(resultOf(expected).calls)
  expect(resultOf(resumed).repeated_calls).toBeLessThanOrEqual(8)
}, 60_000)

function openWorker() {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'signature-tuner-')))
  const service = createWorkerService({
    workerPath: join(project, 'dist/worker.cjs'),
    sandboxPath: join(project, 'dist/sandbox.cjs'),
    root,
    endpoint: { baseUrl: 'http://localhost:1/v1', timeout: 5_000 },
  })
  onTestFinished(async () => {
    await service[Symbol.asyncDispose]()
    rmSync(root, { recursive: true, force: true })
  })
  return service
}

async function submit(service: ReturnType<typeof openWorker>, concurrency: number): Promise<string> {
  const examples = readFileSync(join(skill, 'examples.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line, n): Example => ({ id: String(n), values: JSON.parse(line), weight: 1, line: n + 1 }))
  const spec: JobSpec = {
    kind: 'tune',
    snapshot: {
      skillPath: 'signature.yaml',
      skillId: 'triage',
      text: readFileSync(join(skill, 'signature.yaml'), 'utf8'),
      examples,
      examplesSha256: 'e',
      model: 'embedded',
      reflectionModel: 'embedded',
      origin: 'embedded',
      parameters: {},
      seed: 0,
      concurrency,
      options: { force: false, minImprovement: 0.05 },
      budget: { maxCalls: 2_000, maxCost: undefined, maxTime: undefined },
    },
  }
  const submitted = await service.submit(spec)
  if (!submitted.ok) throw new Error(submitted.error.message)
  return submitted.value.job.id
}

function resultOf(ended: unknown): Readonly<Record<string, unknown>> {
  return JSON.parse(JSON.stringify(ended)).value.result
}
