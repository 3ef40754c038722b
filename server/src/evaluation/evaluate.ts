/** Evaluation: runs a signature over examples on one pool and scores what comes back. */
import type { Failure } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import type { Pool } from '../base/pool.ts'
import type { Result } from '../base/result.ts'
import type { Example } from '../examples/example.ts'
import type { Metric, MetricScore } from '../metrics/metric.ts'
import { scoreExample } from '../metrics/metrics.ts'
import type { ModelReply, ModelRequest } from '../model/model.ts'
import { type PromptField, taskMessages } from '../model/prompt.ts'
import type { Field, Signature, Values } from '../signature/signature.ts'
import { coerceValue, describeType, objectSchemaOf } from '../signature/types.ts'

/** What became of one example. An `error` is not a failure: it is left out of every score and reported. */
export interface ExampleOutcome {
  readonly id: string
  /** `_weight` of the example. */
  readonly weight: number
  readonly prediction: Values | undefined
  /** By metric name; empty after an error. */
  readonly scores: Readonly<Record<string, MetricScore>>
  /** Weighted mean of the metrics, in 0..1; 0 after an error. */
  readonly score: number
  readonly error: Failure | undefined
}

export interface Evaluation {
  /** Weighted mean over examples without error, in 0..1; `undefined` when there is none. */
  readonly score: number | undefined
  readonly scoreByMetric: Readonly<Record<string, number>>
  /** By output field: the mean over the metrics that read it. */
  readonly scoreByField: Readonly<Record<string, number>>
  /** In the order of the examples given. */
  readonly outcomes: readonly ExampleOutcome[]
  readonly errors: number
}

/** A model call whose retries are over; `signal` abandons it. */
export type Call = (request: ModelRequest, signal: AbortSignal) => Promise<Result<ModelReply, Failure>>

/** What every example of one evaluation shares. */
export interface EvaluationContext {
  readonly signature: Signature
  readonly metrics: readonly Metric[]
  readonly call: Call
  readonly signal: AbortSignal
  readonly model: string
  readonly parameters: { readonly [name: string]: Json }
}

/**
 * Asks the model once and scores its answer. An output that does not fit its type is a failure of the signature
 * and scores badly; a call that failed, or a metric that could not run, is an error.
 */
export async function evaluateExample(
  context: EvaluationContext & { readonly example: Example },
): Promise<ExampleOutcome> {
  const { example, metrics, signal } = context
  const base = { id: example.id, weight: example.weight }
  const reply = await context.call(taskRequest(context), signal)
  if (!reply.ok) return { ...base, prediction: undefined, scores: {}, score: 0, error: reply.error }
  const prediction = readPrediction(context.signature.outputs, reply.value.value)
  const scored = await scoreExample(metrics, example.values, prediction, signal)
  if (!scored.ok) return { ...base, prediction, scores: {}, score: 0, error: scored.error }
  return { ...base, prediction, scores: scored.value.scores, score: scored.value.score, error: undefined }
}

/** Evaluates every example, as many at a time as the pool allows, and tells of each as it ends. */
export async function evaluate(
  context: EvaluationContext & {
    readonly examples: readonly Example[]
    readonly pool: Pool
    readonly onOutcome?: (outcome: ExampleOutcome) => void
  },
): Promise<Evaluation> {
  const { examples, pool, onOutcome, signal } = context
  const outcomes = await Promise.all(
    examples.map(async example => {
      const outcome = await pool.run(() => evaluateExample({ ...context, example }), signal)
      onOutcome?.(outcome)
      return outcome
    }),
  )
  return summarise(outcomes, context.signature)
}

/** Means over the outcomes without error. */
export function summarise(outcomes: readonly ExampleOutcome[], signature: Signature): Evaluation {
  const scored = outcomes.filter(outcome => outcome.error === undefined)
  const byMetric = new Map<string, number>()
  for (const { name } of signature.metrics) {
    const mean = weightedMean(
      scored.flatMap(({ scores, weight }) => {
        const score = Object.hasOwn(scores, name) ? scores[name]?.score : undefined
        return score === undefined ? [] : [{ value: score, weight }]
      }),
    )
    if (mean !== undefined) byMetric.set(name, mean)
  }
  const byField = new Map<string, number>()
  for (const { name } of signature.outputs) {
    const mean = weightedMean(
      signature.metrics.flatMap(metric => {
        const value = byMetric.get(metric.name)
        return metric.field !== name || value === undefined ? [] : [{ value, weight: metric.weight }]
      }),
    )
    if (mean !== undefined) byField.set(name, mean)
  }
  return {
    score: weightedMean(scored.map(({ score, weight }) => ({ value: score, weight }))),
    scoreByMetric: Object.fromEntries(byMetric),
    scoreByField: Object.fromEntries(byField),
    outcomes,
    errors: outcomes.length - scored.length,
  }
}

function taskRequest(context: EvaluationContext & { readonly example: Example }): ModelRequest {
  const { signature, example } = context
  return {
    purpose: 'task',
    model: context.model,
    messages: taskMessages({
      instructions: signature.instructions,
      inputs: signature.inputs.map(promptField),
      outputs: signature.outputs.map(promptField),
      values: example.values,
    }),
    reply: { name: signature.name.slice(0, 64), schema: objectSchemaOf(signature.outputs) },
    parameters: context.parameters,
    repeat: 0,
  }
}

function promptField(field: Field): PromptField {
  return { name: field.name, type: describeType(field.type), desc: field.desc, constraints: field.constraints }
}

/** The outputs the reply holds, each as its type wants it where that is possible. */
function readPrediction(outputs: readonly Field[], reply: Readonly<Record<string, unknown>>): Values {
  return Object.fromEntries(
    outputs.flatMap(({ name, type }) => {
      if (!Object.hasOwn(reply, name)) return []
      const value = coerceValue(type, reply[name])
      return [[name, value.ok ? value.value : reply[name]]]
    }),
  )
}

/** `undefined` without items. */
export function weightedMean(
  items: readonly { readonly value: number; readonly weight: number }[],
): number | undefined {
  let sum = 0
  let weights = 0
  for (const { value, weight } of items) {
    sum += value * weight
    weights += weight
  }
  return weights === 0 ? undefined : sum / weights
}
