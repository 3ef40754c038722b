/** The database file: durable settings, migrations, and what is refused and set aside. */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { failureOf } from '../../server/src/base/errors.ts'
import { type DatabaseOptions, openDatabase } from '../../server/src/sqlite/database.ts'
import { isNetworkType } from '../../server/src/sqlite/folder.ts'
import { createSqliteJobStore } from '../../server/src/sqlite/jobStore.ts'
import { migrations } from '../../server/src/sqlite/migrations/migrations.ts'
import { alice, bob, newJob, nobodyDied } from '../jobs/conformance.ts'
import { openStores, temporaryFolder } from './openStores.ts'
import { openRaw } from './raw.ts'

const { id } = newJob()
const noon = Date.UTC(2026, 0, 20, 12)
const options: DatabaseOptions = { now: () => noon, owner: alice, isDead: nobodyDied }

async function newPath(): Promise<string> {
  return join(await temporaryFolder(), '.signature-tuner', 'jobs.db')
}

/** A path where something was put that is not ours; the file's folder exists. */
async function pathWith(content: string): Promise<string> {
  const path = await newPath()
  mkdirSync(dirname(path))
  writeFileSync(path, content)
  return path
}

async function refusal(path: string, changes: Partial<DatabaseOptions> = {}) {
  const opened = await openDatabase(path, { ...options, ...changes })
  if (opened.ok) {
    opened.value.close()
    throw new Error('it was opened')
  }
  return opened.error
}

describe('opening', () => {
  test('every connection writes ahead, with full synchronisation, and keeps foreign keys', async () => {
    const { database, jobs } = await openStores()
    jobs.enqueue(newJob(), 1)
    const pragma = (name: string) => Object.values(Object(database.prepare(`PRAGMA ${name}`).get()))[0]
    expect(pragma('journal_mode')).toBe('wal')
    expect(pragma('synchronous')).toBe(2)
    expect(pragma('foreign_keys')).toBe(1)
    expect(pragma('trusted_schema')).toBe(0)
    expect(pragma('application_id')).toBe(0x5354756e)
    expect(pragma('user_version')).toBe(migrations.length)
    expect(pragma('busy_timeout')).toBe(10_000)
  })

  test('the folder is private and ignored by git', async () => {
    const path = await newPath()
    await openStores(path)
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700)
    expect(readFileSync(join(dirname(path), '.gitignore'), 'utf8')).toBe('*\n')
  })

  test('what was written is there at the next opening, and closing leaves one file', async () => {
    const path = await newPath()
    const first = await openStores(path)
    first.jobs.enqueue(newJob(), 1_000)
    first.database.close()
    expect(readdirSync(dirname(path)).sort()).toEqual(['.gitignore', 'jobs.db'])
    const second = await openStores(path)
    expect(second.jobs.get(id)?.createdAt).toBe(1_000)
  })

  test('a transaction that throws leaves nothing behind', async () => {
    const { jobs } = await openStores()
    const fall = () =>
      jobs.atomically(() => {
        jobs.enqueue(newJob(), 1_000)
        throw new Error('fell')
      })
    expect(fall).toThrow('fell')
    expect(jobs.list({})).toEqual([])
  })

  test('rows keep to their types and states', async () => {
    const { database, jobs } = await openStores()
    jobs.enqueue(newJob(), 1_000)
    const change = (what: string) => () => database.prepare(`UPDATE job SET ${what}`).run()
    expect(change("created_at = 'soon'")).toThrow(/cannot store TEXT/)
    expect(change("state = 'lost'")).toThrow(/CHECK/)
    expect(change("state = 'completed'")).toThrow(/CHECK/)
    expect(change("state = 'running'")).toThrow(/CHECK/)
    expect(change('lease_until = 5')).toThrow(/CHECK/)
    expect(() => database.prepare("INSERT INTO job_progress VALUES ('job_x', '{}', 1)").run()).toThrow(/FOREIGN KEY/)
  })
})

describe('an older database', () => {
  test('keeps its jobs, their snapshots, calls and results', async () => {
    const path = await newPath()
    mkdirSync(dirname(path))
    openRaw(path, raw => {
      raw.pragma('journal_mode = WAL')
      raw.exec(migrations[0] ?? '')
      raw.pragma(`application_id = ${0x5354756e}`)
      raw.pragma('user_version = 1')
      raw
        .prepare(`INSERT INTO job (id, kind, state, skill_path, skill_id, digest, snapshot, attempt, created_at,
          updated_at, finished_at, result) VALUES (?, 'tune', 'completed', 'a', 'a', 'd', 'the snapshot', 2, 1, 2, 2, '{"b":1}')`)
        .run(id)
      raw.prepare(`INSERT INTO call VALUES (?, 'k', 'task', 'answered', 1, 0, NULL, '"yes"', NULL, 1)`).run(id)
    })
    const { jobs, ledger } = await openStores(path)
    expect(jobs.snapshot(id)).toBe('the snapshot')
    expect(jobs.get(id)).toMatchObject({ state: 'completed', attempt: 2, result: { b: 1 } })
    expect(ledger.find(id, 'k')).toMatchObject({ reply: '"yes"' })
  })
})

describe('what is not ours', () => {
  test('a file that is no database is set aside, and the next run starts anew', async () => {
    const path = await pathWith('no database at all '.repeat(500))
    const error = await refusal(path)
    expect(error).toEqual({
      code: 'database_foreign',
      path,
      message: `${path} is no database. It was set aside as jobs.db.foreign-20260120T120000Z: run again to start with a new one.`,
    })
    expect(readFileSync(`${path}.foreign-20260120T120000Z`, 'utf8')).toMatch(/^no database/)
    expect((await openStores(path)).jobs.list({})).toEqual([])
  })

  test('the database of another program, and one with a trigger of its own', async () => {
    for (const [sql, what] of [
      ['CREATE TABLE notes (text)', 'is the database of another program'],
      [`PRAGMA application_id = ${0x5354756e}; PRAGMA user_version = 1; CREATE TABLE job (id)`, 'did not make'],
    ] as const) {
      const path = await newPath()
      mkdirSync(dirname(path))
      openRaw(path, raw => raw.exec(sql))
      const error = await refusal(path)
      expect(error.code).toBe('database_foreign')
      expect(error.message).toContain(what)
      expect(existsSync(path)).toBe(false)
      expect(existsSync(`${path}.foreign-20260120T120000Z`)).toBe(true)
    }
    const path = await newPath()
    const { database } = await openStores(path)
    database.close()
    openRaw(path, raw => raw.exec("CREATE TRIGGER evil AFTER INSERT ON job BEGIN SELECT writefile('/tmp/x', 'x'); END"))
    expect((await refusal(path)).code).toBe('database_foreign')
  })

  test('a newer database says so and is set aside whole; in use it stays where it is', async () => {
    const path = await newPath()
    const { database, jobs } = await openStores(path)
    jobs.enqueue(newJob(), 1_000)
    openRaw(path, raw => raw.pragma('user_version = 7'))
    const busy = await refusal(path)
    expect(busy.code).toBe('database_newer')
    expect(busy.message).toMatch(/in use/)
    expect(existsSync(path)).toBe(true)
    database.close()
    const error = await refusal(path)
    expect(error.code).toBe('database_newer')
    expect(error.message).toMatch(/its schema is 7, this one knows \d+\).*jobs\.db\.newer-20260120T120000Z/)
    openRaw(`${path}.newer-20260120T120000Z`, raw => {
      expect(raw.prepare('SELECT id FROM job').pluck().all()).toEqual([id])
    })
    await openStores(path)
  })

  test('after a crash a damaged file is noticed and set aside', async () => {
    const path = await newPath()
    const { database, jobs } = await openStores(path)
    for (let n = 0; n < 40; n++) {
      jobs.enqueue(newJob({ id: `job_${String(n).padStart(16, 'a')}`, snapshot: 'x'.repeat(5_000) }), n)
    }
    database.close()
    openRaw(path, raw => raw.prepare('INSERT INTO session VALUES (?, 1)').run(JSON.stringify(bob)))
    const bytes = readFileSync(path)
    bytes.fill(0xff, 8_192, 60_000)
    writeFileSync(path, bytes)
    const died = { isDead: (owner: typeof alice) => owner.pid === bob.pid }
    const error = await refusal(path, died)
    expect(error.code).toBe('database_damaged')
    expect(error.message).toMatch(/set aside as jobs\.db\.damaged-/)
    await openStores(path, died)
  })

  test('links and other things in the place of the folder or the file', async () => {
    const folder = await temporaryFolder()
    mkdirSync(join(folder, 'elsewhere'))
    symlinkSync(join(folder, 'elsewhere'), join(folder, '.signature-tuner'))
    const error = await refusal(join(folder, '.signature-tuner', 'jobs.db'))
    expect(error).toMatchObject({ code: 'write_failed', path: join(folder, '.signature-tuner') })
    expect(readdirSync(join(folder, 'elsewhere'))).toEqual([])
    for (const suffix of ['', '-wal', '-shm', '-journal']) {
      const path = await newPath()
      mkdirSync(dirname(path))
      const victim = join(folder, 'victim')
      writeFileSync(victim, 'precious')
      symlinkSync(victim, path + suffix)
      expect((await refusal(path)).message).toMatch(/not a regular file/)
      expect(readFileSync(victim, 'utf8')).toBe('precious')
    }
    const socketPath = await newPath()
    mkdirSync(dirname(socketPath))
    const server = createServer()
    await new Promise<void>(resolve => server.listen(socketPath, resolve))
    onTestFinished(() => void server.close())
    expect((await refusal(socketPath)).code).toBe('write_failed')
  })

  test('rows of a database that came with a repository stay inside the root or are not there', async () => {
    const path = await newPath()
    const { database, jobs, ledger } = await openStores(path)
    jobs.enqueue(newJob(), 1_000)
    for (const skillPath of ['../../etc/signature.yaml', '/etc/signature.yaml', 'a/../../b.signature.yaml', 'C:\\x']) {
      database.prepare('UPDATE job SET skill_path = @skillPath').run({ skillPath })
      expect(jobs.get(id), skillPath).toBeUndefined()
      expect(jobs.list({})).toEqual([])
      expect(jobs.claim(id, bob, 2_000, nobodyDied)).toBeUndefined()
    }
    database.prepare("UPDATE job SET skill_path = 'a/signature.yaml'").run()
    database.prepare("INSERT INTO job_progress VALUES (@id, '[broken', 1)").run({ id })
    expect(jobs.get(id)?.progress).toBeUndefined()
    database
      .prepare(`UPDATE job_progress SET progress = '{"phase":"x","percent":1,"calls":1,"__proto__":{"a":1}}'`)
      .run()
    expect(Object.keys(jobs.get(id)?.progress ?? {})).toEqual(['phase', 'percent', 'calls'])
    expect(ledger.find(id, 'nothing')).toBeUndefined()
  })

  test('numbers in rows that no date or sum can hold are not there or are bound', async () => {
    const { database, jobs, ledger, evaluations } = await openStores()
    jobs.enqueue(newJob(), 1_000)
    for (const column of ['created_at', 'updated_at']) {
      database.prepare(`UPDATE job SET ${column} = 9000000000000000`).run()
      expect(jobs.get(id), column).toBeUndefined()
      expect(jobs.list({})).toEqual([])
      database.prepare(`UPDATE job SET ${column} = 8640000000000000`).run()
      expect(jobs.get(id), column).toBeDefined()
    }
    const attempt = jobs.claim(id, alice, 2_000, nobodyDied)?.attempt ?? 0
    for (const key of ['a', 'b']) ledger.asked({ id, attempt }, key, 'task', 2_000)
    database.prepare('UPDATE call SET asks = 9223372036854775806, not_before = 9000000000000000').run()
    expect(ledger.find(id, 'a')).toBeUndefined()
    expect(ledger.totals(id)).toMatchObject({ calls: 2, requests: 2_000_000 })
    evaluations.record({
      ...{ jobId: id, skillPath: 'a', signatureSha256: 's', examplesSha256: 'e', metricsSha256: 'm', model: 'm' },
      ...{ score: 1, scoreByMetric: {}, scoreByField: {}, examples: 1, errors: 0, failing: [], createdAt: 9e15 },
    })
    expect(evaluations.latest('a', 5)).toEqual([])
  })

  test('network drives are known by their number', () => {
    expect([0x6969, 0xff534d42, -11317950, 0x01021997].map(isNetworkType)).toEqual([true, true, true, true])
    expect([0xef53, 0x9123683e, 0x01021994, 0x58465342].map(isNetworkType)).toEqual([false, false, false, false])
  })
})

describe('a disk that refuses', () => {
  test('full: the failure names the file, and the job is as it was', async () => {
    const { jobs, ledger } = await openStores(undefined, { maxPages: 40 })
    jobs.enqueue(newJob(), 1_000)
    const fence = { id, attempt: jobs.claim(id, alice, 1_000, nobodyDied)?.attempt ?? 0 }
    ledger.asked(fence, 'k', 'task', 1_000)
    let error: unknown
    try {
      ledger.answered(fence, 'k', 'x'.repeat(1_000_000), 1_001)
    } catch (thrown) {
      error = thrown
    }
    expect(failureOf(error)).toMatchObject({ code: 'disk_full', message: expect.stringMatching(/jobs\.db.*full/) })
    expect(ledger.find(id, 'k')).toEqual({ state: 'asked', asks: 1 })
    expect(jobs.fail(fence, { code: 'disk_full', message: 'Full.' }, 1_002)).toBe(true)
  })
})

describe('several processes', () => {
  test('four that start and claim at once: no BUSY, every job run once', async () => {
    const path = await newPath()
    const count = 200
    const children = Array.from({ length: 4 }, () => startClaimer(path, count))
    await Promise.all(children.map(child => child.ready))
    const { jobs, database } = await openStores(path)
    jobs.atomically(() => {
      for (let n = 0; n < count; n++) {
        const bits = n.toString(2).padStart(16, '0').replaceAll('0', 'a').replaceAll('1', 'b')
        jobs.enqueue(newJob({ id: `job_${bits}` }), n)
      }
    })
    for (const child of children) child.go()
    const reports = await Promise.all(children.map(child => child.report))
    const claimed = reports.flatMap(report => report.claimed)
    expect(claimed).toHaveLength(count)
    expect(new Set(claimed).size).toBe(count)
    const states = createSqliteJobStore(database).list({})
    expect(states.filter(job => job.state === 'completed' && job.attempt === 1)).toHaveLength(count)
  })
})

interface Report {
  readonly claimed: readonly number[]
  readonly milliseconds: number
}

function startClaimer(path: string, count: number) {
  const script = join(import.meta.dirname, 'claimMain.ts')
  const child = spawn(process.execPath, ['--no-warnings', script, path, String(count)], { stdio: 'pipe' })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  let errors = ''
  const ready = new Promise<void>((resolve, reject) => {
    child.stderr.on('data', chunk => {
      errors += chunk
    })
    child.stdout.on('data', chunk => {
      output += chunk
      if (output.startsWith('ready\n')) resolve()
    })
    child.on('close', () => reject(new Error(errors)))
  })
  const report = new Promise<Report>((resolve, reject) => {
    child.on('close', status => {
      if (status === 0 && errors === '') resolve(JSON.parse(output.slice('ready\n'.length)))
      else reject(new Error(errors))
    })
  })
  return { ready, report, go: () => child.stdin.write('go') }
}
