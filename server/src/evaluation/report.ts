/** What an evaluation says to a reader: the examples that lost points, and the errors. */
import { type ErrorCode, type Failure, failure } from '../base/errors.ts'
import type { Example } from '../examples/example.ts'
import type { Signature } from '../signature/signature.ts'
import type { Evaluation, ExampleOutcome } from './evaluate.ts'

/** An example that lost points, with what a person needs to see why. */
export interface FailingExample {
  readonly id: string
  readonly line: number
  readonly score: number
  readonly inputs: Readonly<Record<string, unknown>>
  /** The gold outputs the example holds. */
  readonly expected: Readonly<Record<string, unknown>>
  readonly got: Readonly<Record<string, unknown>>
  /** One line for each metric below 1: its name and its sentence. */
  readonly feedback: readonly string[]
}

export interface ErrorGroup {
  readonly code: ErrorCode
  readonly count: number
  /** The message of the first. */
  readonly message: string
}

/** Failing examples that are kept of an evaluation. */
export const keptFailing = 50

/** The examples that lost points, largest weighted loss first; `limit` of them. */
export function failingExamples(
  evaluation: Evaluation,
  examples: readonly Example[],
  signature: Signature,
  limit = keptFailing,
): readonly FailingExample[] {
  const byId = new Map(examples.map(example => [example.id, example]))
  return evaluation.outcomes
    .filter(lostPoints)
    .sort((a, b) => loss(b) - loss(a))
    .slice(0, limit)
    .flatMap(outcome => {
      const example = byId.get(outcome.id)
      return example === undefined ? [] : [describe(outcome, example, signature)]
    })
}

/** What became of an example, in a few bytes. */
export interface OutcomeRow {
  readonly id: string
  /** In 0..1; absent after an error. */
  readonly score?: number | undefined
  /** Code of the error. */
  readonly error?: string | undefined
}

export function outcomeRow({ id, score, error }: ExampleOutcome): OutcomeRow {
  return error === undefined ? { id, score } : { id, error: error.code }
}

/** Scored, and below 1. */
export function lostPoints(outcome: ExampleOutcome): boolean {
  return outcome.error === undefined && outcome.score < 1 - 1e-9
}

/** Examples that lost no points; errors count neither way. */
export function countPassed({ outcomes }: Pick<Evaluation, 'outcomes'>): number {
  return outcomes.filter(outcome => outcome.error === undefined && !lostPoints(outcome)).length
}

/** Errors by code, the most frequent first. */
export function groupErrors(outcomes: Iterable<ExampleOutcome>): readonly ErrorGroup[] {
  const groups = new Map<ErrorCode, { count: number; message: string }>()
  for (const { error } of outcomes) {
    if (error === undefined) continue
    const group = groups.get(error.code)
    if (group === undefined) groups.set(error.code, { count: 1, message: error.message })
    else group.count++
  }
  return [...groups].map(([code, group]) => ({ code, ...group })).sort((a, b) => b.count - a.count)
}

/** Where more examples failed than were scored there is no score to speak of: the most frequent error. */
export function refuseErrors(outcomes: readonly ExampleOutcome[]): Failure | undefined {
  const groups = groupErrors(outcomes)
  const [worst] = groups
  const failed = groups.reduce((sum, { count }) => sum + count, 0)
  if (worst === undefined || failed * 2 <= outcomes.length) return undefined
  const counts = groups.length === 1 ? '' : ` (${groups.map(({ code, count }) => `${count} ${code}`).join(', ')})`
  return failure(worst.code, `${failed} of ${outcomes.length} examples could not be scored${counts}: ${worst.message}`)
}

function loss(outcome: ExampleOutcome): number {
  return outcome.weight * (1 - outcome.score)
}

function describe(outcome: ExampleOutcome, example: Example, signature: Signature): FailingExample {
  return {
    id: outcome.id,
    line: example.line,
    score: outcome.score,
    inputs: pick(example.values, signature.inputs),
    expected: pick(example.values, signature.outputs),
    got: pick(outcome.prediction ?? {}, signature.outputs),
    feedback: Object.entries(outcome.scores)
      .filter(([, { score }]) => score < 1 - 1e-9)
      .map(([name, { feedback }]) => `${name}: ${feedback}`),
  }
}

function pick(values: Readonly<Record<string, unknown>>, fields: readonly { readonly name: string }[]) {
  return Object.fromEntries(fields.flatMap(({ name }) => (Object.hasOwn(values, name) ? [[name, values[name]]] : [])))
}
