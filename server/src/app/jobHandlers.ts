/** Joins jobs and what they do: a tune job runs the tuner, an evaluate job an evaluation, both over the ledger. */
import type { Clock } from '../base/clock.ts'
import { type Failure, failure } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import { createPool } from '../base/pool.ts'
import { fail, ok, type Result } from '../base/result.ts'
import type { JobHandler } from '../jobs/engine.ts'
import type { JobKind } from '../jobs/job.ts'
import type { EvaluationStore } from '../jobs/store.ts'
import type { Metric, Sandbox } from '../metrics/metric.ts'
import { createMetrics } from '../metrics/metrics.ts'
import type { LanguageModel } from '../model/model.ts'
import { parseSignature } from '../signature/document.ts'
import type { Signature } from '../signature/signature.ts'
import { evaluateSkill } from './evaluateHandler.ts'
import { createLedgerModel, type LedgerModel } from './ledgerModel.ts'
import { type JobSnapshot, snapshotSchema } from './snapshot.ts'
import { tuneSkill } from './tuneHandler.ts'

export interface HandlerPorts {
  readonly clock: Clock
  /** Answers for the configured endpoint, and for the offline demo by its name. */
  readonly model: LanguageModel
  /** Origin the model's requests go to; a job made for another one is refused. */
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
  readonly pool: ReturnType<typeof createPool>
  readonly evaluations: EvaluationStore
  readonly progress: Parameters<JobHandler>[0]['progress']
  readonly ledger: Parameters<JobHandler>[0]['ledger']
  readonly signal: AbortSignal
}

export function createJobHandlers(ports: HandlerPorts): Readonly<Record<JobKind, JobHandler>> {
  const over =
    (handle: (work: Work) => Promise<Result<Json, Failure>>): JobHandler =>
    async run => {
      const work = await prepare(ports, run)
      return work.ok ? handle(work.value) : work
    }
  return { tune: over(tuneSkill), evaluate: over(evaluateSkill) }
}

async function prepare(ports: HandlerPorts, run: Parameters<JobHandler>[0]): Promise<Result<Work>> {
  const { job, ledger, signal } = run
  const snapshot = snapshotSchema.safeParse(JSON.parse(run.snapshot))
  if (!snapshot.success)
    return fail(failure('job_failed', `Job ${job.id} was stored by another program: start it anew.`))
  const { text, origin, model, concurrency, skillPath } = snapshot.data
  if (origin !== 'embedded' && origin !== ports.origin) {
    const message = `Job ${job.id} was started at ${origin} but ${ports.origin} is configured: set OPENAI_BASE_URL to go on.`
    return fail(failure('job_state', message))
  }
  const { signature } = parseSignature(text)
  if (signature === undefined) return fail(failure('signature_invalid', `The signature of job ${job.id} has errors.`))
  const ledgerModel = createLedgerModel({ model: ports.model, ledger, origin: snapshot.data.origin })
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
    snapshot: snapshot.data,
    signature,
    metrics: metrics.value,
    model: ledgerModel,
    clock: ports.clock,
    pool: createPool(concurrency),
    evaluations: ports.evaluations,
    progress: run.progress,
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
