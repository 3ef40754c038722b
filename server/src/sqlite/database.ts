/** The database: opens it durably, migrates it, refuses what is not ours, and turns disk trouble into failures. */
import type Sqlite from 'better-sqlite3'
import { errorCode, type Failure, failure, failureError, failureOf } from '../base/errors.ts'
import { faultPoint } from '../base/faultPoint.ts'
import { parseJson } from '../base/json.ts'
import { fail, ok, type Result } from '../base/result.ts'
import { type Owner, ownerSchema } from '../jobs/job.ts'
import { prepareFolder } from './folder.ts'
import { migrations } from './migrations/migrations.ts'
import { setAside } from './setAside.ts'

export interface Database {
  readonly path: string
  prepare(sql: string): Statement
  /** Runs `work` in one BEGIN IMMEDIATE transaction; inside of another one, as part of it. */
  write<T>(work: () => T): T
  close(): void
}

/** Parameters are named (`@id`). A refusal of the disk throws a `failureError`. */
export interface Statement {
  /** The number of rows changed. */
  run(parameters?: Parameters): number
  get(parameters?: Parameters): unknown
  all(parameters?: Parameters): readonly unknown[]
}

type Parameters = Readonly<Record<string, string | number | null>>

export interface DatabaseOptions {
  readonly now: () => number
  /** Of this process; noted while the database is open, so that a crash is recognised at the next opening. */
  readonly owner: Owner
  readonly isDead: (owner: Owner) => boolean
  /** For tests of a full disk: pages the file may have. */
  readonly maxPages?: number
}

type Driver = typeof Sqlite
type Connection = Sqlite.Database

/** `STun` in ASCII. */
const applicationId = 0x5354756e
/** Milliseconds that a write waits for the writes of other processes. */
const busyTimeout = 10_000

/** Not a file of ours, or one that cannot be used: why, and what to say of it. */
interface Refusal {
  readonly reason: 'foreign' | 'damaged' | 'newer'
  readonly what: string
}

export async function openDatabase(path: string, options: DatabaseOptions): Promise<Result<Database>> {
  // N-API 10 came with Node 22.14; below it the driver crashes the process instead of throwing.
  if (Number(process.versions.napi) < 10) {
    const message = `The job store needs Node 22.14 or later, this is Node ${process.versions.node}: install a newer one.`
    return fail(failure('runtime_too_old', message))
  }
  const folder = await prepareFolder(path)
  if (!folder.ok) return folder
  const { default: driver } = await import('better-sqlite3')
  let connection: Connection | undefined
  try {
    connection = new driver(path, { timeout: busyTimeout })
    faultPoint('database.opened')
    const refusal = examine(driver, connection) ?? (await prepare(driver, connection, options))
    if (refusal === undefined) return ok(wrap(connection, path, options))
    connection.close()
    return fail(await refuse(driver, path, refusal, options.now()))
  } catch (error) {
    closeQuietly(connection)
    const known = failureOf(error) ?? diskFailure(path, error)
    if (known === undefined) throw error
    if (known.code !== 'database_damaged') return fail(known)
    const reason = isNotDatabase(error) ? 'foreign' : 'damaged'
    const what = reason === 'foreign' ? 'is no database' : 'is damaged'
    return fail(await refuse(driver, path, { reason, what }, options.now()))
  }
}

/** Reads only: nothing that a hostile file holds can run. */
function examine(driver: Driver, connection: Connection): Refusal | undefined {
  connection.pragma('trusted_schema = OFF')
  connection.pragma('cell_size_check = ON')
  // One transaction, as another process may be creating the tables just now.
  const look = connection.transaction(() => ({
    id: connection.pragma('application_id', { simple: true }),
    version: Number(connection.pragma('user_version', { simple: true })),
    schema: schemaOf(connection),
  }))
  const { id, version, schema } = look.deferred()
  if (id === 0 && version === 0 && schema === '[]') return undefined
  if (id !== applicationId) return { reason: 'foreign', what: 'is the database of another program' }
  if (version > migrations.length) {
    const versions = `its schema is ${version}, this one knows ${migrations.length}`
    return { reason: 'newer', what: `was written by a newer Signature Tuner (${versions})` }
  }
  if (schema !== expectedSchema(driver, version)) {
    return { reason: 'foreign', what: 'has tables, triggers or views that Signature Tuner did not make' }
  }
  return undefined
}

async function prepare(
  driver: Driver,
  connection: Connection,
  { owner, isDead, now, maxPages }: DatabaseOptions,
): Promise<Refusal | undefined> {
  await turnOnWal(connection)
  // The driver falls back to NORMAL after the first write unless it is set on the connection.
  connection.pragma('synchronous = FULL')
  connection.pragma('foreign_keys = ON')
  expectPragma(connection, 'journal_mode', 'wal')
  expectPragma(connection, 'synchronous', 2)
  expectPragma(connection, 'foreign_keys', 1)
  expectPragma(connection, 'trusted_schema', 0)
  if (maxPages !== undefined) connection.pragma(`max_page_count = ${Math.trunc(maxPages)}`)
  migrate(connection)
  faultPoint('database.migrated')
  if (schemaOf(connection) !== expectedSchema(driver, migrations.length)) {
    throw new Error('the migrated schema is not the expected one')
  }
  const crashed = crashedSessions(connection, isDead)
  if (crashed.length > 0) {
    const verdict = connection.pragma('quick_check(1)', { simple: true })
    if (verdict !== 'ok') return { reason: 'damaged', what: `is damaged (${String(verdict)})` }
  }
  connection
    .transaction(() => {
      const leave = connection.prepare('DELETE FROM session WHERE owner = ?')
      for (const session of crashed) leave.run(session)
      connection.prepare('INSERT OR REPLACE INTO session VALUES (?, ?)').run(JSON.stringify(owner), now())
    })
    .immediate()
  faultPoint('database.noted')
  return undefined
}

/** Changing the journal mode does not wait for other processes by itself. */
async function turnOnWal(connection: Connection): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      connection.pragma('journal_mode = WAL')
      return
    } catch (error) {
      if (errorCode(error) !== 'SQLITE_BUSY' || tries === 200) throw error
      await new Promise(resolve => setTimeout(resolve, 5 + (tries % 20)))
    }
  }
}

function migrate(connection: Connection): void {
  const version = () => Number(connection.pragma('user_version', { simple: true }))
  while (version() < migrations.length) {
    connection
      .transaction(() => {
        // Another process may have been quicker.
        const next = version() + 1
        const sql = migrations[next - 1]
        if (sql === undefined) return
        connection.exec(sql)
        connection.pragma(`application_id = ${applicationId}`)
        connection.pragma(`user_version = ${next}`)
        faultPoint('database.migrating')
      })
      .immediate()
  }
}

function schemaOf(connection: Connection): string {
  const rows = connection.prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name').raw().all()
  return JSON.stringify(rows)
}

function expectedSchema(driver: Driver, version: number): string {
  const reference = new driver(':memory:')
  try {
    for (const sql of migrations.slice(0, version)) reference.exec(sql)
    return schemaOf(reference)
  } finally {
    reference.close()
  }
}

function crashedSessions(connection: Connection, isDead: (owner: Owner) => boolean): readonly string[] {
  const sessions = connection.prepare('SELECT owner FROM session').pluck().all().map(String)
  return sessions.filter(session => {
    const owner = ownerSchema.safeParse(parseJson(session))
    return !owner.success || isDead(owner.data)
  })
}

function expectPragma(connection: Connection, name: string, value: string | number): void {
  const actual = connection.pragma(name, { simple: true })
  if (actual !== value) throw new Error(`${name} is ${String(actual)} instead of ${value}`)
}

function wrap(connection: Connection, path: string, { owner }: DatabaseOptions): Database {
  function guarded<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      const known = diskFailure(path, error)
      throw known === undefined ? error : failureError(known)
    }
  }
  return {
    path,
    prepare(sql) {
      const statement = connection.prepare(sql)
      return {
        run: (parameters = {}) => guarded(() => statement.run(parameters).changes),
        get: (parameters = {}) => guarded(() => statement.get(parameters)),
        all: (parameters = {}) => guarded(() => statement.all(parameters)),
      }
    },
    write: work => (connection.inTransaction ? work() : guarded(() => connection.transaction(work).immediate())),
    close() {
      if (!connection.open) return
      faultPoint('database.closing')
      try {
        connection.prepare('DELETE FROM session WHERE owner = ?').run(JSON.stringify(owner))
      } catch (error) {
        // Then the next opening checks the file, which is all the row is for.
        if (diskFailure(path, error) === undefined) throw error
      } finally {
        closeQuietly(connection)
      }
    },
  }
}

/** Says what is wrong and where the file went; a file in use by another process stays. */
async function refuse(driver: Driver, path: string, { reason, what }: Refusal, now: number): Promise<Failure> {
  const code = `database_${reason}` as const
  if (reason !== 'damaged' && isInUse(driver, path)) {
    return failure(code, `${path} ${what} and is in use: close that program, or update this one.`, path)
  }
  const moved = await setAside(path, reason, now)
  if (!moved.ok) return moved.error
  const way = reason === 'newer' ? 'update Signature Tuner and rename it back, or run again' : 'run again'
  return failure(code, `${path} ${what}. It was set aside as ${moved.value}: ${way} to start with a new one.`, path)
}

/** Whether another process has the file open; renaming it would let that process harm the new one. */
function isInUse(driver: Driver, path: string): boolean {
  let connection: Connection | undefined
  try {
    connection = new driver(path, { timeout: 0, fileMustExist: true })
    connection.pragma('locking_mode = EXCLUSIVE')
    connection.exec('BEGIN EXCLUSIVE; ROLLBACK')
    return false
  } catch (error) {
    return errorCode(error)?.startsWith('SQLITE_BUSY') ?? false
  } finally {
    closeQuietly(connection)
  }
}

function closeQuietly(connection: Connection | undefined): void {
  try {
    connection?.close()
  } catch {
    // What could not be written was not promised.
  }
}

function isNotDatabase(error: unknown): boolean {
  return errorCode(error) === 'SQLITE_NOTADB'
}

/** What the disk or another program did; `undefined` for mistakes of our own. */
function diskFailure(path: string, error: unknown): Failure | undefined {
  const code = errorCode(error) ?? ''
  const is = (...names: readonly string[]) => names.some(name => code === name || code.startsWith(`${name}_`))
  if (is('SQLITE_FULL'))
    return failure('disk_full', `${path} cannot grow: the disk is full; make room and resume.`, path)
  if (is('SQLITE_CORRUPT', 'SQLITE_NOTADB')) return failure('database_damaged', `${path} is damaged.`, path)
  if (is('SQLITE_BUSY', 'SQLITE_LOCKED')) {
    return failure('write_failed', `${path} is locked by another program; close that program and try again.`, path)
  }
  if (is('SQLITE_READONLY', 'SQLITE_PERM', 'SQLITE_AUTH', 'SQLITE_CANTOPEN', 'SQLITE_IOERR')) {
    const way = 'check that its folder is writable and its disk is there'
    return failure('write_failed', `${path} cannot be read or written (${code}); ${way}.`, path)
  }
  return undefined
}
