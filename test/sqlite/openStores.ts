/** Stores on a new database in a folder that goes when the test ends. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type Database, type DatabaseOptions, openDatabase } from '../../server/src/sqlite/database.ts'
import { createSqliteEvaluationStore } from '../../server/src/sqlite/evaluationStore.ts'
import { createSqliteJobStore } from '../../server/src/sqlite/jobStore.ts'
import { createSqliteLedgerStore } from '../../server/src/sqlite/ledgerStore.ts'
import { createSqliteRequestStore } from '../../server/src/sqlite/requestStore.ts'
import { alice } from '../jobs/conformance.ts'

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'signature-tuner-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export async function openStores(path?: string, changes: Partial<DatabaseOptions> = {}) {
  const file = path ?? join(await temporaryFolder(), '.signature-tuner', 'jobs.db')
  const opened = await openDatabase(file, { now: () => 1_000, owner: alice, isDead: () => false, ...changes })
  if (!opened.ok) throw new Error(`${opened.error.code}: ${opened.error.message}`)
  onTestFinished(() => opened.value.close())
  return storesOn(opened.value)
}

export function storesOn(database: Database) {
  return {
    database,
    jobs: createSqliteJobStore(database),
    ledger: createSqliteLedgerStore(database),
    evaluations: createSqliteEvaluationStore(database),
    requests: createSqliteRequestStore(database),
  }
}
