/** Parsing piece by piece: the same as parsing whole, whatever was parsed before, and never a crash. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parsePiece } from '../../server/src/signature/yamlParse.ts'
import { readYaml, type YamlTree } from '../../server/src/signature/yamlTree.ts'

const keys = ['name', 'inputs', 'examples', 'outputs', '"quoted"', "'s q'", '1', 'null', 'a b', '-x', '.y']
const values = (
  "| foo| \"bar| \"bar\"| 'x| 'it''s'| >-| [| ]| {| }| [a, b]| { a: b, c: [d] }| &x| *x| &y v| *y| !!str 1| !t v|" +
  ' # c| a # c| 12| - x| foo: bar|\ttab| "a\\| @x| `| %| , x| Literal["a", "b"]| { type: Literal["a"], desc: x }| x,'
)
  .split('|')
  .concat([' |', ' |2', ' |+'])
const pairLine = fc
  .tuple(
    fc.constantFrom('', '', '', '  ', '    ', ' ', '  - ', '- ', '      '),
    fc.constantFrom(...keys),
    fc.constantFrom(...values),
  )
  .map(([indent, key, value]) => `${indent}${key}:${value}`)
const otherLine = fc
  .tuple(
    fc.constantFrom('', '  ', '    ', '- ', '  - ', ' ', '      '),
    fc.constantFrom(...values, 'text', '"', "'", '}', ']', '# comment', '---', '...', '%YAML 1.2', '-', ''),
  )
  .map(([indent, value]) => indent + value)
const oddLine = fc.constantFrom('', '   ', '# c', '\t', '---', '--- # x', '---x: y', '...', '\ufeff', '\r', '\t- a')
const yamlText = fc
  .tuple(
    fc.array(
      fc.oneof(
        { weight: 6, arbitrary: pairLine },
        { weight: 3, arbitrary: otherLine },
        { weight: 1, arbitrary: oddLine },
      ),
      { maxLength: 14 },
    ),
    fc.constantFrom('\n', '\n', '\r\n'),
    fc.constantFrom('', '\n', '\n\n'),
    fc.constantFrom('', '', '\ufeff', '---\n', 'examples:\n'),
  )
  .map(([lines, lineBreak, end, start]) => start + lines.join(lineBreak) + end)

/** What the parser itself complains about. */
function syntaxIssues(issues: YamlTree['issues']) {
  return issues.filter(({ code }) =>
    ['yaml-syntax', 'yaml-brackets', 'multiple-documents', 'yaml-limit'].includes(code),
  )
}

describe('reading YAML in pieces', () => {
  it('gives what a whole parse gives, and complains whenever that does', () => {
    let sound = 0
    fc.assert(
      fc.property(yamlText, text => {
        const whole = parsePiece(text)
        const tree = readYaml(text)
        if (syntaxIssues(whole.issues).length > 0) {
          expect(syntaxIssues(tree.issues)).not.toEqual([])
        } else if (whole.root?.kind === 'map') {
          sound++
          expect(tree.root).toEqual(whole.root)
          expect(syntaxIssues(tree.issues)).toEqual([])
        }
        for (const { span } of tree.issues) {
          expect(span.start).toBeGreaterThanOrEqual(0)
          expect(span.end).toBeLessThanOrEqual(text.length)
        }
      }),
      { numRuns: 3000, seed: 7 },
    )
    expect(sound).toBeGreaterThan(100)
  })

  it('gives the same with the pieces of another text at hand', () => {
    fc.assert(
      fc.property(yamlText, yamlText, fc.nat(200), fc.nat(40), (text, other, from, length) => {
        const edited = text.slice(0, from) + other.slice(0, length) + text.slice(from + length)
        const { root, issues } = readYaml(edited, readYaml(text))
        const fresh = readYaml(edited)
        expect(root).toEqual(fresh.root)
        expect(issues).toEqual(fresh.issues)
      }),
      { numRuns: 2000, seed: 7 },
    )
  })

  it('parses only the piece that changed', () => {
    const items = Array.from({ length: 50 }, (_, i) => `  - question: what is ${i}\n    answer: it is ${i}\n`).join('')
    const text = `name: A\ninstructions: Do.\nexamples:\n${items}`
    const before = readYaml(text)
    const after = readYaml(text.replace('what is 30', 'what was 30'), before)
    const fresh = [...after.pieces].filter(([source, piece]) => before.pieces.get(source) !== piece)
    expect(fresh.map(([source]) => source)).toEqual(['  - question: what was 30\n    answer: it is 30\n'])
  })

  it('resolves aliases across pieces to the last anchor before them', () => {
    const { root, issues, resolve } = readYaml('a: &x one\nb: *x\nc: &x two\nd: [*x, *y]\n')
    const node = (key: string) => (root?.kind === 'map' ? root.pairs.find(pair => pair.key === key)?.value : undefined)
    const [b, d] = [node('b'), node('d')]
    expect(b?.kind === 'alias' && resolve(b)).toMatchObject({ value: 'one' })
    const first = d?.kind === 'seq' ? d.items[0] : undefined
    expect(first?.kind === 'alias' && resolve(first)).toMatchObject({ value: 'two' })
    expect(issues.map(issue => issue.message)).toEqual([
      "no anchor '&y' stands before this alias; quote text that starts with '*'",
    ])
  })
})

describe('hostile files', () => {
  const nest = (open: string, close: string, depth: number) => open.repeat(depth) + close.repeat(depth)
  it.each([
    ['deep flow lists', `a: ${nest('[', ']', 100_000)}`],
    ['deep flow mappings', `a: ${nest('{a: ', '}', 100_000)}`],
    ['compact lists in one line', `a:\n  ${'- '.repeat(100_000)}x`],
    ['explicit keys in one line', `a:\n  ${'? '.repeat(100_000)}x`],
    ['colons in one line', `${'a: '.repeat(100_000)}x`],
    ['indentation that never ends', Array.from({ length: 3000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
    ['more than 8 MiB', 'a'.repeat(8 * 1024 * 1024 + 1)],
    ['a text of more than 2 MiB', `a: ${'x'.repeat(2 * 1024 * 1024 + 1)}`],
    ['a million items', `a: [${'b,'.repeat(1_000_000)}]`],
    ['many aliases', `a: &x 1\nb: [${'*x,'.repeat(101)}]`],
    ['an anchor that holds itself', 'a: &x [*x]'],
  ])('%s end in one complaint', (_, text) => {
    const { issues } = readYaml(text)
    expect(issues.map(issue => issue.code)).toContainEqual(expect.stringMatching(/^yaml-(limit|alias|syntax)$/))
    expect(issues.length).toBeLessThanOrEqual(2)
  })

  it('finds ten thousand duplicate keys in linear time', () => {
    const text = `inputs:\n${Array.from({ length: 10_000 }, (_, i) => `  key${i % 5_000}: 1`).join('\n')}\n`
    expect(readYaml(text).issues[0]).toMatchObject({ code: 'duplicate-key', message: "the key 'key0' is there twice" })
  })

  it('takes no prototype keys', () => {
    const { root, issues } = readYaml('inputs:\n  __proto__: { polluted: true }\n  a: 1\n__proto__: 1\n')
    expect(issues.map(issue => issue.code)).toEqual(['forbidden-key', 'forbidden-key'])
    expect(JSON.stringify(root)).not.toContain('__proto__')
  })
})
