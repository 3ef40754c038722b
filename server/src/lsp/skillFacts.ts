/** Derives from what was loaded of a skill what features show of its text as it is now. */
import type { SkillLocation } from '../app/ports.ts'
import {
  type FittingEvaluation,
  findEvaluation,
  openJob,
  passedOf,
  type SkillState,
  unappliedResult,
  versionOf,
} from '../app/skillState.ts'
import { sha256 } from '../base/hash.ts'
import { canonicalJson } from '../base/json.ts'
import type { KnownJob, LastScore, SkillFacts } from '../features/facts.ts'
import { signatureSha256 } from '../signature/compare.ts'
import type { SignatureDocument } from '../signature/document.ts'

export interface FactSources {
  readonly location: SkillLocation | undefined
  readonly state: SkillState
  readonly document: SignatureDocument
  /** Digest of the examples that the text names; `undefined` until they were read. */
  readonly examplesSha256: string | undefined
  /** The model that would evaluate now. */
  readonly model: string | undefined
}

/** Pure: equal sources, equal facts. */
export function describeFacts({ location, state, document, examplesSha256, model }: FactSources): SkillFacts {
  const { signature } = document
  const known = { skillPath: location?.displayPath, versions: state.versions, job: describeJob(state) }
  const [newest] = state.evaluations
  if (signature === undefined) {
    // A text that is half typed is not what was scored.
    const score = newest && scoreOf(state, { evaluation: newest, stale: ['signature'] })
    return { ...known, score, currentVersion: undefined }
  }
  // Hashing is spared where there is nothing to compare with.
  if (state.versions.length === 0 && newest === undefined) {
    return { ...known, score: undefined, currentVersion: undefined }
  }
  const now = { signatureSha256: signatureSha256(signature), examplesSha256, model }
  const version = versionOf(state, now.signatureSha256)
  const found = findEvaluation(state, { ...now, metricsSha256: sha256(canonicalJson(signature.metrics)) })
  const recorded = version && scoreOfVersion(version, model)
  const score = found && (recorded === undefined || isOfThisText(found)) ? scoreOf(state, found) : recorded
  return { ...known, score, currentVersion: version?.version }
}

function isOfThisText({ stale }: FittingEvaluation): boolean {
  return !stale.includes('signature') && !stale.includes('metrics')
}

function scoreOf(state: SkillState, { evaluation, stale }: FittingEvaluation): LastScore {
  return {
    score: evaluation.score,
    byMetric: evaluation.scoreByMetric,
    byField: evaluation.scoreByField,
    examples: evaluation.examples,
    errors: evaluation.errors,
    passed: passedOf(state, evaluation),
    model: evaluation.model,
    evaluatedAt: evaluation.createdAt,
    stale,
    failing: evaluation.failing,
  }
}

/** What a colleague measured and committed, for a text that was never evaluated here. */
function scoreOfVersion(version: SkillFacts['versions'][number], model: string | undefined): LastScore | undefined {
  const { metric_score: score, created_at, scores = {}, examples = 0, model: scoredBy = '' } = version
  const evaluatedAt = Date.parse(created_at)
  if (score === null || score < 0 || score > 1 || Number.isNaN(evaluatedAt)) return undefined
  const isOtherModel = model !== undefined && scoredBy !== '' && scoredBy !== model
  return {
    ...{ score, byMetric: scores, byField: {}, examples, errors: 0, passed: undefined, failing: [] },
    ...{ model: scoredBy, evaluatedAt, stale: isOtherModel ? ['model'] : [] },
  }
}

function describeJob(state: SkillState): KnownJob | undefined {
  const job = openJob(state)
  if (job === undefined) return undefined
  const result = unappliedResult(job)
  const unfinished = job.state === 'queued' ? 'queued' : 'running'
  return {
    id: job.id,
    kind: job.kind,
    state: result !== undefined ? 'unapplied' : job.interrupted ? 'interrupted' : unfinished,
    percent: job.progress?.percent ?? 0,
    phase: job.progress?.phase ?? job.state,
    calls: job.progress?.calls ?? 0,
    bestScore: job.progress?.best_score,
    evidence: result?.evidence,
    improvement: result?.improvement,
    reason: result?.reason,
  }
}
