/** Arbitrary signatures, with texts that YAML finds hard. */
import fc from 'fast-check'
import type { Field, Signature, SignatureChange } from '../../server/src/signature/signature.ts'
import type { FieldType } from '../../server/src/signature/types.ts'

const hardPieces = [
  ...[
    'a',
    'word',
    ': ',
    ':',
    '#',
    ' #',
    '- ',
    '-',
    '"',
    "'",
    '\n',
    '\n\n',
    ' ',
    '  ',
    '\t',
    ',',
    '[',
    ']',
    '{',
    '}',
    '? ',
  ],
  ...['*', '&', '!', '|', '>', '%', '@', '`', '\\', '\\n', '~', 'null', 'true', '12', '0x1', '---', '...', '<<', '='],
  ...['é', 'e\u0301', '😀', '\u2028', '\u0085', '\u00a0', '\ufeff', '\u0007', '\ud800', '日本', '\r\n', '\r'],
]

/** Text that is not blank. */
export const hardText = fc
  .oneof(
    fc.array(fc.constantFrom(...hardPieces), { minLength: 1, maxLength: 8 }).map(pieces => pieces.join('')),
    fc.string({ minLength: 1, maxLength: 20, unit: 'binary' }),
    fc.constantFrom('x'.repeat(300), `${'many words '.repeat(30)}end`, 'Line one.\nLine two.\n\n  - indented\n'),
  )
  .map(text => (text.trim() === '' ? 'text' : text))

const name = fc.constantFrom('context', 'question', 'answer', 'level', 'match', 'type', 'y', 'naïve')
const types: readonly FieldType[] = [
  { kind: 'str' },
  { kind: 'literal', values: ['a, b', "it's", 'x"y', 3, true] },
  { kind: 'list', item: { kind: 'optional', item: { kind: 'date' } } },
  { kind: 'object', fields: [{ name: 'inner', type: { kind: 'int' }, desc: 'In: side' }] },
]
const field = (fieldName: string): fc.Arbitrary<Field> =>
  fc.record({
    name: fc.constant(fieldName),
    type: fc.constantFrom(...types),
    desc: fc.oneof(fc.constant(''), hardText),
    constraints: fc.array(hardText, { maxLength: 3 }),
  })

export const anySignature: fc.Arbitrary<Signature> = fc
  .uniqueArray(name, { minLength: 2, maxLength: 5 })
  .chain(names => fc.tuple(...names.map(field)))
  .chain(fields => {
    const [inputs, outputs] = [fields.slice(0, 1), fields.slice(1)]
    return fc.record<Signature>({
      skillId: fc.constantFrom(undefined, 'demo'),
      name: fc.constant('AnswerQuestion'),
      instructions: hardText,
      inputs: fc.constant(inputs),
      outputs: fc.constant(outputs),
      metrics: fc.constantFrom(
        [],
        [
          {
            name: 'm',
            kind: 'regex',
            field: outputs[0]?.name ?? '',
            weight: 2.5,
            options: { pattern: '^[a, b]{1}: "x"$' },
          },
        ],
      ),
      threshold: fc.constantFrom(0, 0.75, 1),
      examples: fc.oneof(
        fc.constantFrom(undefined, { kind: 'file', path: 'examples.jsonl' } as const),
        fc
          .array(
            fc.dictionary(name, fc.oneof(hardText, fc.integer(), fc.boolean(), fc.constant(null), fc.array(hardText))),
            {
              minLength: 1,
              maxLength: 3,
            },
          )
          .map(items => ({ kind: 'inline', items }) as const),
      ),
    })
  })

/** Changes of some parts of a signature, against what they read now. */
export function changesOf(signature: Signature): fc.Arbitrary<readonly SignatureChange[]> {
  const parts: fc.Arbitrary<SignatureChange>[] = [
    hardText.map(after => ({ part: 'instructions', before: signature.instructions, after })),
  ]
  for (const direction of ['inputs', 'outputs'] as const) {
    for (const { name: fieldName, desc, constraints } of signature[direction]) {
      const at = { direction, field: fieldName }
      parts.push(fc.oneof(hardText, fc.constant('')).map(after => ({ part: 'desc', ...at, before: desc, after })))
      const sentence = constraints.length === 0 ? hardText : fc.oneof(hardText, fc.constantFrom(...constraints))
      parts.push(
        fc.array(sentence, { maxLength: 4 }).map(after => ({ part: 'constraints', ...at, before: constraints, after })),
      )
    }
  }
  return fc.subarray(parts).chain(chosen => fc.tuple(...chosen))
}
