/** How a signature is built: symbols, folds, selections, links and tokens. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lineColumnAt, lineStarts } from '../../server/src/base/text.ts'
import { definition } from '../../server/src/features/definition.ts'
import { foldingRanges } from '../../server/src/features/folding.ts'
import { links } from '../../server/src/features/links.ts'
import { afterNewLine } from '../../server/src/features/onType.ts'
import { selectionRanges } from '../../server/src/features/selectionRanges.ts'
import { semanticTokens } from '../../server/src/features/semanticTokens.ts'
import { type SymbolEntry, symbols } from '../../server/src/features/symbols.ts'
import { parseSignature } from '../../server/src/signature/document.ts'
import { extractCursor } from '../support/fixture.ts'

const text = `# One
# and two.
name: Ask
instructions: |
  Answer from \`context\`, not \`other\`.
  In short.
inputs:
  context: { type: str, desc: Facts }
outputs:
  answer:
    type: list[Literal["a", "b"]]
    constraints:
      - from \`context\`
  parts:
    type: object
    fields:
      first: { type: int }
metrics:
  match: { kind: set_f1, field: answer }
  own: { kind: script, path: 'score.mjs' }
threshold: 0.8
examples: data/examples.jsonl
`
const document = parseSignature(text)

describe('symbols', () => {
  const shown = (entries: readonly SymbolEntry[], indent = ''): string =>
    entries
      .map(
        ({ name, kind, detail, children }) => `${indent}${name} (${kind}) ${detail}\n${shown(children, `${indent}  `)}`,
      )
      .join('')

  test('are the sections with their fields and metrics', () => {
    expect(shown(symbols(document))).toMatchInlineSnapshot(`
      "name (text) Ask
      instructions (text) Answer from \`context\`, not \`other\`.…
      inputs (section) 
        context (input) str
      outputs (section) 
        answer (output) list[Literal["a", "b"]]
        parts (output) object
          first (part) int
      metrics (section) 
        match (metric) set_f1 of answer
        own (metric) script
      threshold (number) 0.8
      examples (text) data/examples.jsonl
      "
    `)
  })
})

test('folds are keys with further lines, and comments', () => {
  const starts = lineStarts(text)
  const lines = foldingRanges(document).map(({ start, end, kind }) => {
    const [from, to] = [lineColumnAt(starts, start).line, lineColumnAt(starts, end).line]
    return `${from}-${to}${kind === 'comment' ? ' comment' : ''}`
  })
  expect(lines.join(' ')).toMatchInlineSnapshot(`"1-2 comment 4-6 7-8 9-17 10-13 12-13 14-17 16-17 18-20"`)
})

test('selections grow from the word to the file', () => {
  const check = (marked: string) => {
    const { text, offset } = extractCursor(marked)
    return selectionRanges(parseSignature(text), offset).map(({ start, end }) => text.slice(start, end))
  }
  expect(check('inputs:\n  a: { type: str, desc: "What i$0s" }\n')).toMatchInlineSnapshot(`
    [
      "is",
      "What is",
      ""What is"",
      "desc: "What is"",
      "{ type: str, desc: "What is" }",
      "a: { type: str, desc: "What is" }",
      "inputs:
      a: { type: str, desc: "What is" }",
      "inputs:
      a: { type: str, desc: "What is" }
    ",
    ]
  `)
  expect(check('instructions: |\n  Answer $0it.\n')).toMatchInlineSnapshot(`
    [
      "it",
      "Answer it.",
      "|
      Answer it.",
      "instructions: |
      Answer it.",
      "instructions: |
      Answer it.
    ",
    ]
  `)
})

test('links are the examples and the scripts', () => {
  expect(links(document).map(({ span, path, what }) => [text.slice(span.start, span.end), path, what])).toEqual([
    ['data/examples.jsonl', 'data/examples.jsonl', 'examples'],
    ['score.mjs', 'score.mjs', 'script'],
  ])
})

describe('tokens', () => {
  const check = (found: ReturnType<typeof semanticTokens>) =>
    found.map(({ span, type, declaration }) => `${text.slice(span.start, span.end)}:${declaration ? '+' : ''}${type}`)

  test('tell keys, names, types and kinds', () => {
    expect(check(semanticTokens(document)).join(' ')).toMatchInlineSnapshot(
      `"name:keyword instructions:keyword context:parameter inputs:keyword context:+parameter type:property str:type desc:property outputs:keyword answer:+variable type:property list:type Literal:type "a":string "b":string constraints:property context:parameter parts:+variable type:property object:type fields:property first:+property type:property int:type metrics:keyword match:+function kind:property set_f1:enumMember field:property answer:variable own:+function kind:property script:enumMember path:property threshold:keyword examples:keyword"`,
    )
  })

  test('a type in quotes is read inside them', () => {
    const quoted = `inputs:\n  a: { type: 'Literal["b"]' }\n`
    const types = semanticTokens(parseSignature(quoted)).map(({ span }) => quoted.slice(span.start, span.end))
    expect(types).toEqual(['inputs', 'a', 'type', 'Literal', '"b"'])
  })

  test('of a part are those of the whole that lie there', () => {
    const within = { start: text.indexOf('metrics'), end: text.indexOf('threshold') - 1 }
    expect(check(semanticTokens(document, within)).join(' ')).toMatchInlineSnapshot(
      `"metrics:keyword match:+function kind:property set_f1:enumMember field:property answer:variable own:+function kind:property script:enumMember path:property"`,
    )
  })
})

test('nothing throws in broken text, and all spans lie in order within it', () => {
  const pieces = [
    ...'{}[]:,-#|>"\'` \n\t&*!?%@',
    '\r\n',
    '  ',
    'inputs:',
    'metrics:',
    'kind: ',
    'type: ',
    'a',
    'desc: ',
  ]
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 40 }), fc.nat(), (parts, seed) => {
      const text = parts.join('')
      const offset = seed % (text.length + 1)
      const document = parseSignature(text)
      symbols(document)
      definition(document, offset)
      links(document)
      afterNewLine(text, offset)
      for (const { start, end } of foldingRanges(document)) expect(end).toBeGreaterThan(start)
      const ranges = selectionRanges(document, offset)
      expect(ranges.at(-1)).toEqual({ start: 0, end: text.length })
      let at = 0
      for (const { span } of semanticTokens(document)) {
        expect(span.start).toBeGreaterThanOrEqual(at)
        expect(text.slice(span.start, span.end)).not.toContain('\n')
        at = span.end
      }
    }),
    { numRuns: 500 },
  )
})
