/** What an evaluation says of its examples, as a test run tells it. */
import type { WireEvaluateResult, WireFailing } from '../../../server/src/protocol/client.ts'

export type Verdict =
  | { readonly kind: 'passed' }
  /** Not among the examples that were evaluated. */
  | { readonly kind: 'skipped' }
  /** The model or a metric failed, which says nothing of the signature. */
  | { readonly kind: 'errored'; readonly message: string }
  | {
      readonly kind: 'failed'
      readonly message: string
      /** Texts to compare; absent where the example says nothing of the outputs. */
      readonly compared?: { readonly expected: string; readonly actual: string }
    }

export type EvaluatedPart = Pick<WireEvaluateResult, 'outcomes' | 'failing' | 'errors'>

export function createVerdicts({ outcomes, failing, errors }: EvaluatedPart): (id: string) => Verdict {
  const outcomeOf = new Map(outcomes.map(outcome => [outcome.id, outcome]))
  const failingOf = new Map(failing.map(example => [example.id, example]))
  return id => {
    const outcome = outcomeOf.get(id)
    if (outcome === undefined) return { kind: 'skipped' }
    const { error, score = 0 } = outcome
    if (error !== undefined) {
      return { kind: 'errored', message: errors.find(({ code }) => code === error)?.message ?? error }
    }
    const described = failingOf.get(id)
    if (described !== undefined) return describe(described)
    if (score >= 1 - 1e-9) return { kind: 'passed' }
    const way = `only the ${failing.length} worst answers are kept. Run this example alone to see its answer`
    return { kind: 'failed', message: `Score ${score.toFixed(2)}; ${way}.` }
  }
}

/** Lines for the output of a run, without line ends. */
export function summaryLines(name: string, result: WireEvaluateResult): readonly string[] {
  const { examples, of_examples: all, passed, calls, cost } = result
  const among = all === undefined ? '' : ` (of the ${all} it has: this is not the signature's score)`
  const metrics = Object.entries(result.scores)
  const width = Math.max(0, ...metrics.map(([metric]) => metric.length))
  return [
    `${name}: score ${result.score.toFixed(2)}, ${passed} of ${examples} entirely right${among}`,
    ...metrics.map(([metric, score]) => `  ${metric.padEnd(width)}  ${score.toFixed(2)}`),
    ...result.errors.map(({ count, message }) => `  ${count} could not be scored: ${message}`),
    `  ${calls} calls to ${result.model}${cost === undefined ? '' : `, $${cost.toFixed(4)}`}`,
    ...(result.demo ? ['  The offline demo answered: a real model scores differently.'] : []),
  ]
}

/** A terminal wants both. */
export function withLineEnds(lines: readonly string[]): string {
  return lines
    .flatMap(line => line.split(/\r?\n/))
    .map(line => `${line}\r\n`)
    .join('')
}

function describe({ score, expected, got, feedback }: WireFailing): Verdict {
  const message = [`Score ${score.toFixed(2)}`, ...feedback].join('\n')
  const fields = Object.keys(expected)
  if (fields.length === 0) return { kind: 'failed', message: `${message}\nThe answer was:\n${readable(got)}` }
  const [only] = fields
  if (fields.length === 1 && only !== undefined) {
    return { kind: 'failed', message, compared: { expected: text(expected[only]), actual: text(memberOf(got, only)) } }
  }
  const actual = Object.fromEntries(fields.map(field => [field, memberOf(got, field)]))
  return { kind: 'failed', message, compared: { expected: readable(expected), actual: readable(actual) } }
}

/** One line for each field, long values below their name. */
function readable(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .map(([field, value]) => {
      const shown = text(value)
      return shown.includes('\n') ? `${field}:\n${shown}` : `${field}: ${shown}`
    })
    .join('\n')
}

function text(value: unknown): string {
  if (value === undefined) return '(nothing)'
  return typeof value === 'string' ? value : JSON.stringify(value, undefined, 2)
}

function memberOf(values: Readonly<Record<string, unknown>>, field: string): unknown {
  return Object.hasOwn(values, field) ? values[field] : undefined
}
