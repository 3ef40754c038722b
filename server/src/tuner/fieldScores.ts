/** Scores by some of the metrics: those that read one output. */
import { type ExampleOutcome, weightedMean } from '../evaluation/evaluate.ts'
import type { Example } from '../examples/example.ts'
import type { Field, MetricSpec } from '../signature/signature.ts'
import { type Candidate, pairsOf } from './candidate.ts'
import { type Pair, summarisePairs } from './statistics.ts'

/** Scored by the metrics that read the field, or as a whole where none does; on the examples that both were scored on. */
export function fieldPairs(
  metrics: readonly MetricSpec[],
  { name }: Pick<Field, 'name'>,
  examples: readonly Example[],
  old: Candidate['outcomes'],
  fresh: Candidate['outcomes'],
): readonly Pair[] {
  const readers = metrics.filter(({ field }) => field === name)
  const only = (outcomes: Candidate['outcomes']) =>
    new Map(
      examples.flatMap(({ id }) => {
        const outcome = outcomes.get(id)
        return outcome === undefined ? [] : [[id, { ...outcome, score: scoreBy(readers, outcome) ?? outcome.score }]]
      }),
    )
  return pairsOf(examples, only(old), only(fresh))
}

/** Where no metric reads the field alone, the gain of the whole. */
export function fieldGain(...args: Parameters<typeof fieldPairs>): number {
  return Math.round(summarisePairs(fieldPairs(...args)).gain * 1e9) / 1e9
}

/** Weighted mean of the scores by these metrics; `undefined` where there is none. */
export function scoreBy(metrics: readonly MetricSpec[], { scores }: ExampleOutcome): number | undefined {
  return weightedMean(
    metrics.flatMap(({ name, weight }) => {
      const score = Object.hasOwn(scores, name) ? scores[name]?.score : undefined
      return score === undefined ? [] : [{ value: score, weight }]
    }),
  )
}
