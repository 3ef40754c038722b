/** Small signatures, examples and outcomes for tests of evaluation and tuning. */
import type { ExampleOutcome } from '../../server/src/evaluation/evaluate.ts'
import type { Example } from '../../server/src/examples/example.ts'
import type { Field, Signature, Values } from '../../server/src/signature/signature.ts'

const str = { kind: 'str' } as const

export function textField(name: string, constraints: readonly string[] = [], desc = ''): Field {
  return { name, type: str, desc, constraints }
}

/** Input `context`, output `answer`, one exact match. */
export function plainSignature(overrides: Partial<Signature> = {}): Signature {
  return {
    skillId: undefined,
    name: 'Answer',
    instructions: 'Answer the question.',
    inputs: [textField('context')],
    outputs: [textField('answer')],
    metrics: [{ name: 'answer_match', kind: 'exact_match', field: 'answer', weight: 1, options: {} }],
    threshold: 0.75,
    examples: undefined,
    ...overrides,
  }
}

export function exampleOf(id: string, values: Values, weight = 1): Example {
  return { id, values, weight, line: 1 }
}

/** The outcome of one exact match on `answer`. */
export function outcomeOf(example: Example, prediction: Values, score?: number): ExampleOutcome {
  const reached = score ?? (prediction.answer === example.values.answer ? 1 : 0)
  const feedback = reached === 1 ? 'Right.' : `Expected ${String(example.values.answer)}.`
  const scores = { answer_match: { score: reached, feedback } }
  return { id: example.id, weight: example.weight, prediction, scores, score: reached, error: undefined }
}

export function errorOf(example: Example): ExampleOutcome {
  const error = { code: 'timed_out', message: 'No reply within 60 s.' } as const
  return { id: example.id, weight: example.weight, prediction: undefined, scores: {}, score: 0, error }
}

export function byId(outcomes: readonly ExampleOutcome[]): ReadonlyMap<string, ExampleOutcome> {
  return new Map(outcomes.map(outcome => [outcome.id, outcome]))
}
