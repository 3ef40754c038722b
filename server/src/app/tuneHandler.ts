/** A tune job: runs the tuner over the ledger and keeps what is needed to show and apply its result. */
import type { Failure } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import { ok, type Result } from '../base/result.ts'
import { embeddedModel } from '../model/model.ts'
import { withChanges } from '../signature/compare.ts'
import type { Signature } from '../signature/signature.ts'
import type { CandidateReport, TuneOutcome } from '../tuner/result.ts'
import { tune } from '../tuner/tune.ts'
import type { Work } from './jobHandlers.ts'
import { callFigures } from './ledgerModel.ts'
import { recordEvaluation } from './recordEvaluation.ts'
import type { StoredTune } from './storedTune.ts'

export async function tuneSkill(work: Work): Promise<Result<Json, Failure>> {
  const { snapshot, signature, model, ledger } = work
  const tuned = await tune(
    {
      signature,
      examples: snapshot.examples,
      seed: snapshot.seed,
      width: snapshot.width,
      force: snapshot.options.force,
      minImprovement: snapshot.options.minImprovement,
      budget: snapshot.budget,
      model: snapshot.model,
      reflectionModel: snapshot.reflectionModel,
      parameters: snapshot.parameters,
    },
    {
      call: model.call,
      metrics: work.metrics,
      pool: work.pool,
      signal: work.signal,
      progress: work.progress,
      record: ledger.record,
      elapsed: work.budget.elapsed,
      spending: model.spending,
    },
  )
  if (!tuned.ok) return tuned
  const outcome = tuned.value
  recordScores(work, signature, outcome)
  return ok({ ...storedTune(outcome, work), ...callFigures(ledger, model) } as unknown as Json)
}

/** Both signatures' scores, so that the text before and after applying has one. */
function recordScores(work: Work, signature: Signature, outcome: TuneOutcome): void {
  const { scoreByMetric, scoreByField, unscored, failing } = outcome
  const keep = (scored: Signature, score: number, which: 'old' | 'new') =>
    recordEvaluation(work, scored, {
      score,
      scoreByMetric: scoreByMetric[which] ?? {},
      scoreByField: scoreByField[which] ?? {},
      errors: unscored[which] ?? 0,
      failing: failing[which] ?? [],
    })
  keep(signature, outcome.old_score, 'old')
  if (outcome.new_score !== undefined && outcome.changes.length > 0) {
    keep(withChanges(signature, outcome.changes), outcome.new_score, 'new')
  }
}

function storedTune(outcome: TuneOutcome, work: Work): StoredTune {
  const { snapshot } = work
  return {
    tuned: outcome.tuned,
    old_score: outcome.old_score,
    ...(outcome.new_score !== undefined && { new_score: outcome.new_score }),
    ...(outcome.improvement !== undefined && { improvement: outcome.improvement }),
    changes: [...outcome.changeSentences],
    reason: outcome.reason,
    ...(outcome.evidence !== undefined && { evidence: outcome.evidence }),
    ...(outcome.holdout !== undefined && { holdout: outcome.holdout }),
    ...(outcome.reasoning !== undefined && { reasoning: outcome.reasoning }),
    ...(outcome.stopReason !== undefined && { stop_reason: outcome.stopReason }),
    ...(outcome.preflight !== undefined && { preflight: outcome.preflight }),
    model: snapshot.model,
    reflection_model: snapshot.reflectionModel,
    demo: snapshot.model === embeddedModel || snapshot.reflectionModel === embeddedModel,
    scores: { ...outcome.scoreByMetric.old },
    ...(outcome.scoreByMetric.new && { new_scores: { ...outcome.scoreByMetric.new } }),
    examples: outcome.examples.scored,
    ...(outcome.examples.scored < outcome.examples.given && { of_examples: outcome.examples.given }),
    ...(outcome.passed !== undefined && { passed: outcome.passed.old }),
    ...(outcome.passed?.new !== undefined && { new_passed: outcome.passed.new }),
    errors: outcome.errors.map(error => ({ ...error })),
    candidates: outcome.candidates.map(viewCandidate),
    ...(outcome.best !== undefined && { best: String(outcome.best) }),
    decision_digest: outcome.decisionDigest,
    typed_changes: [...outcome.changes],
    provenance: outcome.provenance.map(entry => ({ ...entry, examples: [...entry.examples] })),
  }
}

function viewCandidate(candidate: CandidateReport) {
  return {
    id: String(candidate.id),
    ...(candidate.parent !== undefined && { parent: String(candidate.parent) }),
    origin: candidate.origin,
    changes: [...candidate.changeSentences],
    ...(candidate.searchScore !== undefined && { search_score: candidate.searchScore }),
    decision: candidate.decision,
  }
}
