/** Failure analysis: the text a reflection model reads to see where the current signature goes wrong. */
import type { ExampleOutcome } from '../evaluation/evaluate.ts'
import type { Example } from '../examples/example.ts'
import type { Signature } from '../signature/signature.ts'
import { meanScore } from './candidate.ts'
import { type Cluster, clusterFailures, failureKinds } from './clusters.ts'
import { formatScore } from './figures.ts'

export interface AnalysisInput {
  readonly signature: Signature
  /** Everything read of train, for the counts. */
  readonly read: readonly Example[]
  readonly outcomes: ReadonlyMap<string, ExampleOutcome>
  /** Examples shown, failing ones and right ones. */
  readonly shown: readonly Example[]
  readonly rejected: readonly Rejected[]
  /** Texts that the signature to improve has, but these answers were given without. */
  readonly untried?: readonly string[]
  /** Ids of those that only the first wording answered. */
  readonly stale?: ReadonlySet<string>
  /** The output that this reflection is about; others are about the rest. */
  readonly focus?: string
}

/** A proposal that did not earn its place. */
export interface Rejected {
  readonly changeSentences: readonly string[]
  readonly score: number
  readonly parentScore: number
}

export function failureAnalysis(input: AnalysisInput): string {
  const { signature, read, outcomes, shown } = input
  const shownIds = new Set(shown.map(({ id }) => id))
  const fresh = read.filter(({ id }) => !input.stale?.has(id))
  const scored = read.filter(({ id }) => outcomes.get(id)?.error === undefined && outcomes.has(id))
  const cap = valueCap(signature, shown.length)
  const sections = [
    `Score of the current signature on these examples: ${formatScore(meanScore(fresh, outcomes))} (threshold ${signature.threshold}).`,
    fresh.length === read.length
      ? ''
      : 'Examples marked "first wording" were answered before the signature was changed.',
    input.focus === undefined ? '' : `Find out first what output ${input.focus} lacks.`,
    untriedSection(input.untried ?? []),
    ...byField(clusterFailures(signature, read, outcomes)).map(clusters =>
      fieldSection(input, clusters, scored.length, shownIds, cap),
    ),
    rightSection(input, cap),
    rejectedSection(input.rejected),
  ]
  // No value, id or wording can close the tag that holds the analysis; in JSON the escape means the same.
  const text = sections.filter(section => section !== '').join('\n\n')
  return text.replaceAll('<', '\\u003c')
}

/** The clusters of each field together, the field with most failures first. */
function byField(clusters: readonly Cluster[]): readonly (readonly Cluster[])[] {
  const fields = Map.groupBy(clusters, cluster => cluster.field)
  return [...fields.values()].sort((a, b) => countFailing(b) - countFailing(a))
}

function fieldSection(
  input: AnalysisInput,
  clusters: readonly Cluster[],
  total: number,
  shownIds: ReadonlySet<string>,
  cap: number,
): string {
  const failing = clusters.flatMap(cluster => cluster.failing)
  const field = clusters[0]?.field
  const metrics = [...new Set(failing.flatMap(item => item.metrics))].join(', ')
  const shared = clusters.map(({ kind, failing: members }) => `${members.length} ${failureKinds[kind]}`).join(', ')
  return [
    `## ${field === undefined ? 'Whole reply' : `Field ${field}`}: ${failing.length} of ${total} examples lost points (${metrics})`,
    `What they share: of the ${failing.length} values, ${shared}.`,
    ...failing
      .filter(({ example }) => shownIds.has(example.id))
      .map(item => `\n${exampleLines(input, item.example, item.outcome, cap)}`),
  ].join('\n')
}

function rightSection(input: AnalysisInput, cap: number): string {
  const right = input.shown.flatMap(example => {
    const outcome = input.outcomes.get(example.id)
    return outcome === undefined || outcome.error !== undefined || outcome.score < 1 - 1e-9
      ? []
      : [`\n${exampleLines(input, example, outcome, cap)}`]
  })
  return right.length === 0 ? '' : ['## Examples that were right', ...right].join('\n')
}

function exampleLines(
  { signature, stale }: AnalysisInput,
  example: Example,
  outcome: ExampleOutcome,
  cap: number,
): string {
  const { values } = example
  const prediction = outcome.prediction ?? {}
  const lines = [`### Example ${example.id.replace(/\s+/gu, ' ')}${stale?.has(example.id) ? ' (first wording)' : ''}`]
  for (const { name } of signature.inputs) {
    if (Object.hasOwn(values, name)) lines.push(`- input ${name}: ${line(values[name], cap)}`)
  }
  for (const { name } of signature.outputs) {
    if (Object.hasOwn(values, name)) lines.push(`- expected ${name}: ${line(values[name], cap)}`)
    lines.push(`- got ${name}: ${Object.hasOwn(prediction, name) ? line(prediction[name], cap) : 'null'}`)
  }
  for (const [name, { score, feedback }] of Object.entries(outcome.scores)) {
    if (score < 1 - 1e-9) lines.push(`- feedback ${name} ${formatScore(score)}: ${line(feedback, cap)}`)
  }
  return lines.join('\n')
}

function untriedSection(untried: readonly string[]): string {
  if (untried.length === 0) return ''
  return ['These texts were added after the answers below:', ...untried.map(text => `- ${oneLine(text)}`)].join('\n')
}

function rejectedSection(rejected: readonly Rejected[]): string {
  if (rejected.length === 0) return ''
  const lines = rejected
    .slice(-maxRejected)
    .map(
      ({ changeSentences, score, parentScore }) =>
        `- ${oneLine(changeSentences.join('; '))} (score ${formatScore(score)}, was ${formatScore(parentScore)})`,
    )
  return ['## Rejected proposals (do not repeat)', ...lines].join('\n')
}

function oneLine(text: string): string {
  return text.replace(/\s+/gu, ' ').slice(0, 600)
}

const maxRejected = 10
const maxValue = 2000
/** Characters of values in one analysis, so that many long examples do not overflow a model's window. */
const maxAnalysis = 60_000

function valueCap(signature: Signature, examples: number): number {
  const values = Math.max(1, examples * (signature.inputs.length + 2 * signature.outputs.length))
  return Math.max(200, Math.min(maxValue, Math.floor(maxAnalysis / values)))
}

/** A value as JSON on one line, cut with an ellipsis when long. */
function line(value: unknown, cap: number): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value === undefined ? null : value)
  const whole = typeof value === 'string' ? JSON.stringify(value) : text
  const json = text.length <= cap ? whole : JSON.stringify(`${text.slice(0, cap).replace(/[\ud800-\udbff]$/, '')}…`)
  return json.replace(/\u2028/g, '\\u2028').replace(/\u2029/g, '\\u2029')
}

function countFailing(clusters: readonly Cluster[]): number {
  return clusters.reduce((sum, { failing }) => sum + failing.length, 0)
}
