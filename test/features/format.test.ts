/** Formatting: what it changes, and that it keeps comments, quotes and meaning, and has nothing to do twice. */
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyEdits } from '../../server/src/base/text.ts'
import { format } from '../../server/src/features/format.ts'
import { parseSignature } from '../../server/src/signature/document.ts'
import { renderSignature } from '../../server/src/signature/render.ts'
import { anySignature } from '../signature/arbitraries.ts'

function check(text: string): string {
  const before = parseSignature(text)
  const after = applyEdits(text, format(before))
  const again = parseSignature(after)
  expect(format(again)).toEqual([])
  expect(again.signature).toEqual(before.signature)
  return after
}

describe('formatting', () => {
  test('blanks, indentation, colons, dashes, braces and blank lines; not comments and quotes', () => {
    const text = `

# What it is.
name :   Ask   # by name
instructions:   |
      Answer  the question.

         With care.

   # The inputs.
inputs:
    question:
        # Asked.
        type:   'str'
        desc  :  "What is asked"


    context: {type: str,desc:   Facts , constraints: [ a,b ]}
outputs:
 answer:
   type: str
   constraints:
   - short
   -   no  blanks
   # Last one.
   desc: >-
     Folded
     text
 level: {
   type: 'Literal["a", "b"]',
     desc: Which
 }
metrics: {  }



examples:
- {"question": a,context: b}
-   question: a
    context: b   

`
    expect(check(text)).toMatchInlineSnapshot(`
      "# What it is.
      name: Ask   # by name
      instructions: |
        Answer  the question.

           With care.

      # The inputs.
      inputs:
        question:
          # Asked.
          type: 'str'
          desc: "What is asked"

        context: { type: str, desc: Facts, constraints: [a, b] }
      outputs:
        answer:
          type: str
          constraints:
            - short
            - no  blanks
          # Last one.
          desc: >-
            Folded
            text
        level: {
          type: 'Literal["a", "b"]',
            desc: Which
        }
      metrics: {}

      examples:
        - { "question": a, context: b }
        - question: a
          context: b
      "
    `)
  })

  test('texts over several lines keep what they say', () => {
    const texts = [
      'name: A\ninstructions: |2\n    Indented\n  not\n',
      'name: A\ninstructions: |+\n   Kept\n\n\n',
      'instructions: |+\n   Kept\n\n\nname: A\n',
      'name: A\ninstructions: "One\n\n\n     two \\\n   three"\n',
      "name: A\ninstructions: 'One\n\n\n two'\n",
      'name: A\ninstructions: One\n      two\n\n      three\n',
      'inputs:\n      a:\n            type: str\n            desc: |\n                  Far in  \n\n                    further\n',
      '\ufeffname: A\r\ninputs:\r\n    a :  { type: str }  \r\n\r\n\r\n\r\n',
      '---\nname:  A\n...\n',
      '{ name: A,\n  instructions: B }\n',
      'outputs:\n  a:\n    constraints:\n      -\n      - b\n      - |\n        c\n',
      'x: &a  1\ny:   *a\n',
    ]
    for (const text of texts) check(text)
    expect(check(texts[7] ?? '')).toBe('\ufeffname: A\r\ninputs:\r\n  a: { type: str }\r\n')
    expect(check(texts[6] ?? '')).toBe('inputs:\n  a:\n    type: str\n    desc: |\n      Far in  \n\n        further\n')
  })

  test('leaves what is not valid YAML alone', () => {
    for (const text of ['name: [', 'inputs:\n  a: {type: list[str]}\n', 'a:\n\tb: 1\n', 'a: 1\na:  2\n', '']) {
      expect(format(parseSignature(text))).toEqual([])
    }
  })

  test('of a part leaves the rest alone', () => {
    const text = 'name:   A\ninputs:\n  a:   { type: str }\n'
    const start = text.indexOf('inputs')
    const after = applyEdits(text, format(parseSignature(text), { start, end: text.length }))
    expect(after).toBe('name:   A\ninputs:\n  a: { type: str }\n')
  })

  test('has nothing to do in the samples and in what the program writes', () => {
    const samples = resolve(import.meta.dirname, '../../examples/skills')
    for (const path of globSync('**/signature.yaml', { cwd: samples })) {
      const text = readFileSync(join(samples, path), 'utf8')
      expect(check(text)).toBe(text)
    }
    fc.assert(
      fc.property(anySignature, signature => {
        const text = renderSignature(signature, { examples: true })
        expect(check(text)).toBe(text)
      }),
      { numRuns: 150 },
    )
  })

  test('keeps the meaning of badly laid out files', () => {
    const blanks = fc.constantFrom('', ' ', '   ')
    fc.assert(
      fc.property(anySignature, fc.array(blanks, { minLength: 60, maxLength: 60 }), (signature, extra) => {
        let at = 0
        const next = () => extra[at++ % extra.length] ?? ''
        const rendered = renderSignature(signature, { examples: true })
        // Deeper steps, blanks behind colons and dashes, and comments.
        const text = rendered
          .split('\n')
          .map(line => line.replace(/^ +/, found => found.repeat(2)))
          .map(line =>
            line.replace(/^( *)(\w+):( \w+)?$/, (_, pad, key, value) => `${pad}${key}:${next()}${value ?? ''}`),
          )
          .map(line => (/^ *\w+:$/.test(line) ? `${line}${next()}` : line))
          .join('\n')
        fc.pre(parseSignature(text).signature !== undefined)
        expect(check(text)).not.toBe(text)
      }),
      { numRuns: 150 },
    )
  })
})
