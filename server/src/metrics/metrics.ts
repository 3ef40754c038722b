/** Makes the metrics of a signature, and scores one prediction with them. */
import type { z } from 'zod'
import { failure } from '../base/errors.ts'
import { fail, ok, type Result } from '../base/result.ts'
import { goldFieldOf } from '../signature/gold.ts'
import type { Field, MetricKind, MetricSpec, Signature, Values } from '../signature/signature.ts'
import { contains, containsOptions } from './contains.ts'
import { exactMatch, exactMatchOptions } from './exactMatch.ts'
import { f1, f1Options } from './f1.ts'
import { jsonMatch, jsonMatchOptions } from './jsonMatch.ts'
import { length, lengthOptions } from './length.ts'
import { llmJudge, llmJudgeOptions } from './llmJudge.ts'
import type { CreateMetrics, Metric, MetricPorts, MetricScore } from './metric.ts'
import { numeric, numericOptions } from './numeric.ts'
import { regex, regexOptions } from './regex.ts'
import { right, type Scorer } from './scorer.ts'
import { script, scriptOptions } from './script.ts'
import { setF1, setF1Options } from './setF1.ts'
import { similarity, similarityOptions } from './similarity.ts'
import { shown } from './wording.ts'

export const createMetrics: CreateMetrics = (signature, ports) => {
  const metrics: Metric[] = []
  for (const spec of signature.metrics) {
    const metric = createMetric(spec, signature, ports)
    if (!metric.ok) return metric
    metrics.push(metric.value)
  }
  return ok(metrics)
}

export interface ExampleScore {
  readonly scores: Readonly<Record<string, MetricScore>>
  /** Mean weighted by the metrics' weights, in 0..1. */
  readonly score: number
}

/** Calls that scoring one example takes at most: the task call, and one for each judge. */
export function callsPerExample(metrics: readonly Pick<MetricSpec, 'kind'>[]): number {
  return 1 + metrics.filter(({ kind }) => kind === 'llm_judge').length
}

/** The most calls that scoring so many examples takes. */
export function scoringCalls(metrics: readonly Pick<MetricSpec, 'kind'>[], examples: number): number {
  return callsPerExample(metrics) * examples
}

/**
 * Scores a prediction with every metric, one after another: an example holds one place in the pool, so its judges
 * must not call side by side. The first metric that could not run is the failure.
 */
export async function scoreExample(
  metrics: readonly Metric[],
  example: Values,
  prediction: Values,
  signal: AbortSignal,
): Promise<Result<ExampleScore>> {
  if (metrics.length === 0) return fail(failure('metrics_missing', 'The signature has no metrics to score with.'))
  const scores: Array<readonly [string, MetricScore]> = []
  let sum = 0
  let weights = 0
  for (const metric of metrics) {
    const result = await metric.score(example, prediction, signal)
    if (!result.ok) return result
    scores.push([metric.spec.name, result.value])
    sum += metric.spec.weight * result.value.score
    weights += metric.spec.weight
  }
  return ok({ scores: Object.fromEntries(scores), score: Math.min(1, sum / weights) })
}

/** What the options of a kind may be. */
export function metricOptionsOf(kind: MetricKind): z.ZodType {
  return kinds[kind].options
}

type Score = Metric['score']

interface Making {
  readonly spec: MetricSpec
  readonly signature: Signature
  readonly ports: MetricPorts
}

interface Kind {
  readonly options: z.ZodType
  make(making: Making): Result<Score>
}

const kinds: Readonly<Record<MetricKind, Kind>> = {
  exact_match: kind(exactMatchOptions, (options, { spec }) => compared(spec, exactMatch(options))),
  f1: kind(f1Options, (_, { spec }) => compared(spec, f1())),
  contains: kind(containsOptions, (options, { spec }) => compared(spec, contains(options))),
  numeric: kind(numericOptions, (options, { spec }) => compared(spec, numeric(options))),
  similarity: kind(similarityOptions, (_, { spec }) => compared(spec, similarity())),
  set_f1: kind(setF1Options, (_, { spec }) => compared(spec, setF1())),
  json_match: kind(jsonMatchOptions, (_, { spec }) => compared(spec, jsonMatch())),
  length: kind(lengthOptions, (options, { spec }) => {
    const score = length(options)
    return predicted(spec, got => ok(score(got)))
  }),
  regex: kind(regexOptions, (options, { spec, ports }) =>
    predicted(spec, (got, signal) => regex(options, ports.sandbox, got, signal)),
  ),
  llm_judge: kind(llmJudgeOptions, ({ rubric }, { spec, signature, ports }) => {
    const outputs = signature.outputs.filter(output => spec.field === undefined || output.name === spec.field)
    return ok((example, prediction, signal) => {
      if (spec.field !== undefined && isMissing(prediction[spec.field])) return ok(missing(spec.field))
      const expected = pick(outputs, example)
      const judged = {
        inputs: pick(signature.inputs, example),
        expected: Object.keys(expected).length === 0 ? undefined : expected,
        prediction: pick(outputs, prediction),
      }
      return llmJudge(rubric, ports.judge, judged, signal)
    })
  }),
  script: kind(scriptOptions, ({ path }, { ports }) => {
    const resolved = ports.resolvePath(path)
    if (!resolved.ok) return resolved
    return ok((example, prediction, signal) => script(resolved.value, ports.sandbox, example, prediction, signal))
  }),
}

function createMetric(spec: MetricSpec, signature: Signature, ports: MetricPorts): Result<Metric> {
  const score = kinds[spec.kind].make({ spec, signature, ports })
  if (!score.ok) return score
  const gold = goldFieldOf(spec)
  return ok({ spec, goldFields: gold === undefined ? [] : [gold], score: score.value })
}

function kind<S extends z.ZodType>(options: S, make: (options: z.output<S>, making: Making) => Result<Score>): Kind {
  return {
    options,
    make(making) {
      const { spec } = making
      const parsed = options.safeParse(spec.options)
      if (parsed.success) return make(parsed.data, making)
      const [issue] = parsed.error.issues
      const where = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `
      return invalid(spec, `${where}${issue?.message ?? 'the options are wrong'}`)
    },
  }
}

/** A metric that compares the gold value of its field with the predicted one. */
function compared(spec: MetricSpec, scorer: Scorer): Result<Score> {
  const { field } = spec
  if (field === undefined) return invalid(spec, 'it needs a field')
  return ok((example, prediction) => {
    const [gold, got] = [example[field], prediction[field]]
    if (isMissing(gold) && isMissing(got)) return ok(right)
    if (isMissing(gold)) return ok({ score: 0, feedback: `Expected no value, got ${shown(got)}.` })
    return ok(isMissing(got) ? missing(field, gold) : scorer(gold, got))
  })
}

/** A metric that looks at the predicted value of its field alone. */
function predicted(spec: MetricSpec, score: (got: unknown, signal: AbortSignal) => ReturnType<Score>): Result<Score> {
  const { field } = spec
  if (field === undefined) return invalid(spec, 'it needs a field')
  return ok((_, prediction, signal) => {
    const got = prediction[field]
    return isMissing(got) ? ok(missing(field)) : score(got, signal)
  })
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null
}

function missing(field: string, gold?: unknown): MetricScore {
  const expected = gold === undefined ? '' : `Expected ${shown(gold)}, but `
  return { score: 0, feedback: `${expected}${gold === undefined ? 'The' : 'the'} reply has no value for ${field}.` }
}

function pick(fields: readonly Field[], values: Values): Values {
  return Object.fromEntries(fields.flatMap(({ name }) => (values[name] === undefined ? [] : [[name, values[name]]])))
}

function invalid(spec: MetricSpec, why: string): Result<never> {
  return fail(failure('signature_invalid', `Metric ${spec.name} (${spec.kind}): ${why}.`))
}
