/** Surgical edits: what was asked changes, everything else stays as it is written. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyEdits } from '../../server/src/base/text.ts'
import { compareSignatures, withChanges } from '../../server/src/signature/compare.ts'
import { parseSignature } from '../../server/src/signature/document.ts'
import { applyChanges } from '../../server/src/signature/edit.ts'
import { renderSignature } from '../../server/src/signature/render.ts'
import type { SignatureChange } from '../../server/src/signature/signature.ts'
import { anySignature, changesOf } from './arbitraries.ts'

function apply(text: string, changes: readonly SignatureChange[]) {
  const result = applyChanges(parseSignature(text), changes)
  if (!result.ok) throw new Error(result.error.message)
  expect(applyEdits(text, result.value.edits)).toBe(result.value.text)
  return result.value
}

const desc = (field: string, before: string, after: string): SignatureChange => ({
  part: 'desc',
  direction: ['context', 'question'].includes(field) ? 'inputs' : 'outputs',
  field,
  before,
  after,
})
const constraints = (field: string, before: readonly string[], after: readonly string[]): SignatureChange => ({
  part: 'constraints',
  direction: ['context', 'question'].includes(field) ? 'inputs' : 'outputs',
  field,
  before,
  after,
})

const text = `# A demo.
name: Answer   # the name
instructions: | # keep me
    Do it.
    Now.
inputs:
  question: { type: str, desc: The question } # q
  context:
    type: str # t
outputs:
  answer:
    type: str
    desc: 'The answer'   # d
    # before
    constraints:
      - concise, 1-5 words   # c1
      - "no full stop"
      # between
      - third
  level: { type: str, constraints: [a, b , c] }
`

const changes = [
  { part: 'instructions', before: 'Do it.\nNow.', after: 'Do it: well.\n\n  - now # no comment\n' },
  desc('question', 'The question', 'A question, in {words}'),
  constraints('question', [], ['x, y', 'z']),
  desc('context', '', 'Facts: many'),
  constraints('context', [], ['x', 'y: z']),
  desc('answer', 'The answer', "It's the answer"),
  constraints(
    'answer',
    ['concise, 1-5 words', 'no full stop', 'third'],
    ['new', 'concise, 1-5 words', 'other', 'fourth'],
  ),
  constraints('level', ['a', 'b', 'c'], ['b', 'c', 'd, e']),
] as const satisfies readonly SignatureChange[]

describe('applyChanges', () => {
  it('keeps comments, quotes, order, indentation and style', () => {
    const { text: edited, applied, conflicts } = apply(text, changes)
    expect(edited).toMatchInlineSnapshot(`
      "# A demo.
      name: Answer   # the name
      instructions: | # keep me
          Do it: well.

            - now # no comment
      inputs:
        question: { type: str, desc: "A question, in {words}", constraints: ["x, y", z] } # q
        context:
          type: str # t
          desc: "Facts: many"
          constraints:
            - x
            - "y: z"
      outputs:
        answer:
          type: str
          desc: 'It''s the answer'   # d
          # before
          constraints:
            - new
            - concise, 1-5 words   # c1
            - "other"
            # between
            - fourth
        level: { type: str, constraints: [b , c, "d, e"] }
      "
    `)
    expect(applied).toEqual(changes)
    expect(conflicts).toEqual([])
  })

  it('keeps CRLF', () => {
    const crlf = text.replaceAll('\n', '\r\n')
    expect(apply(crlf, changes).text).toBe(apply(text, changes).text.replaceAll('\n', '\r\n'))
  })

  it('folds again what was folded, and keeps the byte order mark', () => {
    const folded =
      '\ufeffinstructions: >-\n  Do it well and\n  quickly.\n\n  Now.\nname: A\ninputs: { q: { type: str } }\noutputs: { a: { type: str } }\n'
    const long = 'This is a rather long sentence that does not fit into one line of a hundred characters, so it folds.'
    expect(
      apply(folded, [{ part: 'instructions', before: 'Do it well and quickly.\nNow.', after: `${long}\nThen stop.` }])
        .text,
    ).toMatchInlineSnapshot(`
      "﻿instructions: >-
        This is a rather long sentence that does not fit into one line of a hundred characters, so it
        folds.

        Then stop.
      name: A
      inputs: { q: { type: str } }
      outputs: { a: { type: str } }
      "
    `)
  })

  it('leaves out what reads otherwise by now, and takes for applied what is there already', () => {
    const stale = desc('answer', 'An older answer', 'x')
    const done = desc('question', 'An older question', 'The question')
    const unknown = desc('nobody', '', 'x')
    const { text: edited, applied, conflicts } = apply(text, [stale, done, unknown, desc('context', '', 'Facts')])
    expect(conflicts).toEqual([stale, unknown])
    expect(applied).toEqual([done, desc('context', '', 'Facts')])
    expect(edited).toBe(text.replace('type: str # t', 'type: str # t\n    desc: Facts'))
  })

  it('removes the last constraint with its key, and its neighbours stay', () => {
    const three = ['concise, 1-5 words', 'no full stop', 'third']
    expect(apply(text, [constraints('answer', three, [])]).text).toBe(
      text.replace(/ {4}constraints:\n[\s\S]*- third\n/, ''),
    )
    expect(apply(text, [constraints('answer', three, ['third'])]).text).toBe(text.replace(/ {6}- concise.*\n.*\n/, ''))
    expect(apply(text, [constraints('level', ['a', 'b', 'c'], ['c'])]).text).toContain('constraints: [c]')
    expect(apply(text, [constraints('level', ['a', 'b', 'c'], [])]).text).toContain('constraints: []')
  })

  it('does not change through an anchor what others read too', () => {
    const shared = `name: A
instructions: Do.
inputs:
  question: { type: str, desc: &d Shared words }
outputs:
  answer: { type: str, desc: *d }
`
    const anchored = desc('question', 'Shared words', 'x')
    const alias = desc('answer', 'Shared words', 'Own words')
    expect(apply(shared, [anchored])).toMatchObject({ conflicts: [anchored], text: shared })
    expect(apply(shared, [alias]).text).toBe(shared.replace('*d', 'Own words'))
  })

  it('works on a file with errors elsewhere', () => {
    const broken = text.replace('name: Answer', 'nam: Answer')
    expect(apply(broken, [desc('context', '', 'Facts')]).text).toContain('desc: Facts')
  })

  it('writes what was asked, whatever the texts hold and however the file is laid out', () => {
    const layouts: readonly ((rendered: string) => string)[] = [
      rendered => rendered,
      rendered => rendered.replaceAll('\n', '\r\n'),
      rendered => `# head\n${rendered.replaceAll(/^( *)(desc|type): (\S.*)$/gm, '$1$2: $3  # note')}# tail`,
      rendered => rendered.trimEnd(),
    ]
    fc.assert(
      fc.property(
        anySignature.chain(signature =>
          fc.tuple(fc.constant(signature), changesOf(signature), fc.constantFrom(...layouts)),
        ),
        ([given, wanted, layout]) => {
          const source = layout(renderSignature(given, { examples: true }))
          const document = parseSignature(source)
          // A comment may land in a block scalar: then it is another signature.
          if (document.signature === undefined || compareSignatures(given, document.signature).changes.length > 0)
            return
          const { text: edited, conflicts } = apply(source, wanted)
          expect(conflicts).toEqual([])
          const after = parseSignature(edited).signature
          if (after === undefined) throw new Error(`not sound:\n${edited}`)
          expect(compareSignatures(withChanges(document.signature, wanted), after)).toEqual({ changes: [], frozen: [] })
          if (layout === layouts[1]) expect(edited.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('changes nothing but the lines it must', () => {
    fc.assert(
      fc.property(
        anySignature.chain(s => fc.tuple(fc.constant(s), changesOf(s))),
        ([signature, wanted]) => {
          const source = renderSignature(signature, { examples: true })
          const { edits } = apply(source, wanted)
          const back = apply(apply(source, wanted).text, wanted)
          expect(back.edits).toEqual([])
          for (const { span } of edits) expect(span.end - span.start).toBeLessThan(source.length / 2 + 700)
        },
      ),
      { numRuns: 200 },
    )
  })
})

it('gives long sentences in brackets a line each', () => {
  const long = ['Name the section of the documentation that says so.', "Write 'unknown' when no section does."]
  const tall = apply(text, [constraints('question', [], long)]).text
  expect(tall.split('\n').slice(6, 9)).toMatchInlineSnapshot(`
    [
      "  question: { type: str, desc: The question, constraints: [",
      "      Name the section of the documentation that says so.,",
      "      Write 'unknown' when no section does.] } # q",
    ]
  `)
  const [field] = parseSignature(tall).signature?.inputs ?? []
  expect(field?.constraints).toEqual(long)
  const more = apply(tall, [constraints('question', long, [...long, 'Be brief.'])]).text
  expect(parseSignature(more).signature?.inputs[0]?.constraints).toEqual([...long, 'Be brief.'])
})
