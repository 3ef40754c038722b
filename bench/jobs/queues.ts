/** Queues that hand each job to exactly one process, ours and one from npm, behind the same few calls. */
import { rmSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { currentOwner, isDead } from '../../server/src/files/owner.ts'
import { openDatabase } from '../../server/src/sqlite/database.ts'
import { createSqliteJobStore } from '../../server/src/sqlite/jobStore.ts'

export interface Queue {
  /** Adds so many jobs at once, each with a payload of so many characters. */
  fill(count: number, characters: number): void
  /** Tries to get a job, where jobs are named the one of this number; `undefined` when this attempt got none. */
  claim(number: number): Claimed | undefined
  /** What the connection says after a write: 2 is FULL. */
  synchronous(): unknown
  close(): void
}

export interface Claimed {
  /** Equal for claims of the same job. */
  readonly id: string
  complete(): void
}

export type OpenQueue = (path: string) => Promise<Queue>

export const queues: Readonly<Record<string, OpenQueue>> = { ours: openOurs, plainjob: openPlainjob }

export function deleteQueue(path: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
}

/** Jobs are claimed by name: every process tries all, and gets those that no other one has. */
async function openOurs(path: string): Promise<Queue> {
  const owner = currentOwner()
  const opened = await openDatabase(path, { now: Date.now, owner, isDead })
  if (!opened.ok) throw new Error(opened.error.message)
  const database = opened.value
  const jobs = createSqliteJobStore(database)
  return {
    fill(count, characters) {
      const snapshot = payload(characters)
      jobs.atomically(() => {
        for (let n = 0; n < count; n++) {
          jobs.enqueue({ id: jobId(n), kind: 'tune', skillPath: skillPath(n), skillId: 's', digest: 'd', snapshot }, n)
        }
      })
    },
    claim(number) {
      const job = jobs.claim(jobId(number), owner, Date.now(), isDead)
      if (job === undefined) return undefined
      const fence = { id: job.id, attempt: job.attempt }
      return {
        id: job.id,
        complete() {
          if (!jobs.complete(fence, {}, Date.now())) throw new Error(`job ${job.id} was lost`)
        },
      }
    },
    synchronous: () => Object.values(Object(database.prepare('PRAGMA synchronous').get()))[0],
    close: () => database.close(),
  }
}

/** The few members that are used of plainjob, which is installed in this folder alone. */
interface Plainjob {
  better(database: Sqlite.Database): unknown
  defineQueue(options: {
    readonly connection: unknown
    readonly logger: Pick<Console, 'debug' | 'info' | 'warn' | 'error'>
  }): {
    add(type: string, data: unknown): { readonly id: number }
    getAndMarkJobAsProcessing(type: string): { readonly id: number } | undefined
    getJobById(id: number): { readonly data: string } | undefined
    markJobAsDone(id: number): void
    close(): void
  }
}

/** As its own worker does it: take the next job's number, read the job, and note that it is done. */
async function openPlainjob(path: string): Promise<Queue> {
  // Not in the project's own dependencies, so the compiler must not look for it.
  const name: string = 'plainjob'
  const { better, defineQueue }: Plainjob = await import(name)
  const database = new Sqlite(path, { timeout: 10_000 })
  const silent = () => {}
  const logger = { debug: silent, info: silent, warn: silent, error: silent }
  const queue = defineQueue({ connection: better(database), logger })
  // It sets NORMAL and waits at most 5 s; both get what ours has.
  database.pragma('synchronous = FULL')
  database.pragma('busy_timeout = 10000')
  return {
    fill(count, characters) {
      const data = payload(characters)
      // Not its addMany, which leaves out when the jobs may start, so that nobody ever gets them.
      const add = database.transaction(() => {
        for (let n = 0; n < count; n++) queue.add('bench', data)
      })
      add.immediate()
    },
    claim() {
      const taken = queue.getAndMarkJobAsProcessing('bench')
      if (taken === undefined) return undefined
      if (queue.getJobById(taken.id) === undefined) throw new Error(`job ${taken.id} is gone`)
      return { id: String(taken.id), complete: () => queue.markJobAsDone(taken.id) }
    },
    synchronous: () => database.pragma('synchronous', { simple: true }),
    close: () => queue.close(),
  }
}

function payload(characters: number): string {
  return JSON.stringify({ text: 'word '.repeat(characters / 5) })
}

function skillPath(n: number): string {
  return `skills/s${n % 100}/signature.yaml`
}

export function jobId(n: number): string {
  const digits = n.toString(32).replace(/[0189]/g, digit => ({ 0: 'w', 1: 'x', 8: 'y', 9: 'z' })[digit] ?? digit)
  return `job_${digits.padStart(16, 'w')}`
}
