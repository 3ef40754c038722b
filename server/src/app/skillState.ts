/** What is known of a skill beside its text: its last scores and whether they hold, its versions, its open job. */
import type { Result } from '../base/result.ts'
import { type FailingExample, keptFailing } from '../evaluation/report.ts'
import { currentVersion, type Version } from '../history/version.ts'
import type { EvaluationRecord } from '../jobs/store.ts'
import { evaluateResultSchema, failingSchema, type TuneResult, tuneResultSchema } from './jobView.ts'
import type { FoundJob, JobService, Ports, SkillLocation } from './ports.ts'

/** What was read; what it says of a text is derived from it, without reading anything again. */
export interface SkillState extends StoreState {
  /** Oldest first. */
  readonly versions: readonly Version[]
}

export interface StoreState {
  /** Newest first. */
  readonly evaluations: readonly KnownEvaluation[]
  /** Newest first: those that are unfinished, the newest tune job and the newest evaluations. */
  readonly jobs: readonly FoundJob[]
}

export interface KnownEvaluation extends EvaluationRecord {
  readonly failing: readonly FailingExample[]
}

export const emptyState: SkillState = { evaluations: [], versions: [], jobs: [] }

/** As many as tell the newest of each text that somebody goes back and forth between. */
const evaluationsRead = 20
const jobsRead = 5

/** Asks the worker. What cannot be read is left out: it is shown where it is asked for by name. */
export async function readStoreState(ports: Ports, { root, skillPath }: SkillLocation): Promise<StoreState> {
  const service = ports.jobs(root)
  const [evaluations, jobs] = await Promise.all([
    service.evaluations(skillPath, evaluationsRead),
    readJobs(service, skillPath),
  ])
  return { evaluations: readOf(evaluations).map(withFailing), jobs }
}

export async function readVersions(ports: Ports, { historyPath }: SkillLocation): Promise<readonly Version[]> {
  const history = await ports.history.read(historyPath)
  return (history.ok ? history.value?.signature_history : undefined) ?? []
}

/** The same jobs as in the state; a job that many evaluations came after must not be lost among them. */
export async function readJobs(service: Pick<JobService, 'list'>, skillPath: string): Promise<readonly FoundJob[]> {
  const lists = await Promise.all([
    service.list({ skillPath, states: ['queued', 'running'], limit: jobsRead }),
    service.list({ skillPath, kind: 'tune', limit: 1 }),
    service.list({ skillPath, kind: 'evaluate', limit: jobsRead }),
  ])
  const byId = new Map(lists.flatMap(readOf).map(job => [job.id, job]))
  return [...byId.values()].sort((a, b) => b.createdAt - a.createdAt)
}

export type StaleReason = 'signature' | 'metrics' | 'examples' | 'model'

export interface FittingEvaluation {
  readonly evaluation: KnownEvaluation
  /** What differs from the text as it is now. */
  readonly stale: readonly StaleReason[]
}

/** What an evaluation would be of now; a part that is not known stands against none. */
export interface EvaluationKeys {
  readonly signatureSha256: string
  readonly metricsSha256: string
  readonly examplesSha256: string | undefined
  readonly model: string | undefined
}

/** The evaluation that fits best: one of this text, of these examples, by this model, in this order; then the newest. */
export function findEvaluation(
  { evaluations }: Pick<SkillState, 'evaluations'>,
  now: EvaluationKeys,
): FittingEvaluation | undefined {
  let best: (FittingEvaluation & { readonly misfit: number }) | undefined
  for (const evaluation of evaluations) {
    const stale = staleReasons(evaluation, now)
    const misfit = Math.max(0, ...stale.map(reason => misfits[reason]))
    if (best === undefined || misfit < best.misfit) best = { evaluation, stale, misfit }
  }
  return best && { evaluation: best.evaluation, stale: best.stale }
}

const misfits: Readonly<Record<StaleReason, number>> = { model: 1, examples: 2, signature: 3, metrics: 3 }

function staleReasons(evaluation: KnownEvaluation, now: EvaluationKeys): readonly StaleReason[] {
  const stale: StaleReason[] = []
  // A changed metric is a changed signature, too: it is named by what was changed.
  if (evaluation.metricsSha256 !== now.metricsSha256) stale.push('metrics')
  else if (evaluation.signatureSha256 !== now.signatureSha256) stale.push('signature')
  if (now.examplesSha256 !== undefined && evaluation.examplesSha256 !== now.examplesSha256) stale.push('examples')
  if (now.model !== undefined && evaluation.model !== now.model) stale.push('model')
  return stale
}

/** How many examples lost no points; only a bound where more failed than are kept and the job is not known. */
export function passedOf(
  { jobs }: Pick<SkillState, 'jobs'>,
  { jobId, examples, errors, failing, score }: KnownEvaluation,
): { readonly count: number; readonly isExact: boolean } {
  const job = jobs.find(({ id }) => id === jobId)
  const known = job?.kind === 'tune' ? passedInTune(job, score) : passedInEvaluation(job)
  if (known !== undefined) return { count: known, isExact: true }
  return { count: Math.max(0, examples - errors - failing.length), isExact: failing.length < keptFailing }
}

function passedInEvaluation(job: FoundJob | undefined): number | undefined {
  const result = evaluateResultSchema.safeParse(job?.result)
  return result.success ? result.data.passed : undefined
}

/** Both texts that a tune job scores are told apart by their scores. */
function passedInTune({ result }: FoundJob, score: number): number | undefined {
  const { data } = tuneResultSchema.safeParse(result)
  if (score === data?.old_score) return data.passed
  return score === data?.new_score ? data?.new_passed : undefined
}

/** The version whose meaning the text has. */
export function versionOf({ versions }: Pick<SkillState, 'versions'>, signatureSha256: string): Version | undefined {
  return currentVersion({ skill_id: '', signature_history: [...versions] }, signatureSha256)
}

/** The job that runs; else the newest tune job or the newest of all, if it can be resumed or its result waits. */
export function openJob({ jobs }: Pick<SkillState, 'jobs'>): FoundJob | undefined {
  const running = jobs.find(job => isUnfinished(job) && !job.interrupted)
  if (running !== undefined) return running
  const newest = [jobs.find(job => job.kind === 'tune'), jobs[0]]
  return newest.find(job => job !== undefined && (isUnfinished(job) || unappliedResult(job) !== undefined))
}

/** What a tune job found and nobody has applied or discarded. */
export function unappliedResult(job: FoundJob): TuneResult | undefined {
  if (job.kind !== 'tune' || job.state !== 'completed') return undefined
  if (job.appliedVersion !== undefined || job.discardedAt !== undefined) return undefined
  const result = tuneResultSchema.safeParse(job.result)
  return result.success && result.data.changes.length > 0 ? result.data : undefined
}

function isUnfinished({ state }: FoundJob): boolean {
  return state === 'queued' || state === 'running'
}

function readOf<T>(result: Result<readonly T[]>): readonly T[] {
  return result.ok ? result.value : []
}

/** A database may hold anything. */
function withFailing(evaluation: EvaluationRecord): KnownEvaluation {
  return {
    ...evaluation,
    failing: evaluation.failing.flatMap(stored => {
      const failing = failingSchema.safeParse(stored)
      return failing.success ? [failing.data] : []
    }),
  }
}
