/** What is known of a skill beside its text: its last scores and whether they hold, its versions, its open job. */
import { sha256 } from '../base/hash.ts'
import { canonicalJson } from '../base/json.ts'
import { examplesSha256 } from '../examples/digest.ts'
import type { Example } from '../examples/example.ts'
import { currentVersion, type Version } from '../history/version.ts'
import type { Job } from '../jobs/job.ts'
import type { EvaluationRecord } from '../jobs/store.ts'
import { signatureSha256 } from '../signature/compare.ts'
import type { Signature } from '../signature/signature.ts'
import { tuneResultSchema } from './jobView.ts'
import type { FoundJob, Ports, SkillLocation } from './ports.ts'

/** What was read; what it says of a text is derived from it, without reading anything again. */
export interface SkillState {
  readonly evaluations: readonly EvaluationRecord[]
  readonly versions: readonly Version[]
  /** Newest first. */
  readonly jobs: readonly FoundJob[]
}

export const emptyState: SkillState = { evaluations: [], versions: [], jobs: [] }

/** As many as tell the newest of each text that somebody goes back and forth between. */
const evaluationsRead = 20
const jobsRead = 5

/** What cannot be read is left out: it is shown where it is asked for by name. */
export async function readSkillState(ports: Ports, location: SkillLocation): Promise<SkillState> {
  const service = ports.jobs(location.root)
  const { skillPath } = location
  const [evaluations, jobs, history] = await Promise.all([
    service.evaluations(skillPath, evaluationsRead),
    service.list({ skillPath, limit: jobsRead }),
    ports.history.read(location.historyPath),
  ])
  return {
    evaluations: evaluations.ok ? evaluations.value : [],
    jobs: jobs.ok ? jobs.value : [],
    versions: (history.ok ? history.value?.signature_history : undefined) ?? [],
  }
}

export type StaleReason = 'signature' | 'metrics' | 'examples' | 'model'

export interface FittingEvaluation {
  readonly evaluation: EvaluationRecord
  /** What differs from the text as it is now. */
  readonly stale: readonly StaleReason[]
}

/** The evaluation that fits the text best, the newest of several; `model` is the one that would evaluate now. */
export function findEvaluation(
  { evaluations }: SkillState,
  signature: Signature,
  examples: readonly Example[] | undefined,
  model: string | undefined,
): FittingEvaluation | undefined {
  const now = {
    signature: signatureSha256(signature),
    metrics: sha256(canonicalJson(signature.metrics)),
    examples: examples && examplesSha256(examples),
  }
  const judged = evaluations.map(evaluation => {
    const stale: StaleReason[] = []
    // A changed metric is a changed signature, too: it is named by what was changed.
    if (evaluation.metricsSha256 !== now.metrics) stale.push('metrics')
    else if (evaluation.signatureSha256 !== now.signature) stale.push('signature')
    if (now.examples !== undefined && evaluation.examplesSha256 !== now.examples) stale.push('examples')
    if (model !== undefined && evaluation.model !== model) stale.push('model')
    return { evaluation, stale }
  })
  return judged.find(({ stale }) => stale.length === 0) ?? judged.find(({ stale }) => isOnlyModel(stale)) ?? judged[0]
}

function isOnlyModel(stale: readonly StaleReason[]): boolean {
  return stale.every(reason => reason === 'model')
}

/** The version whose meaning the text has. */
export function versionOf({ versions }: SkillState, signature: Signature): number | undefined {
  return currentVersion({ skill_id: '', signature_history: [...versions] }, signatureSha256(signature))?.version
}

/** The newest job that runs, can be resumed, or has a result that waits to be applied. */
export function openJob({ jobs }: SkillState): Job | undefined {
  const newest = jobs.find(job => job.state === 'queued' || job.state === 'running')
  if (newest !== undefined) return newest
  const [last] = jobs.filter(job => job.kind === 'tune')
  return last !== undefined && hasUnapplied(last) ? last : undefined
}

function hasUnapplied(job: Job): boolean {
  if (job.state !== 'completed' || job.appliedVersion !== undefined) return false
  const result = tuneResultSchema.safeParse(job.result)
  return result.success && result.data.changes.length > 0
}
