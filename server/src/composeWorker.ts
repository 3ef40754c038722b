/** Builds what a worker needs: the database, the engine with its handlers, and the job service over them. */
import { randomBytes, randomInt } from 'node:crypto'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { createJobHandlers } from './app/jobHandlers.ts'
import type { JobService } from './app/ports.ts'
import { snapshotDigest, snapshotSchema } from './app/snapshot.ts'
import { failure, failureOf } from './base/errors.ts'
import { createRedactor } from './base/redact.ts'
import { fail, ok, type Result } from './base/result.ts'
import { createModel } from './compose.ts'
import { createFiles } from './files/files.ts'
import { currentOwner, isDead } from './files/owner.ts'
import { createEngine } from './jobs/engine.ts'
import { isRelativePath, type Job } from './jobs/job.ts'
import { type Endpoint, originOf } from './model/model.ts'
import { createSandbox } from './sandbox/sandbox.ts'
import { openDatabase } from './sqlite/database.ts'
import { createSqliteEvaluationStore } from './sqlite/evaluationStore.ts'
import { createSqliteJobStore } from './sqlite/jobStore.ts'
import { createSqliteLedgerStore } from './sqlite/ledgerStore.ts'
import { systemClock } from './systemClock.ts'

export interface WorkerOptions {
  /** Absolute, by realpath. */
  readonly root: string
  readonly endpoint: Endpoint
  /** Script of the sandbox's thread. */
  readonly sandboxPath: string
}

export interface ComposedWorker {
  readonly service: JobService
  /** Gives the leases back and closes the database. */
  stop(): Promise<void>
}

const day = 24 * 60 * 60 * 1000

export async function composeWorker({ root, endpoint, sandboxPath }: WorkerOptions): Promise<Result<ComposedWorker>> {
  const clock = systemClock
  const owner = currentOwner()
  const path = join(root, '.signature-tuner', 'jobs.db')
  const opened = await openDatabase(path, { now: clock.now, owner, isDead })
  if (!opened.ok) return opened
  const database = opened.value
  const jobs = createSqliteJobStore(database)
  const evaluations = createSqliteEvaluationStore(database)
  const sandbox = createSandbox({ threadPath: sandboxPath })
  const files = createFiles({ cwd: root, home: homedir(), root })
  const handlers = createJobHandlers({
    clock,
    model: createModel(endpoint),
    origin: originOf(endpoint.baseUrl),
    sandbox,
    evaluations,
    async resolvePath(skillPath, written) {
      const location = await files.locateIn(root, skillPath)
      return location.ok ? files.resolveInside(location.value, written) : location
    },
  })
  const engine = createEngine({
    jobs,
    ledger: createSqliteLedgerStore(database),
    clock,
    random: () => randomInt(2 ** 47) / 2 ** 47,
    randomBytes: count => randomBytes(count),
    owner,
    isDead,
    handlers,
    redactor: createRedactor(endpoint.apiKey),
  })

  const service: JobService = {
    async submit({ kind, snapshot }) {
      const { skillPath, skillId } = snapshot
      if (!isRelativePath(skillPath)) {
        return fail(failure('path_outside_root', `${skillPath} lies outside ${root}.`, skillPath))
      }
      const digest = snapshotDigest(kind, snapshot)
      return engine.submit({ kind, skillPath, skillId, digest, snapshot: JSON.stringify(snapshot) })
    },
    resume: async id => engine.resume(id),
    cancel: async id => engine.cancel(id),
    get: async id =>
      stored(() => {
        const job = jobs.get(id)
        return job === undefined ? notFound(id) : ok(job)
      }),
    list: async filter => stored(() => ok(jobs.list(filter))),
    markApplied: async (id, version) =>
      stored(() => (jobs.markApplied(id, version, clock.now()) ? ok(undefined) : notCompleted(id, jobs.get(id)))),
    prune: async (days, id) =>
      stored(() => {
        // One more millisecond: zero days means all, those that ended just now included.
        const deleted = jobs.prune(clock.now() - days * day + 1, id)
        if (id === undefined || deleted > 0) return ok(deleted)
        const left = jobs.get(id)
        if (left === undefined) return notFound(id)
        return fail(failure('job_state', `Job ${id} is ${left.state}: only ended jobs are deleted. Cancel it first.`))
      }),
    evaluations: async (skillPath, limit) => stored(() => ok(evaluations.latest(skillPath, limit))),
    snapshot: async id =>
      stored(() => {
        const text = jobs.snapshot(id)
        if (text === undefined) return notFound(id)
        const snapshot = snapshotSchema.safeParse(parseJson(text))
        if (snapshot.success) return ok(snapshot.data)
        return fail(failure('job_failed', `Job ${id} was stored by another program: start it anew.`))
      }),
    wait: (id, onProgress, signal) => engine.wait(id, onProgress, signal),
  }
  return ok({
    service,
    async stop() {
      await engine.stop()
      await sandbox[Symbol.asyncDispose]()
      database.close()
    },
  })
}

function stored<T>(work: () => Result<T>): Result<T> {
  try {
    return work()
  } catch (error) {
    const known = failureOf(error)
    if (known === undefined) throw error
    return fail(known)
  }
}

function notFound(id: string): Result<never> {
  return fail(failure('job_not_found', `There is no job ${id}.`))
}

function notCompleted(id: string, job: Job | undefined): Result<never> {
  if (job === undefined) return notFound(id)
  return fail(failure('job_state', `Job ${id} is ${job.state}; only a completed job can be applied.`))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
