/** The version history: appended whole, never rewritten from a broken file, by many processes at once. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Clock } from '../../server/src/base/clock.ts'
import { createFiles } from '../../server/src/files/files.ts'
import { createHistoryStore, type HistoryStoreOptions } from '../../server/src/files/historyStore.ts'
import { currentOwner } from '../../server/src/files/owner.ts'
import type { History, Version } from '../../server/src/history/version.ts'
import { systemClock } from '../../server/src/systemClock.ts'

function setUp(changes: Partial<HistoryStoreOptions> = {}) {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'signature-tuner-')))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const path = join(root, 'signature.history.json')
  const store = createHistoryStore({
    files: createFiles({ cwd: root, home: '/home/nobody' }),
    clock: systemClock,
    display: absolute => relative(root, absolute),
    ...changes,
  })
  return {
    root,
    path,
    store,
    write: (text: string) => writeFileSync(path, text),
    read: () => readFileSync(path, 'utf8'),
  }
}

/** Whose waits take no time. */
function hurriedClock(): Clock {
  let elapsed = 0
  return {
    ...systemClock,
    elapsed: () => elapsed,
    async sleep(ms: number) {
      elapsed += ms
    },
  }
}

function version(changes: Partial<Version> = {}): Omit<Version, 'version'> {
  return {
    created_at: '2026-01-19T09:00:00.000Z',
    metric_score: 0.72,
    tuned: false,
    reason: 'Initial creation',
    ...changes,
  }
}

describe('appending', () => {
  test('starts the file, counts on from the highest number, and shows what is known', async () => {
    const { path, store, read, root } = setUp()
    expect(await store.read(path)).toEqual({ ok: true, value: undefined })
    await store.append(path, 'python-async', () => version())
    const seen: History[] = []
    const appended = await store.append(path, 'other-id', history => {
      seen.push(history)
      return version({ tuned: true, metric_score: 0.81 })
    })
    expect(appended).toMatchObject({ ok: true, value: { version: 2, tuned: true } })
    expect(seen[0]?.signature_history.map(entry => entry.version)).toEqual([1])
    expect(read()).toBe(`{
  "skill_id": "python-async",
  "signature_history": [
    {
      "version": 1,
      "created_at": "2026-01-19T09:00:00.000Z",
      "metric_score": 0.72,
      "tuned": false,
      "reason": "Initial creation"
    },
    {
      "version": 2,
      "created_at": "2026-01-19T09:00:00.000Z",
      "metric_score": 0.81,
      "tuned": true,
      "reason": "Initial creation"
    }
  ]
}
`)
    expect(readdirSync(root)).toEqual(['signature.history.json'])
  })

  test('makes nothing when there is nothing to add', async () => {
    const { path, store, root } = setUp()
    expect(await store.append(path, 'a', () => undefined)).toEqual({ ok: true, value: undefined })
    expect(readdirSync(root)).toEqual([])
  })

  test('keeps unknown keys, their order, and the line ends', async () => {
    const { path, store, write, read } = setUp()
    const entry =
      '{"x_note":"mine","version":7,"created_at":"then","metric_score":null,"tuned":false,"__proto__":{"a":1}}'
    write(`{"owner":"team","skill_id":"a",\r\n"signature_history":[${entry}],"tail":[1]}`)
    expect(await store.append(path, 'a', () => version())).toMatchObject({ ok: true, value: { version: 8 } })
    expect(read()).toMatch(/\r\n/)
    const { signature_history, ...rest } = JSON.parse(read())
    expect(Object.keys(JSON.parse(read()))).toEqual(['owner', 'skill_id', 'signature_history', 'tail'])
    expect(rest).toEqual({ owner: 'team', skill_id: 'a', tail: [1] })
    expect(JSON.stringify(signature_history[0])).toBe(entry)
  })

  const kept = '"version":1,"created_at":"x","metric_score":0.5,"tuned":false'
  test.each([
    [
      'numbers that a double cannot hold and names that occur twice',
      `{"skill_id":"a","n":12345678901234567890.10,"n":1e400,"signature_history":[{${kept},"n":1.0,"n":2}],"z":"\\u0041"}`,
    ],
    [
      'four spaces',
      `{\n    "skill_id": "a",\n    "signature_history": [\n        {${kept}}\n    ],\n    "z": 1.0\n}\n`,
    ],
    ['tabs and CRLF', `{\r\n\t"signature_history": [\r\n\t\t{${kept}}\r\n\t],\r\n\t"skill_id": "a"\r\n}\r\n`],
    ['no final newline', `{\n  "skill_id": "a",\n  "signature_history": [\n    {${kept}}\n  ]\n}`],
    ['an empty list', '{\n  "signature_history": [],\n  "skill_id": "a"\n}\n'],
    ['an empty list with a line of its own', '{\n  "skill_id": "a",\n  "signature_history": [\n  ]\n}\n'],
    ['two lists of one name', `{"signature_history":[1],"skill_id":"a","signature_history" : [ {${kept}} ] }`],
  ])('keeps every byte of what is there: %s', async (_, before) => {
    const { path, store, write, read } = setUp()
    write(before)
    const [first, second] = [await store.append(path, 'a', () => version()), read()]
    const number = first.ok ? (first.value?.version ?? 0) : 0
    expect(JSON.parse(second).signature_history.at(-1)).toMatchObject({ version: number, reason: 'Initial creation' })
    const place = second.lastIndexOf('"reason"')
    const shared = [...before].findIndex((char, index) => second[index] !== char)
    const tail = before.slice(shared)
    expect(second.endsWith(tail)).toBe(true)
    expect(place).toBeLessThan(second.length - tail.length)
    expect(second.match(/\r\n/g)?.length ?? 0).toBe(before.includes('\r\n') ? (second.match(/\n/g)?.length ?? 0) : 0)
  })

  test('lays an entry out as the file is', async () => {
    const { path, store, write, read } = setUp()
    write(`{\n\t"signature_history": [\n\t\t{${kept}}\n\t],\n\t"skill_id": "a"\n}`)
    await store.append(path, 'a', () => version())
    expect(read()).toBe(`{
\t"signature_history": [
\t\t{${kept}},
\t\t{
\t\t\t"version": 2,
\t\t\t"created_at": "2026-01-19T09:00:00.000Z",
\t\t\t"metric_score": 0.72,
\t\t\t"tuned": false,
\t\t\t"reason": "Initial creation"
\t\t}
\t],
\t"skill_id": "a"
}`)
  })

  test('120,000 versions are counted on from', async () => {
    const { path, store, write } = setUp()
    write(`{"skill_id":"a","signature_history":[${Array(120_000).fill(`{${kept}}`).join(',')}]}`)
    expect(await store.append(path, 'a', () => version())).toMatchObject({ ok: true, value: { version: 2 } })
  })

  test('nothing can follow the highest number', async () => {
    const { path, store, write, read } = setUp()
    const text = `{"skill_id":"a","signature_history":[\n{${kept.replace('1', '1000000000')}}]}`
    write(text)
    const place = expect.stringContaining('signature.history.json:2:12: no version can follow')
    expect(await store.append(path, 'a', () => version())).toMatchObject({
      error: { code: 'history_damaged', message: place },
    })
    expect(read()).toBe(text)
  })

  test('eight processes at once lose nothing', async () => {
    const { root, path } = setUp()
    const script = join(import.meta.dirname, 'appendMain.ts')
    const runs = Array.from({ length: 8 }, (_, n) =>
      promisify(execFile)(process.execPath, ['--no-warnings', script, root, path, `p${n}`, '5']),
    )
    await Promise.all(runs)
    const history: History = JSON.parse(readFileSync(path, 'utf8'))
    expect(history.signature_history.map(entry => entry.version)).toEqual(Array.from({ length: 40 }, (_, n) => n + 1))
    expect(new Set(history.signature_history.map(entry => entry.reason)).size).toBe(40)
    expect(readdirSync(root)).toEqual(['signature.history.json'])
  }, 60_000)
})

describe('the lock', () => {
  test('of a dead process is taken over at once', async () => {
    const { path, store } = setUp()
    writeFileSync(`${path}.lock`, JSON.stringify({ ...currentOwner(), startTime: '1' }))
    expect(await store.append(path, 'a', () => version())).toMatchObject({ ok: true, value: { version: 1 } })
  })

  test('that was forgotten is taken over, whoever left it', async () => {
    const { path, store } = setUp()
    writeFileSync(`${path}.lock`, 'no owner can be read here')
    utimesSync(`${path}.lock`, new Date(), new Date(Date.now() - 61_000))
    expect(await store.append(path, 'a', () => version())).toMatchObject({ ok: true })
  })

  test('of a process that lives for certain is not broken, however old', async () => {
    const { path, store } = setUp({ clock: hurriedClock() })
    const lock = JSON.stringify(currentOwner())
    writeFileSync(`${path}.lock`, lock)
    utimesSync(`${path}.lock`, new Date(), new Date(Date.now() - 3_600_000))
    expect(await store.append(path, 'a', () => version())).toMatchObject({ error: { code: 'write_failed' } })
    expect(readFileSync(`${path}.lock`, 'utf8')).toBe(lock)
  })

  test('that was broken meanwhile keeps its former owner from writing', async () => {
    const { path, store, write, read, root } = setUp()
    write('{"skill_id":"a","signature_history":[]}')
    const appended = await store.append(path, 'a', () => {
      writeFileSync(`${path}.lock`, 'of another')
      return version()
    })
    expect(appended).toMatchObject({ error: { code: 'write_failed', message: expect.stringMatching(/meanwhile/) } })
    expect(read()).toBe('{"skill_id":"a","signature_history":[]}')
    expect(readdirSync(root).sort()).toEqual(['signature.history.json', 'signature.history.json.lock'])
  })

  test('of a living process is respected, and named when it is never given back', async () => {
    const { path, store, root } = setUp({ clock: hurriedClock() })
    const lock = JSON.stringify(currentOwner())
    writeFileSync(`${path}.lock`, lock)
    expect(await store.append(path, 'a', () => version())).toMatchObject({
      ok: false,
      error: { code: 'write_failed', message: expect.stringMatching(/locked by another process; remove .*\.lock/) },
    })
    expect(readFileSync(`${path}.lock`, 'utf8')).toBe(lock)
    expect(readdirSync(root)).toEqual(['signature.history.json.lock'])
  })
})

describe('a damaged file', () => {
  const entry = '{"version":1,"created_at":"x","metric_score":0.5,"tuned":false}'
  test.each([
    ['{"skill_id": "shout", ', ':1:23', 'ends too early'],
    ['', ':1:1', 'ends too early'],
    ['{\n  "skill_id": "a"\n  "signature_history": []\n}', ':3:3', "',' or '}' is missing"],
    ['{"skill_id":"a","signature_history":[],}', ':1:40', 'a name in quotes'],
    ['{"skill_id":"a","signature_history":[]} x', ':1:41', 'follows the end'],
    ['{"skill_id":"a\nb","signature_history":[]}', ':1:13', 'string'],
    ['{"skill_id":"a\\q","signature_history":[]}', ':1:13', 'string'],
    ['{"skill_id":"a","signature_history":[01]}', ':1:39', 'missing'],
    [
      `{"skill_id":"a",\n"signature_history":[\n${entry},\n{"version":"two"}]}`,
      ':4:12',
      'signature_history[1].version',
    ],
    [
      `{"skill_id":"a",\n"signature_history":[${entry.replace('1', '9007199254740991')}]}`,
      ':2:33',
      'signature_history[0].version',
    ],
    [`{"skill_id":"a",\n"signature_history":[\n{"version":1}]}`, ':3:1', 'signature_history[0].created_at'],
    ['[]', ':1:1', 'the file'],
    [`{"skill_id":"a","signature_history":${'['.repeat(100_000)}`, ':1:137', 'too deeply'],
    ['<<<<<<< HEAD\n{}', ':1:1', 'no JSON'],
  ])('%# is named with its place and left as it is', async (text, place, what) => {
    const { path, store, write, read, root } = setUp()
    write(text)
    for (const result of [await store.read(path), await store.append(path, 'a', () => version())]) {
      if (result.ok) throw new Error('it was read')
      expect(result.error).toMatchObject({ code: 'history_damaged', path: 'signature.history.json' })
      expect(result.error.message).toContain(`signature.history.json${place}: `)
      expect(result.error.message).toContain(what)
    }
    expect(read()).toBe(text)
    expect(readdirSync(root)).toEqual(['signature.history.json'])
  })
})
