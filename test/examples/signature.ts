/** Signatures for the tests of examples. */
import type { Field, MetricSpec, Signature } from '../../server/src/signature/signature.ts'
import type { FieldType } from '../../server/src/signature/types.ts'

export function field(name: string, type: FieldType = { kind: 'str' }): Field {
  return { name, type, desc: '', constraints: [] }
}

export function exactMatch(name: string): MetricSpec {
  return { name: `${name}_match`, kind: 'exact_match', field: name, weight: 1, options: {} }
}

export function signatureOf(
  inputs: readonly Field[],
  outputs: readonly Field[],
  metrics: readonly MetricSpec[],
): Signature {
  const rest = { skillId: undefined, instructions: '', threshold: 0.75, examples: undefined }
  return { name: 'Answer', inputs, outputs, metrics, ...rest }
}

/** One text input, one text output that a metric compares, one free whole number. */
export const answering = signatureOf(
  [field('question')],
  [field('answer'), field('count', { kind: 'int' })],
  [exactMatch('answer')],
)
