/** An evaluate job: every example once, the scores kept for hints and hovers. */
import { type Failure, failure } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import { fail, ok, type Result } from '../base/result.ts'
import { evaluate } from '../evaluation/evaluate.ts'
import {
  countPassed,
  failingExamples,
  groupErrors,
  keptFailing,
  lostPoints,
  outcomeRow,
  refuseErrors,
} from '../evaluation/report.ts'
import { scoringCalls } from '../metrics/metrics.ts'
import { embeddedModel } from '../model/model.ts'
import type { Work } from './jobHandlers.ts'
import type { EvaluateResult } from './jobView.ts'
import { callFigures, callsOf } from './ledgerModel.ts'
import { recordEvaluation } from './recordEvaluation.ts'

export async function evaluateSkill(work: Work): Promise<Result<Json, Failure>> {
  const { snapshot, signature, model, signal } = work
  const { examples, budget } = snapshot
  const needed = scoringCalls(signature.metrics, examples.length)
  if (needed > budget.maxCalls) {
    const message = `Scoring ${examples.length} examples takes ${needed} calls, but the budget is ${budget.maxCalls}: raise --max-calls to at least ${needed}.`
    return fail(failure('budget_exhausted', message))
  }
  let done = 0
  let errors = 0
  const report = () =>
    work.progress({
      phase: 'evaluate',
      percent: (100 * done) / Math.max(1, examples.length),
      calls: callsOf(model.spending()),
      expected_calls: needed,
      errors,
    })
  report()
  const evaluation = await evaluate({
    signature,
    metrics: work.metrics,
    call: model.call,
    signal,
    model: snapshot.model,
    parameters: snapshot.parameters,
    examples,
    pool: work.pool,
    onOutcome: outcome => {
      done++
      if (outcome.error !== undefined) errors++
      report()
    },
  })
  const { score, scoreByMetric, scoreByField, outcomes } = evaluation
  const spent = outcomes.find(({ error }) => error?.code === 'budget_exhausted')?.error
  const refused = spent ?? refuseErrors(outcomes)
  if (refused !== undefined) return fail(refused)
  if (score === undefined) return fail(failure('examples_missing', 'There are no examples to score with.'))
  const { ofExamples, maxFailing = keptFailing } = snapshot.options
  const failing = failingExamples(evaluation, examples, signature, Math.max(maxFailing, keptFailing))
  if (ofExamples === undefined) {
    const kept = failing.slice(0, keptFailing)
    recordEvaluation(work, signature, { score, scoreByMetric, scoreByField, errors: evaluation.errors, failing: kept })
  }
  const result: EvaluateResult = {
    score,
    scores: scoreByMetric,
    scores_by_field: scoreByField,
    examples: examples.length,
    ...(ofExamples !== undefined && { of_examples: ofExamples }),
    passed: countPassed(evaluation),
    errors: [...groupErrors(outcomes)],
    failing: failing.slice(0, maxFailing),
    failing_count: outcomes.filter(lostPoints).length,
    outcomes: outcomes.map(outcomeRow),
    model: snapshot.model,
    demo: snapshot.model === embeddedModel,
    ...callFigures(work.ledger, model),
  }
  return ok(result as unknown as Json)
}
