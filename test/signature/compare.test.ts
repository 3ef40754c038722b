/** Comparing signatures: what counts as meaning, what tuning may change, and how a change is told. */
import { describe, expect, it } from 'vitest'
import {
  changePaths,
  compareSignatures,
  describeChange,
  signatureSha256,
  withChanges,
} from '../../server/src/signature/compare.ts'
import { parseSignature } from '../../server/src/signature/document.ts'
import type { Signature, SignatureChange } from '../../server/src/signature/signature.ts'

const text = `skill_id: demo
name: AnswerQuestion
instructions: |
  Answer from the context.
inputs:
  context: { type: str, desc: Relevant facts }
  question: { type: str, desc: What is asked }
outputs:
  answer:
    type: 'Literal["yes", "no"]'
    desc: The verdict
    constraints:
      - lower case
      - one word
metrics:
  a: { kind: exact_match, field: answer, weight: 2 }
  b: { kind: f1, field: answer }
threshold: 0.8
examples: examples.jsonl
`

function signature(source: string): Signature {
  const document = parseSignature(source)
  if (document.signature === undefined) throw new Error(JSON.stringify(document.problems))
  return document.signature
}

const base = signature(text)
const edited = (from: string, to: string) => signature(text.replace(from, to))

describe('signatureSha256', () => {
  it('is fixed: a stored hash must stay right', () => {
    expect(signatureSha256(base)).toMatchInlineSnapshot(
      `"a15ba35b856cbe88fb85051de18b7336cab22925718cedd8b01a7dc2dcf76660"`,
    )
  })

  it.each([
    ['skill_id', 'skill_id: demo', 'skill_id: other'],
    ['threshold', 'threshold: 0.8\n', ''],
    ['examples', 'examples: examples.jsonl\n', ''],
    ['layout', '{ type: str, desc: Relevant facts }', '\n    # facts\n    desc: "Relevant facts"\n    type: str'],
    ['spelling of types', `'Literal["yes", "no"]'`, `"Literal['yes','no']"`],
    [
      'order of metrics',
      '  a: { kind: exact_match, field: answer, weight: 2 }\n  b: { kind: f1, field: answer }',
      '  b: { field: answer, kind: f1, weight: 1 }\n  a: { kind: exact_match, field: answer, weight: 2.0 }',
    ],
    ['ends of texts', 'The verdict', '" The verdict "'],
  ])('does not depend on %s', (_, from, to) => expect(signatureSha256(edited(from, to))).toBe(signatureSha256(base)))

  it.each([
    ['the name', 'AnswerQuestion', 'Answer'],
    ['instructions', 'from the context', 'from  the context'],
    ['a description', 'Relevant facts', 'Relevant Facts'],
    ['the order of constraints', '- lower case\n      - one word', '- one word\n      - lower case'],
    ['a type', '["yes", "no"]', '["no", "yes"]'],
    ['a weight', 'weight: 2', 'weight: 3'],
    ['an option', 'kind: exact_match', 'kind: exact_match, ignore_case: true'],
  ])('depends on %s', (_, from, to) => expect(signatureSha256(edited(from, to))).not.toBe(signatureSha256(base)))

  it('depends on the order of fields and takes é for é', () => {
    const [context, question] = base.inputs
    if (context === undefined || question === undefined) throw new Error('two inputs')
    expect(signatureSha256({ ...base, inputs: [question, context] })).not.toBe(signatureSha256(base))
    const composed = { ...base, instructions: 'caf\u00e9\r\nau lait' }
    expect(signatureSha256({ ...base, instructions: 'cafe\u0301\nau lait ' })).toBe(signatureSha256(composed))
  })
})

describe('compareSignatures', () => {
  it('finds the changes of the wording, which give the other signature when applied', () => {
    const other = signature(
      text
        .replace('Answer from the context.', 'Answer from the context. Say no when unsure.')
        .replace('What is asked', 'A question that can be answered with yes or no')
        .replace('- one word', '- yes or no and nothing else\n      - no full stop'),
    )
    const { changes, frozen } = compareSignatures(base, other)
    expect(frozen).toEqual([])
    expect(changes.flatMap(describeChange)).toMatchInlineSnapshot(`
      [
        "Instructions: added 'Say no when unsure.'",
        "Field 'question': description is now 'A question that can be answered with yes or no'",
        "Field 'answer': removed constraint 'one word'",
        "Field 'answer': added constraint 'yes or no and nothing else'",
        "Field 'answer': added constraint 'no full stop'",
      ]
    `)
    expect(signatureSha256(withChanges(base, changes))).toBe(signatureSha256(other))
    expect(changes.flatMap(changePaths).map(({ path }) => path)).toEqual([
      'instructions',
      'inputs.question.desc',
      'outputs.answer.constraints[1]',
      'outputs.answer.constraints[2]',
    ])
  })

  it('says in a sentence what tuning may not change', () => {
    const differences = [
      ['AnswerQuestion', 'Answer'],
      ['skill_id: demo', 'skill_id: other'],
      ['0.8', '0.7'],
      ['examples.jsonl', 'other.jsonl'],
      ['weight: 2', 'weight: 3'],
      ['  b:', '  c:'],
      ['  context:', '  facts:'],
      ['"yes", "no"', '"yes", "no", "maybe"'],
    ] as const
    expect(
      differences.flatMap(([from, to]) => compareSignatures(base, edited(from, to)).frozen),
    ).toMatchInlineSnapshot(`
      [
        "the name changed from AnswerQuestion to Answer",
        "skill_id changed",
        "the threshold changed",
        "the examples changed",
        "the metric 'a' changed",
        "the metric 'b' is gone",
        "the metric 'c' is new",
        "the input 'context' is gone",
        "the input 'facts' is new",
        "the type of 'answer' changed from Literal["yes", "no"] to Literal["yes", "no", "maybe"]",
      ]
    `)
    const reordered = { ...base, inputs: [...base.inputs].reverse() }
    expect(compareSignatures(base, reordered).frozen).toEqual(['the order of the inputs changed'])
    expect(compareSignatures(base, base)).toEqual({ changes: [], frozen: [] })
  })
})

describe('describeChange', () => {
  it.each<[SignatureChange, readonly string[]]>([
    [
      { part: 'constraints', direction: 'outputs', field: 'answer', before: [], after: ['concise, 1-5 words'] },
      ["Field 'answer': added constraint 'concise, 1-5 words'"],
    ],
    [
      { part: 'constraints', direction: 'outputs', field: 'answer', before: ['a', 'b'], after: ['b', 'a'] },
      ["Field 'answer': constraints rearranged"],
    ],
    [
      { part: 'desc', direction: 'inputs', field: 'q', before: 'x', after: ' ' },
      ["Field 'q': removed the description"],
    ],
    [
      { part: 'instructions', before: 'x', after: `two\nlines ${'long '.repeat(40)}` },
      [`Instructions: now 'two lines ${'long '.repeat(21)}long…'`],
    ],
  ])('%j', (change, sentences) => expect(describeChange(change)).toEqual(sentences))
})
