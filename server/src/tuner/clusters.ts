/** Clusters of failures: which field lost points, and what is wrong with the values. */
import type { ExampleOutcome } from '../evaluation/evaluate.ts'
import { lostPoints } from '../evaluation/report.ts'
import type { Example } from '../examples/example.ts'
import type { MetricSpec, Signature } from '../signature/signature.ts'

export interface Failing {
  readonly example: Example
  readonly outcome: ExampleOutcome
  /** The output that lost most; `undefined` where only metrics without a field took points. */
  readonly field: string | undefined
  /** Metrics that took points on that field, largest loss first. */
  readonly metrics: readonly string[]
  readonly kind: FailureKind
}

/** Failures of one field and one kind. */
export interface Cluster {
  readonly field: string | undefined
  readonly kind: FailureKind
  readonly failing: readonly Failing[]
}

export const failureKinds = {
  missing: 'have no value',
  case: 'differ only in upper and lower case',
  punctuation: 'differ only in punctuation or white space',
  number: 'are the right number in another form',
  date: 'give the date in another form',
  surrounded: 'hold the expected text with more around it',
  longer: 'are longer than expected',
  shorter: 'are shorter than expected',
  moreItems: 'have more items than expected',
  fewerItems: 'have fewer items than expected',
  other: 'are another value',
} as const

export type FailureKind = keyof typeof failureKinds

/** Failures in clusters, largest first; within one, in the order of the examples. */
export function clusterFailures(
  signature: Signature,
  examples: readonly Example[],
  outcomes: ReadonlyMap<string, ExampleOutcome>,
): readonly Cluster[] {
  const clusters = new Map<string, Failing[]>()
  for (const example of examples) {
    const outcome = outcomes.get(example.id)
    if (outcome === undefined || !lostPoints(outcome)) continue
    const failing = classify(signature, example, outcome)
    const key = `${failing.kind} ${failing.field ?? ''}`
    const cluster = clusters.get(key)
    if (cluster === undefined) clusters.set(key, [failing])
    else cluster.push(failing)
  }
  return [...clusters.values()]
    .flatMap(failing => (failing[0] === undefined ? [] : [{ field: failing[0].field, kind: failing[0].kind, failing }]))
    .sort((a, b) => b.failing.length - a.failing.length)
}

function classify(signature: Signature, example: Example, outcome: ExampleOutcome): Failing {
  const losses = signature.metrics
    .map(metric => ({ metric, loss: metricLoss(metric, outcome) }))
    .filter(({ loss }) => loss > 1e-9)
    .sort((a, b) => b.loss - a.loss)
  const byField = new Map<string | undefined, number>()
  for (const { metric, loss } of losses) byField.set(metric.field, (byField.get(metric.field) ?? 0) + loss)
  const [worst] = [...byField].sort((a, b) => b[1] - a[1])
  const field = worst?.[0]
  return {
    example,
    outcome,
    field,
    metrics: losses.filter(({ metric }) => metric.field === field).map(({ metric }) => metric.name),
    kind: field === undefined ? 'other' : kindOf(own(example.values, field), own(outcome.prediction ?? {}, field)),
  }
}

/** Weighted points that a metric took. */
export function metricLoss(metric: MetricSpec, outcome: ExampleOutcome): number {
  const score = own(outcome.scores, metric.name)?.score
  return score === undefined ? 0 : metric.weight * (1 - score)
}

function kindOf(expected: unknown, got: unknown): FailureKind {
  if (got === undefined || got === null || got === '') return 'missing'
  if (Array.isArray(expected) && Array.isArray(got) && expected.length !== got.length) {
    return got.length > expected.length ? 'moreItems' : 'fewerItems'
  }
  if (typeof expected !== 'string' || typeof got !== 'string') return 'other'
  const [a, b] = [expected.trim(), got.trim()]
  if (a.toLowerCase() === b.toLowerCase()) return 'case'
  if (bare(a) === bare(b)) return 'punctuation'
  if (isNumber(a) && numberIn(b) === Number(a)) return 'number'
  const year = /\d{4}/.exec(a)?.[0]
  if (year !== undefined && /\d{1,2}[-/. ]/.test(a) && a.length <= 20 && b.includes(year)) return 'date'
  if (a !== '' && b.toLowerCase().includes(a.toLowerCase())) return 'surrounded'
  const [short, long] = [wordCount(a), wordCount(b)]
  if (long > 2 * short && long > short + 2) return 'longer'
  return short > 2 * long && short > long + 2 ? 'shorter' : 'other'
}

function bare(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '')
}

function isNumber(text: string): boolean {
  return /^-?\d+(\.\d+)?$/.test(text)
}

/** The number a text holds once units and separators are gone. */
function numberIn(text: string): number {
  const digits = text.replace(/[^\d.-]/g, '')
  return digits === '' ? Number.NaN : Number(digits)
}

function wordCount(text: string): number {
  return text === '' ? 0 : text.split(/\s+/u).length
}

function own<T>(values: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined
}
