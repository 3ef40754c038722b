/** The sandbox: what users wrote runs, and is killed when it takes too long, too much, or its own life. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createSandbox, type SandboxOptions } from '../../server/src/sandbox/sandbox.ts'

const threadPath = new URL('../../server/src/sandbox/thread.ts', import.meta.url)
const never = new AbortController().signal
const bomb = '^(a+)+$'
const fuse = `${'a'.repeat(40)}!`

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandbox-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function sandbox(options: Partial<SandboxOptions> = {}) {
  return createSandbox({ threadPath, ...options })
}

function script(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

test('matches a pattern with the u flag', async () => {
  await using box = sandbox()
  expect(await box.testRegex('^\\p{Lu}.$', 'É1', never)).toEqual({ ok: true, value: true })
  expect(await box.testRegex('^b', 'abc', never)).toEqual({ ok: true, value: false })
})

test('kills a runaway regex and answers the requests behind it', async () => {
  await using box = sandbox({ regexMilliseconds: 200 })
  const results = await Promise.all([
    box.testRegex('a', 'a', never),
    box.testRegex(bomb, fuse, never),
    box.testRegex('b', 'b', never),
  ])
  expect(results).toEqual([
    { ok: true, value: true },
    {
      ok: false,
      error: {
        code: 'metric_failed',
        message:
          'The pattern /^(a+)+$/ took longer than 0.2 s and was stopped: avoid repetition inside repetition, as in (a+)+.',
      },
    },
    { ok: true, value: true },
  ])
})

test('an abort ends the request in flight, drops a waiting one, and spares the rest', async () => {
  await using box = sandbox({ regexMilliseconds: 60_000 })
  const abort = new AbortController()
  const running = box.testRegex(bomb, fuse, abort.signal)
  const waiting = box.testRegex('a', 'a', abort.signal)
  const other = box.testRegex('c', 'c', never)
  abort.abort(new Error('enough'))
  await expect(running).rejects.toThrow('enough')
  await expect(waiting).rejects.toThrow('enough')
  expect(await other).toEqual({ ok: true, value: true })
  await expect(box.testRegex('a', 'a', abort.signal)).rejects.toThrow('enough')
})

test('a script sees the example and the prediction, and may be asynchronous', async () => {
  await using box = sandbox()
  const path = script(
    'good.mjs',
    'export async function score(example, prediction) { return { score: example.gold === prediction.got ? 1 : 0, feedback: "read" } }',
  )
  expect(await box.runScript(path, { gold: 'x' }, { got: 'x' }, never)).toEqual({
    ok: true,
    value: { score: 1, feedback: 'read' },
  })
})

test('an edited script is loaded anew', async () => {
  await using box = sandbox()
  const path = script('edited.mjs', 'export const score = () => 0')
  expect(await box.runScript(path, {}, {}, never)).toEqual({ ok: true, value: 0 })
  script('edited.mjs', 'export const score = () => 1')
  utimesSync(path, 1, 1)
  expect(await box.runScript(path, {}, {}, never)).toEqual({ ok: true, value: 1 })
})

test('a script cannot see the environment', async () => {
  process.env.SANDBOX_CANARY = 'key'
  await using box = sandbox()
  const path = script('environment.mjs', 'export const score = () => Object.keys(process.env)')
  expect(await box.runScript(path, {}, {}, never)).toEqual({ ok: true, value: [] })
  delete process.env.SANDBOX_CANARY
})

test.each([
  ['throws.mjs', 'export function score() { throw new Error("no gold") }', 'no gold'],
  ['rejects.mjs', 'export const score = () => Promise.reject("plain text")', 'plain text'],
  ['empty.mjs', 'export const other = 1', 'it exports no function score(example, prediction)'],
  ['syntax.mjs', 'export const score = (', 'Unexpected end of input'],
  ['nan.mjs', 'export const score = () => NaN', 'score returned NaN'],
  ['nothing.mjs', 'export const score = () => {}', 'score returned undefined'],
  ['function.mjs', 'export const score = () => score', 'score returned function'],
  ['large.mjs', 'export const score = () => "x".repeat(1e6)', 'score returned more than 64 KiB'],
  [
    'cycle.mjs',
    'export const score = () => { const a = {}; a.a = a; return a }',
    'Converting circular structure to JSON',
  ],
  ['exit.mjs', 'export const score = () => process.exit(1)', 'it ended the thread it ran in (process.exit?)'],
  ['later.mjs', 'export const score = () => new Promise(() => setTimeout(() => { throw new Error("late") }))', 'late'],
  [
    'leak.mjs',
    'export const score = () => { const all = []; for (;;) all.push({ a: 1 }) }',
    'it used more than 128 MB of memory',
  ],
])('%s fails alone, by name, and the thread is replaced', async (name, text, reason) => {
  await using box = sandbox()
  const path = script(name, text)
  const [result, next] = await Promise.all([box.runScript(path, {}, {}, never), box.testRegex('a', 'a', never)])
  expect(result).toEqual({
    ok: false,
    error: { code: 'metric_failed', path, message: expect.stringContaining(`The script ${path} failed: ${reason}`) },
  })
  expect(next).toEqual({ ok: true, value: true })
})

test.each([
  ['endless.mjs', 'export const score = () => { for (;;); }'],
  ['endlessLoad.mjs', 'for (;;);'],
  ['pending.mjs', 'export const score = () => new Promise(() => setInterval(() => {}, 1000))'],
])('%s is stopped at its deadline', async (name, text) => {
  await using box = sandbox({ scriptMilliseconds: 200 })
  const path = script(name, text)
  expect(await box.runScript(path, {}, {}, never)).toEqual({
    ok: false,
    error: { code: 'metric_failed', path, message: `The script ${path} took longer than 0.2 s and was stopped.` },
  })
})

test('a script that fills the heap inside the engine costs one failure', async () => {
  await using box = sandbox({ scriptMilliseconds: 2000 })
  const path = script(
    'fill.mjs',
    'export const score = () => { const all = []; for (;;) all.push(new Array(1000).fill({})) }',
  )
  const [result, next] = await Promise.all([box.runScript(path, {}, {}, never), box.testRegex('a', 'a', never)])
  expect(result).toMatchObject({ ok: false, error: { code: 'metric_failed', path } })
  expect(next).toEqual({ ok: true, value: true })
})

test('a missing script and a missing thread are failures', async () => {
  await using box = sandbox()
  expect(await box.runScript(join(folder, 'none.mjs'), {}, {}, never)).toMatchObject({
    ok: false,
    error: { code: 'metric_failed', message: expect.stringContaining('no such file') },
  })
  await using broken = sandbox({ threadPath: join(folder, 'noThread.mjs') })
  expect(await broken.testRegex('a', 'a', never)).toMatchObject({ ok: false, error: { code: 'metric_failed' } })
})

test('disposing fails what is left and everything after', async () => {
  const box = sandbox()
  const pending = [box.testRegex(bomb, fuse, never), box.testRegex('a', 'a', never)]
  await box[Symbol.asyncDispose]()
  const closed = { ok: false, error: { code: 'cancelled', message: 'The sandbox was closed before it answered.' } }
  expect(await Promise.all(pending)).toEqual([closed, closed])
  expect(await box.testRegex('a', 'a', never)).toEqual(closed)
})

const host = join(import.meta.dirname, 'host.ts')

test('an idle sandbox lets its host end', async () => {
  const path = script('short.mjs', 'export const score = () => { console.log("to nobody"); return 1 }')
  const running = spawn(process.execPath, [host, path], { stdio: ['ignore', 'pipe', 'ignore'] })
  const printed: unknown[] = []
  running.stdout.on('data', data => printed.push(data))
  expect(await once(running, 'exit')).toEqual([0, null])
  expect(printed).toEqual([])
})

test('an endless script dies with a host that is killed', async () => {
  const pidFile = join(folder, 'pid')
  const path = script(
    'orphan.mjs',
    `import { writeFileSync } from 'node:fs'
    export const score = () => { writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); for (;;); }`,
  )
  const running = spawn(process.execPath, [host, path], { stdio: 'ignore' })
  const pid = await vi.waitFor(() => Number(readFileSync(pidFile, 'utf8').match(/^\d+$/)?.[0] ?? expect.fail()), 10_000)
  running.kill('SIGKILL')
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), 10_000)
})
