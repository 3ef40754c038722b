/** Joins jobs and what they do: a tune job runs the tuner, an evaluate job an evaluation, both over the ledger. */
import type { Clock } from '../base/clock.ts'
import { type Failure, failure } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import { createPool } from '../base/pool.ts'
import { fail, ok, type Result } from '../base/result.ts'
import type { JobHandler } from '../jobs/engine.ts'
import type { JobKind, JobProgress } from '../jobs/job.ts'
import type { EvaluationStore } from '../jobs/store.ts'
import type { Metric, Sandbox } from '../metrics/metric.ts'
import { createMetrics } from '../metrics/metrics.ts'
import { jobOrigin } from '../model/editorModel.ts'
import type { LanguageModel } from '../model/model.ts'
import { parseSignature } from '../signature/document.ts'
import type { Signature } from '../signature/signature.ts'
import { type Budget, createBudget } from './budget.ts'
import { evaluateSkill } from './evaluateHandler.ts'
import { callsOf, createLedgerModel, type LedgerModel } from './ledgerModel.ts'
import { type JobSnapshot, readSnapshot } from './snapshot.ts'
import { tuneSkill } from './tuneHandler.ts'

export interface HandlerPorts {
  readonly clock: Clock
  /** Answers for the configured endpoint, and for the editor and the offline demo by their names. */
  readonly model: LanguageModel
  /** Origin of the configured endpoint; a job made for another one is refused. */
  readonly origin: string
  readonly sandbox: Sandbox
  readonly evaluations: EvaluationStore
  /** A path written in the signature at `skillPath`, resolved inside the root. */
  readonly resolvePath: (skillPath: string, path: string) => Promise<Result<string>>
}

/** What a handler works with once its snapshot was read. */
export interface Work {
  readonly jobId: string
  readonly snapshot: JobSnapshot
  readonly signature: Signature
  readonly metrics: readonly Metric[]
  readonly model: LedgerModel
  readonly clock: Clock
  readonly budget: Budget
  readonly pool: ReturnType<typeof createPool>
  readonly evaluations: EvaluationStore
  /** Facts stay until told anew; money and time are added. */
  readonly progress: (facts: Partial<JobProgress>) => void
  readonly ledger: Parameters<JobHandler>[0]['ledger']
  readonly signal: AbortSignal
}

export function createJobHandlers(ports: HandlerPorts): Readonly<Record<JobKind, JobHandler>> {
  const over =
    (handle: (work: Work) => Promise<Result<Json, Failure>>): JobHandler =>
    async run => {
      const work = await prepare(ports, run)
      if (!work.ok) return work
      const { budget, model } = work.value
      const ended = new AbortController()
      const stop = (reason: Failure) => {
        work.value.progress({})
        run.stop(reason)
      }
      void budget.watch(stop, ended.signal)
      try {
        const outcome = await handle(work.value)
        // What was sent is paid for: its answers are worth keeping for when the budget is raised.
        if (!outcome.ok && outcome.error.code === 'budget_exhausted') await untilIdle(model, ports.clock)
        return outcome
      } finally {
        ended.abort()
      }
    }
  return { tune: over(tuneSkill), evaluate: over(evaluateSkill) }
}

/** Longer than most requests take. */
const patience = 60_000

async function untilIdle(model: LedgerModel, clock: Clock): Promise<void> {
  const idle = new AbortController()
  const waited = clock.sleep(patience, idle.signal).catch(() => undefined)
  await Promise.race([model.idle(), waited])
  idle.abort()
}

async function prepare(ports: HandlerPorts, run: Parameters<JobHandler>[0]): Promise<Result<Work>> {
  const { job, ledger, signal } = run
  const snapshot = readSnapshot(job.id, run.snapshot)
  if (!snapshot.ok) return snapshot
  const { text, origin, model, reflectionModel, concurrency, skillPath } = snapshot.value
  if (origin !== jobOrigin([model, reflectionModel], ports.origin)) {
    const message = `Job ${job.id} was started at ${origin} but ${ports.origin} is configured: set OPENAI_BASE_URL to go on.`
    return fail(failure('job_state', message))
  }
  const { signature } = parseSignature(text)
  if (signature === undefined) return fail(failure('signature_invalid', `The signature of job ${job.id} has errors.`))
  let latest: JobProgress = job.progress ?? { phase: 'starting', percent: 0, calls: 0 }
  const budget = createBudget({
    limits: snapshot.value.budget,
    clock: ports.clock,
    before: (job.progress?.elapsed ?? 0) * 1000,
    calls: () => ({ done: callsOf(ledgerModel.spending()), expected: latest.expected_calls ?? 0 }),
  })
  const ledgerModel = createLedgerModel({
    model: ports.model,
    ledger,
    origin: ports.origin,
    refuse: budget.refuse,
  })
  const scripts = await resolveScripts(ports, skillPath, signature)
  if (!scripts.ok) return scripts
  const metrics = createMetrics(signature, {
    sandbox: ports.sandbox,
    judge: { model: ledgerModel, name: model },
    resolvePath: path => ok(scripts.value.get(path) ?? path),
  })
  if (!metrics.ok) return metrics
  return ok({
    jobId: job.id,
    snapshot: snapshot.value,
    signature,
    metrics: metrics.value,
    model: ledgerModel,
    clock: ports.clock,
    budget,
    pool: createPool(concurrency),
    evaluations: ports.evaluations,
    progress(facts) {
      const { cost } = ledgerModel.usage()
      latest = { ...latest, ...facts, ...(cost !== undefined && { cost }), elapsed: budget.elapsed() / 1000 }
      run.progress(latest)
    },
    ledger,
    signal,
  })
}

async function resolveScripts(
  ports: HandlerPorts,
  skillPath: string,
  signature: Signature,
): Promise<Result<ReadonlyMap<string, string>>> {
  const resolved = new Map<string, string>()
  for (const { kind, options } of signature.metrics) {
    if (kind !== 'script' || typeof options.path !== 'string') continue
    const path = await ports.resolvePath(skillPath, options.path)
    if (!path.ok) return path
    resolved.set(options.path, path.value)
  }
  return ok(resolved)
}
