/** Builds what a worker needs: the database, the engine with its handlers, and the job service over them. */
import { randomBytes, randomInt } from 'node:crypto'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { meanLatency } from './app/estimate.ts'
import { createJobHandlers } from './app/jobHandlers.ts'
import { longMembers } from './app/jobView.ts'
import type { FoundJob, JobService } from './app/ports.ts'
import { type JobSnapshot, readStoredSnapshot, snapshotDigest, withLimits } from './app/snapshot.ts'
import { failure, failureOf } from './base/errors.ts'
import { createRedactor } from './base/redact.ts'
import { fail, ok, type Result } from './base/result.ts'
import { createModel } from './compose.ts'
import { createFiles } from './files/files.ts'
import { currentOwner, isDead } from './files/owner.ts'
import { createEngine, type Engine } from './jobs/engine.ts'
import { isRelativePath, type Job } from './jobs/job.ts'
import { pruneInBatches } from './jobs/prune.ts'
import type { EvaluationStore, JobStore, LedgerStore, RequestStore } from './jobs/store.ts'
import type { CompleteInEditor } from './model/editorModel.ts'
import { type Endpoint, originOf } from './model/model.ts'
import { createSandbox } from './sandbox/sandbox.ts'
import { type Database, openDatabase } from './sqlite/database.ts'
import { createSqliteEvaluationStore } from './sqlite/evaluationStore.ts'
import { mayExist } from './sqlite/folder.ts'
import { inspectStore } from './sqlite/inspect.ts'
import { createSqliteJobStore } from './sqlite/jobStore.ts'
import { createSqliteLedgerStore } from './sqlite/ledgerStore.ts'
import { createSqliteRequestStore } from './sqlite/requestStore.ts'
import { releaseSpace } from './sqlite/space.ts'
import { systemClock } from './systemClock.ts'

export interface WorkerOptions {
  /** Absolute, by realpath. */
  readonly root: string
  readonly endpoint: Endpoint
  /** Script of the sandbox's thread. */
  readonly sandboxPath: string
  /** Given where the host's editor has models. */
  readonly completeInEditor?: CompleteInEditor | undefined
}

export interface ComposedWorker {
  readonly service: JobService
  /** Gives the leases back and closes the database. */
  stop(): Promise<void>
}

/** Enough for a mean, few enough to read at each submission. */
const measuredCalls = 200
const day = 24 * 60 * 60 * 1000
const clock = systemClock

interface Store {
  readonly database: Database
  readonly jobs: JobStore
  readonly ledger: LedgerStore
  readonly evaluations: EvaluationStore
  readonly requests: RequestStore
  readonly engine: Engine
  stop(): Promise<void>
}

export function composeWorker(options: WorkerOptions): ComposedWorker {
  const { root } = options
  const path = join(root, '.signature-tuner', 'jobs.db')
  let opening: Promise<Result<Store>> | undefined

  async function open(): Promise<Result<Store>> {
    opening ??= openStore(path, options)
    const opened = await opening
    // What went wrong, such as a full disk, may be mended by the next call.
    if (!opened.ok) opening = undefined
    return opened
  }

  /** Only submitting makes a store: its folder would become the root of every project below. */
  async function inStore<T>(
    work: (store: Store) => Result<T> | Promise<Result<T>>,
    absent: () => Result<T>,
  ): Promise<Result<T>> {
    if (opening === undefined && !(await mayExist(path))) return absent()
    const store = await open()
    if (!store.ok) return store
    try {
      return await work(store.value)
    } catch (error) {
      const known = failureOf(error)
      if (known === undefined) throw error
      return fail(known)
    }
  }

  const service: JobService = {
    async submit({ kind, snapshot }) {
      const { skillPath, skillId, concurrency, budget } = snapshot
      if (!isRelativePath(skillPath)) {
        return fail(failure('path_outside_root', `${skillPath} lies outside ${root}.`, skillPath))
      }
      const store = await open()
      if (!store.ok) return store
      const digest = snapshotDigest(kind, snapshot)
      const whole: JobSnapshot = { ...snapshot, width: concurrency }
      const limits = { maxTokens: undefined, maxCost: undefined, maxTime: undefined, ...budget, concurrency }
      return store.value.engine.submit(
        { kind, skillPath, skillId, digest, snapshot: JSON.stringify(whole) },
        (id, stored) => withLimits(id, stored, limits),
      )
    },
    resume: (id, limits) =>
      inStore(
        ({ engine }) => engine.resume(id, limits && ((_, stored) => withLimits(id, stored, limits))),
        () => notFound(id),
      ),
    cancel: id =>
      inStore(
        ({ engine }) => engine.cancel(id),
        () => notFound(id),
      ),
    get: id =>
      inStore(
        ({ jobs, engine }) => {
          const job = jobs.get(id)
          return job === undefined ? notFound(id) : ok(found(engine, job))
        },
        () => notFound(id),
      ),
    list: filter =>
      inStore(
        ({ jobs, engine }) => ok(jobs.list({ ...filter, omit: longMembers }).map(job => found(engine, job))),
        () => ok([]),
      ),
    markApplied: (id, version) =>
      inStore(
        ({ jobs }) => (jobs.markApplied(id, version, clock.now()) ? ok(undefined) : notCompleted(id, jobs.get(id))),
        () => notFound(id),
      ),
    discard: id =>
      inStore(
        ({ jobs }) => {
          const isDiscarded = jobs.discard(id, clock.now())
          const job = jobs.get(id)
          return isDiscarded && job !== undefined ? ok(job) : notDiscardable(id, job)
        },
        () => notFound(id),
      ),
    prune: (days, id) =>
      inStore(
        async ({ jobs, database }) => {
          // One more millisecond: zero days means all, those that ended just now included.
          const before = clock.now() - days * day + 1
          if (id === undefined) {
            const deleted = await pruneInBatches(jobs, clock, before)
            if (deleted > 0) releaseSpace(database)
            return ok(deleted)
          }
          if (jobs.pruneOne(before, id)) return ok(1)
          const left = jobs.get(id)
          if (left === undefined) return notFound(id)
          return fail(failure('job_state', `Job ${id} is ${left.state}: only ended jobs are deleted. Cancel it first.`))
        },
        () => (id === undefined ? ok(0) : notFound(id)),
      ),
    inspect: oldDays =>
      inStore(
        async ({ database, jobs }) => {
          const now = clock.now()
          return ok(await inspectStore(database, jobs, { now, isDead, oldBefore: now - oldDays * day }))
        },
        () => ok(null),
      ),
    evaluations: (skillPath, limit) =>
      inStore(
        ({ evaluations }) => ok(evaluations.latest(skillPath, limit)),
        () => ok([]),
      ),
    snapshot: id =>
      inStore(
        ({ jobs }) => {
          const text = jobs.snapshot(id)
          return text === undefined ? notFound(id) : readStoredSnapshot(id, text)
        },
        () => notFound(id),
      ),
    latency: model =>
      inStore(
        ({ ledger }) => ok(meanLatency(ledger.recent(model, measuredCalls))),
        () => ok(undefined),
      ),
    recall: key =>
      inStore(
        ({ requests }) => ok(requests.find(key, clock.now())),
        () => ok(undefined),
      ),
    keep: (key, kept) =>
      inStore(
        ({ requests }) => {
          requests.keep(key, kept, clock.now())
          return ok(true)
        },
        () => ok(false),
      ),
    wait: (id, onProgress, signal) =>
      inStore(
        ({ engine }) => engine.wait(id, onProgress, signal),
        () => notFound(id),
      ),
  }
  return {
    service,
    async stop() {
      const store = await opening
      if (store?.ok) await store.value.stop()
    },
  }
}

async function openStore(path: string, options: WorkerOptions): Promise<Result<Store>> {
  const { root, endpoint, sandboxPath, completeInEditor } = options
  const owner = currentOwner()
  const opened = await openDatabase(path, { now: clock.now, owner, isDead })
  if (!opened.ok) return opened
  const database = opened.value
  const jobs = createSqliteJobStore(database)
  const ledger = createSqliteLedgerStore(database)
  const evaluations = createSqliteEvaluationStore(database)
  const sandbox = createSandbox({ threadPath: sandboxPath })
  const files = createFiles({ cwd: root, home: homedir(), root })
  const handlers = createJobHandlers({
    clock,
    model: createModel(endpoint, completeInEditor),
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
    ledger,
    clock,
    random: () => randomInt(2 ** 47) / 2 ** 47,
    randomBytes: count => randomBytes(count),
    owner,
    isDead,
    handlers,
    redactor: createRedactor(endpoint.apiKey),
  })
  return ok({
    database,
    jobs,
    ledger,
    evaluations,
    requests: createSqliteRequestStore(database),
    engine,
    async stop() {
      await engine.stop()
      await sandbox[Symbol.asyncDispose]()
      database.close()
    },
  })
}

function found(engine: Engine, job: Job): FoundJob {
  return { ...job, interrupted: engine.isInterrupted(job) }
}

function notFound(id: string): Result<never> {
  return fail(failure('job_not_found', `There is no job ${id}.`))
}

function notDiscardable(id: string, job: Job | undefined): Result<never> {
  if (job === undefined) return notFound(id)
  const version = job.appliedVersion
  const applied = `its result was applied as version ${version}; 'restore' brings back an earlier one`
  const why = version === undefined ? `it is ${job.kind === 'tune' ? job.state : 'an evaluation'}` : applied
  return fail(failure('job_state', `Job ${id} has no result to discard: ${why}.`))
}

function notCompleted(id: string, job: Job | undefined): Result<never> {
  if (job === undefined) return notFound(id)
  return fail(failure('job_state', `Job ${id} is ${job.state}; only a completed job can be applied.`))
}
