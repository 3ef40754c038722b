/** An evaluate job: every example once, the scores kept for hints and hovers. */
import { type Failure, failure } from '../base/errors.ts'
import { sha256 } from '../base/hash.ts'
import { canonicalJson, type Json } from '../base/json.ts'
import { fail, ok, type Result } from '../base/result.ts'
import { type Evaluation, evaluate } from '../evaluation/evaluate.ts'
import { failingExamples, groupErrors, lostPoints } from '../evaluation/report.ts'
import type { EvaluationRecord } from '../jobs/store.ts'
import { embeddedModel } from '../model/model.ts'
import { signatureSha256 } from '../signature/compare.ts'
import type { Signature } from '../signature/signature.ts'
import type { Work } from './jobHandlers.ts'
import type { EvaluateResult } from './jobView.ts'
import { callFigures } from './ledgerModel.ts'

export async function evaluateSkill(work: Work): Promise<Result<Json, Failure>> {
  const { snapshot, signature, model, signal } = work
  let done = 0
  let errors = 0
  const evaluation = await evaluate({
    signature,
    metrics: work.metrics,
    call: model.call,
    signal,
    model: snapshot.model,
    parameters: snapshot.parameters,
    examples: snapshot.examples,
    pool: work.pool,
    onOutcome: outcome => {
      done++
      if (outcome.error !== undefined) errors++
      work.progress({
        phase: 'evaluate',
        percent: (100 * done) / snapshot.examples.length,
        calls: done,
        expected_calls: snapshot.examples.length,
        errors,
        ...(model.usage().cost !== undefined && { cost: model.usage().cost }),
      })
    },
  })
  const { score } = evaluation
  if (score === undefined) return fail(noScore(evaluation))
  work.evaluations.record(evaluationRecord(work, signature, { ...evaluation, score }))
  const failing = failingExamples(evaluation, snapshot.examples, signature)
  const failingCount = evaluation.outcomes.filter(lostPoints).length
  const result: EvaluateResult = {
    score,
    scores: evaluation.scoreByMetric,
    scores_by_field: evaluation.scoreByField,
    examples: snapshot.examples.length,
    passed: evaluation.outcomes.length - evaluation.errors - failingCount,
    errors: [...groupErrors(evaluation.outcomes)],
    failing: [...failing],
    failing_count: failingCount,
    model: snapshot.model,
    demo: snapshot.model === embeddedModel,
    ...callFigures(work.ledger, model.usage()),
  }
  return ok(result as unknown as Json)
}

function noScore(evaluation: Evaluation): Failure {
  const [worst] = groupErrors(evaluation.outcomes)
  const why = worst === undefined ? '' : `: ${worst.message}`
  return failure(worst?.code ?? 'job_failed', `No example could be scored${why}`)
}

/** The row that hints and hovers read. */
export function evaluationRecord(
  work: Pick<Work, 'snapshot' | 'jobId' | 'clock'>,
  signature: Signature,
  scored: {
    readonly score: number
    readonly scoreByMetric: EvaluationRecord['scoreByMetric']
    readonly scoreByField: EvaluationRecord['scoreByField']
    readonly outcomes: Evaluation['outcomes']
    readonly errors: number
  },
): EvaluationRecord {
  const { snapshot } = work
  return {
    jobId: work.jobId,
    skillPath: snapshot.skillPath,
    signatureSha256: signatureSha256(signature),
    examplesSha256: snapshot.examplesSha256,
    metricsSha256: sha256(canonicalJson(signature.metrics)),
    model: snapshot.model,
    score: scored.score,
    scoreByMetric: scored.scoreByMetric,
    scoreByField: scored.scoreByField,
    examples: snapshot.examples.length,
    errors: scored.errors,
    failing: failingExamples({ ...scored }, snapshot.examples, signature),
    createdAt: work.clock.now(),
  }
}
