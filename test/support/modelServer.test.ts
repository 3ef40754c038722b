/** The model server itself: its faults are the same each time, and pass. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { modelAt, never, question } from '../providers/ask.ts'
import { startModelServer } from './modelServer.ts'

/** Asks each question until it is answered; the number of tries each took. */
async function triesWith(seed: number, order: readonly number[]): Promise<Record<number, number>> {
  await using server = await startModelServer({ faults: { rate: 0.5, seed }, answer: () => ({ answer: 'because' }) })
  const model = modelAt(server.url)
  const tries: Record<number, number> = {}
  await Promise.all(
    order.map(async number => {
      const messages = [{ role: 'user' as const, content: `question ${number}` }]
      let count = 1
      while (!(await model.complete({ ...question, messages }, never)).ok) count++
      tries[number] = count
    }),
  )
  return tries
}

test('faults depend on the seed and the body alone, and every question is answered in the end', async () => {
  const numbers = Array.from({ length: 30 }, (_, number) => number)
  const tries = await triesWith(1, numbers)
  expect(await triesWith(1, numbers.toReversed())).toEqual(tries)
  expect(await triesWith(2, numbers)).not.toEqual(tries)
  expect(new Set(Object.values(tries))).toEqual(new Set([1, 2, 3]))
})

test('models are listed and other paths are unknown', async () => {
  await using server = await startModelServer()
  expect(await (await fetch(`${server.url}/models`)).json()).toMatchObject({ data: [{ id: 'test-model' }] })
  expect((await fetch(`${server.url}/nothing`)).status).toBe(404)
  expect(server.count).toBe(0)
})

test('as a process it answers like the embedded model and ends with its input', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'model-server-'))
  const [portFile, log] = [join(folder, 'port.json'), join(folder, 'requests.jsonl')]
  const main = fileURLToPath(new URL('modelServerMain.ts', import.meta.url))
  const child = spawn(process.execPath, [main, '--port-file', portFile, '--log', log], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  try {
    await once(child.stdout, 'data')
    const { url } = JSON.parse(await readFile(portFile, 'utf8'))
    expect(await modelAt(url).complete(question, never)).toMatchObject({ ok: true, value: { usage: {} } })
    expect((await readFile(log, 'utf8')).trim().split('\n')).toHaveLength(1)
  } finally {
    const ended = once(child, 'exit')
    child.stdin.end()
    expect(await ended).toEqual([0, null])
    await rm(folder, { recursive: true })
  }
})
