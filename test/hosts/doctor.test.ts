/** `doctor` at the command line: facts on the store, what wants attention, and that looking makes nothing. */
import { chmodSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDatabase } from '../../server/src/sqlite/database.ts'
import { createSqliteJobStore } from '../../server/src/sqlite/jobStore.ts'
import { alice, newJob } from '../jobs/conformance.ts'
import { createWorkspace } from '../support/cli.ts'

const idOf = (n: number) => `job_${String(n).padStart(16, 'a')}`
const doctor = ['doctor', '--model', 'embedded']

test('makes no store where there is none', async () => {
  const workspace = createWorkspace()
  const ran = await workspace.run(doctor)
  expect(ran.status, ran.stderr).toBe(0)
  expect(ran.stdout).toContain('ok     job store   none yet; the first job makes .signature-tuner/jobs.db\n')
  expect(readdirSync(workspace.root)).not.toContain('.signature-tuner')
})

test('tells where the store lies, how it is, and what to do about it', async () => {
  const workspace = createWorkspace()
  const folder = join(workspace.root, '.signature-tuner')
  const opened = await openDatabase(join(folder, 'jobs.db'), { now: Date.now, owner: alice, isDead: () => true })
  if (!opened.ok) throw new Error(opened.error.message)
  const jobs = createSqliteJobStore(opened.value)
  jobs.atomically(() => {
    for (let n = 0; n < 600; n++) {
      jobs.enqueue(newJob({ id: idOf(n) }), 1_000)
      jobs.requestCancel(idOf(n), 1_000)
    }
    jobs.enqueue(newJob({ id: idOf(700) }), Date.now())
  })
  opened.value.close()
  const ran = await workspace.run(doctor)
  expect(ran.status, ran.stderr).toBe(0)
  const page = ran.stdout
    .replace(/^.*\n.*\n/, '')
    .replace(/\d+ kB/g, 'N kB')
    .replace(/SQLite \S+/, 'SQLite N')
    .replace(/schema \d+/, 'schema N')
  expect(page).toMatchInlineSnapshot(`
    "ok     job store   .signature-tuner/jobs.db
    ok     size        N kB, and N kB of write-ahead log
    ok     format      schema N, SQLite N
    ok     folder      on a local disk, for your account alone
    ok     integrity   no damage found
    ok     jobs        1 queued, 600 cancelled
    warn   unfinished  1 waits: signature-tuner jobs resume job_aaaaaaaaaaaaa700
    warn   old jobs    600 untouched for 30 days: signature-tuner jobs prune
    ok     model       embedded
    ok     endpoint    none: the offline demo model answers
    "
  `)
  chmodSync(folder, 0o755)
  const open = JSON.parse((await workspace.run([...doctor, '--json'])).stdout)
  expect(open).toMatchObject({ healthy: true })
  expect(open.checks).toContainEqual({
    name: 'folder',
    status: 'warning',
    detail: 'other accounts of this machine can read it; close it with: chmod 700 .signature-tuner',
  })
  // What it says to do.
  expect((await workspace.run(['jobs', 'prune'])).stdout).toBe('Deleted 600 jobs.\n')
  const pruned = await workspace.run(doctor)
  expect(pruned.stdout).toMatch(/^ok {5}jobs {8}1 queued$/m)
  expect(pruned.stdout).not.toContain('prune')
})

test('says where a model of an editor can be asked', async () => {
  const workspace = createWorkspace()
  const ran = await workspace.run(['doctor', '--json'], { SIGNATURE_TUNER_MODEL: 'vscode:copilot/gpt-4o' })
  const { healthy, checks } = JSON.parse(ran.stdout)
  expect(healthy).toBe(false)
  expect(checks.at(-1)).toMatchObject({
    name: 'model',
    status: 'error',
    detail: expect.stringMatching(/is a model of VS Code.*SIGNATURE_TUNER_MODEL/),
  })
})
