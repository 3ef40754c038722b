/** Databases made by every schema so far: each opens, keeps every row, and its unfinished job goes on. */
import { mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openDatabase } from '../../server/src/sqlite/database.ts'
import { migrations } from '../../server/src/sqlite/migrations/migrations.ts'
import { bob } from '../jobs/conformance.ts'
import { storesOn, temporaryFolder } from '../sqlite/openStores.ts'
import { openRaw } from '../sqlite/raw.ts'
import { createSmallTune, lostAnswers, uninterrupted, violations } from './smallTune.ts'
import { startWatchedServer } from './watchedServer.ts'

type Row = Readonly<Record<string, string | number | null>>
type Tables = Readonly<Record<string, readonly Row[]>>

const versions = migrations.map((_, index) => index + 1)

test.each(versions)('schema %i keeps jobs of every state, and their calls', async version => {
  const path = join(await temporaryFolder(), '.signature-tuner', 'jobs.db')
  makeDatabase(path, version, everything())
  const before = dump(path)
  const opened = await openDatabase(path, { now: () => 9_000, owner: bob, isDead: () => false })
  if (!opened.ok) throw new Error(opened.error.message)
  onTestFinished(() => opened.value.close())
  const { jobs, ledger, evaluations } = storesOn(opened.value)
  const states = ['queued', 'running', 'completed', 'failed', 'cancelled']
  expect(jobs.list({}).map(({ state }) => state)).toEqual(states.toReversed())
  for (const [n, state] of states.entries()) {
    const id = idOf(n)
    expect(jobs.get(id)).toMatchObject({ state, skillPath: 's/signature.yaml', digest: `d${n}`, attempt: n })
    expect(jobs.snapshot(id)).toBe(`{"n":${n}}`)
    expect(ledger.find(id, 'answered')).toEqual({ state: 'answered', asks: 2, reply: '"yes"' })
    expect(ledger.find(id, 'asked')).toEqual({ state: 'asked', asks: 1 })
    expect(ledger.find(id, 'postponed')).toEqual({ state: 'asked', asks: 1, notBefore: 5_000 })
    expect(ledger.find(id, 'failed')).toEqual({ state: 'failed', asks: 3, error: '{"code":"timed_out"}' })
    expect(ledger.find(id, 'decided')).toMatchObject({ state: 'answered', reply: '7' })
    expect(ledger.totals(id)).toEqual({ calls: 4, answered: 1, failed: 1, requests: 7, repeated: 1 })
  }
  expect(jobs.get(idOf(1))).toMatchObject({ owner: bob, leaseUntil: 8_000, progress: { phase: 'baseline' } })
  expect(jobs.get(idOf(2))).toMatchObject({ result: { tuned: true }, appliedVersion: 4, finishedAt: 3_000 })
  expect(jobs.get(idOf(3))).toMatchObject({ error: { code: 'timed_out', message: 'Late.' } })
  expect(evaluations.latest('s/signature.yaml', 9)).toMatchObject([{ score: 0.5, jobId: idOf(2) }])
  const after = dump(path)
  for (const [table, rows] of Object.entries(before)) {
    // Snapshots have moved, and were looked at above.
    expect(after[table], table).toMatchObject(rows.map(({ snapshot: _moved, ...row }) => row))
  }
})

test.each(versions)(
  'a job that schema %i left unfinished is resumed without asking an answered call again',
  async version => {
    const expected = await uninterrupted()
    await using server = await startWatchedServer()
    const site = createSmallTune()
    const started = site.tune(server)
    await server.until(() => server.count >= 30)
    started.child.kill('SIGINT')
    expect((await started.ended).status).toBe(130)
    const before = site.rows()
    // The same rows, as the older program would have left them.
    const path = join(site.root, '.signature-tuner', 'jobs.db')
    const tables = dump(path)
    rmSync(dirname(path), { recursive: true })
    makeDatabase(path, version, withSnapshots(tables))
    const id = before.jobs[0]?.id ?? ''
    const resumed = await site.run(['jobs', 'resume', id, '--apply', '--json', ...site.at(server)])
    expect(resumed.status, resumed.stderr + resumed.stdout).toBe(0)
    expect(violations(site, expected, 1)).toEqual([])
    expect(lostAnswers(before, site.rows())).toEqual([])
    expect(before.calls.some(({ reply }) => reply !== null)).toBe(true)
  },
  60_000,
)

function idOf(n: number): string {
  return `job_${'abcde'.charAt(n).repeat(16)}`
}

/** A job of every state, each with a call of every state, in the words of the first schema. */
function everything(): Tables {
  const owner = JSON.stringify(bob)
  const states: readonly Row[] = [
    { state: 'queued' },
    { state: 'running', owner, lease_until: 8_000 },
    { state: 'completed', finished_at: 3_000, result: '{"tuned":true}', applied_version: 4 },
    { state: 'failed', finished_at: 3_000, error: '{"code":"timed_out","message":"Late."}' },
    { state: 'cancelled', finished_at: 3_000 },
  ]
  const calls: readonly Row[] = [
    { key: 'answered', state: 'answered', asks: 2, repeated: 1, reply: '"yes"' },
    { key: 'asked', state: 'asked', asks: 1 },
    { key: 'postponed', state: 'asked', asks: 1, not_before: 5_000 },
    { key: 'failed', state: 'failed', asks: 3, error: '{"code":"timed_out"}' },
    { key: 'decided', state: 'decided', purpose: 'decision', asks: 0, reply: '7' },
  ]
  const hashes = { signature_sha256: 's', examples_sha256: 'e', metrics_sha256: 'm', model: 'gpt' }
  const scores = { score: 0.5, score_by_metric: '{}', score_by_field: '{}', examples: 8, errors: 0, failing: '[]' }
  return withSnapshots({
    job: states.map((state, n) => ({
      ...{ id: idOf(n), kind: 'tune', skill_path: 's/signature.yaml', skill_id: 's', digest: `d${n}` },
      ...{ snapshot: `{"n":${n}}`, attempt: n, created_at: 1_000 + n, updated_at: 2_000 },
      ...state,
    })),
    job_progress: [{ job_id: idOf(1), progress: '{"phase":"baseline","percent":9,"calls":3}', updated_at: 2_000 }],
    call: states.flatMap((_, n) =>
      calls.map(call => ({ job_id: idOf(n), purpose: 'task', updated_at: 2_000, ...call })),
    ),
    evaluation: [{ job_id: idOf(2), skill_path: 's/signature.yaml', ...hashes, ...scores, created_at: 3_000 }],
  })
}

/** Snapshots where the first schema has them and where later ones do. */
function withSnapshots(tables: Tables): Tables {
  const { job = [], job_snapshot: apart = [] } = tables
  const known = new Map(apart.map(({ job_id, snapshot }) => [job_id, snapshot]))
  const whole = job.map((row): Row => ({ ...row, snapshot: row.snapshot ?? known.get(row.id ?? null) ?? null }))
  return {
    ...tables,
    job: whole,
    job_snapshot: whole.map(({ id = null, snapshot = null }) => ({ job_id: id, snapshot })),
  }
}

/** A database as the program of that schema made it; of the rows, the columns that it knew. */
function makeDatabase(path: string, version: number, tables: Tables): void {
  mkdirSync(dirname(path), { mode: 0o700 })
  openRaw(path, raw => {
    for (const sql of migrations.slice(0, version)) raw.exec(sql)
    raw.pragma(`application_id = ${0x5354756e}`)
    raw.pragma(`user_version = ${version}`)
    raw.pragma('journal_mode = WAL')
    for (const [table, rows] of Object.entries(tables)) {
      const columns = new Set(raw.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(table))
      if (columns.size === 0) continue
      for (const row of rows) {
        const known = Object.entries(row).filter(([name]) => columns.has(name))
        const names = known.map(([name]) => name).join(', ')
        const marks = known.map(() => '?').join(', ')
        raw.prepare(`INSERT INTO ${table} (${names}) VALUES (${marks})`).run(known.map(([, value]) => value))
      }
    }
  })
}

/** All rows but those of who has it open; jobs first, as the others refer to them. */
function dump(path: string): Tables {
  const tables: Record<string, Row[]> = { job: [] }
  openRaw(
    path,
    raw => {
      const names = raw.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'session'").pluck()
      for (const name of names.all())
        tables[String(name)] = raw.prepare(`SELECT * FROM ${name} ORDER BY rowid`).all() as Row[]
    },
    { readonly: true },
  )
  return tables
}
