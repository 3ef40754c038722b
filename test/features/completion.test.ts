/** Completion: what is offered where, what it inserts, and that nothing is offered where nothing fits. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { completion } from '../../server/src/features/completion.ts'
import { noSurroundings, type Surroundings } from '../../server/src/features/completionEntry.ts'
import { plainText } from '../../server/src/features/snippet.ts'
import { parseSignature } from '../../server/src/signature/document.ts'
import { extractCursor } from '../support/fixture.ts'

const surroundings: Surroundings = {
  name: 'Triage',
  skillId: 'support-triage',
  examples: ['examples.jsonl', 'more/old.csv'],
  scripts: ['score.mjs'],
}

function complete(marked: string, given: Surroundings = noSurroundings) {
  const { text, offset } = extractCursor(marked)
  const found = completion(parseSignature(text), offset, given)
  if (found === undefined) return undefined
  const accept = (label: string) => {
    const entry = found.entries.find(entry => entry.label === label)
    if (entry === undefined) throw new Error(`no ${label} among ${found.entries.map(entry => entry.label).join(', ')}`)
    return text.slice(0, found.span.start) + plainText(entry.snippet, found.indent) + text.slice(found.span.end)
  }
  return {
    ...found,
    labels: found.entries.map(({ label }) => label),
    replaced: text.slice(found.span.start, found.span.end),
    accept,
  }
}

function check(marked: string, given?: Surroundings): string {
  return complete(marked, given)?.labels.join(' | ') ?? 'nothing'
}

const fields = `name: Ask
instructions: Answer the question.
inputs:
  question: { type: str, desc: What is asked }
outputs:
  answer: { type: str, desc: What is answered }
  level: { type: 'Literal["easy", "hard"]', desc: How hard }
  price: { type: float, desc: What it costs }
`

describe('keys', () => {
  test('of the file: those that are missing, the needed ones first', () => {
    expect(check('$0')).toMatchInlineSnapshot(
      `"signature | name | instructions | inputs | outputs | metrics | examples | threshold | skill_id"`,
    )
    expect(check(`name: Ask\n$0\ninputs:\n  a: { type: str }\n`)).toMatchInlineSnapshot(
      `"instructions | outputs | metrics | examples | threshold | skill_id"`,
    )
    expect(check(`name: Ask\nout$0\ninputs:\n`)).toMatchInlineSnapshot(
      `"instructions | outputs | metrics | examples | threshold | skill_id"`,
    )
  })

  test('an empty file takes a whole signature, which is sound', () => {
    const written = complete('# mine\nsi$0', surroundings)?.accept('signature') ?? ''
    const { problems, signature } = parseSignature(written)
    expect(problems).toEqual([])
    expect(signature?.name).toBe('Triage')
  })

  test('of a field, in both forms', () => {
    expect(check(`${fields}  more:\n    $0\n`)).toMatchInlineSnapshot(`"type | desc | constraints | fields"`)
    expect(check(`${fields}  more:\n    type: str\n    $0\n    desc: x\n`)).toMatchInlineSnapshot(`"constraints"`)
    expect(check(`${fields}  more: { type: str, $0 }\n`)).toMatchInlineSnapshot(`"desc | constraints"`)
    expect(check(`${fields}  more: { de$0, type: str }\n`)).toMatchInlineSnapshot(`"desc | constraints"`)
    expect(check(`${fields}  more:\n    type: object\n    fields:\n      part:\n        $0`)).toMatchInlineSnapshot(
      `"type | desc | fields"`,
    )
  })

  test('a new field below inputs and outputs', () => {
    expect(complete('outputs:\n  $0')?.accept('output')).toMatchInlineSnapshot(`
      "outputs:
        answer:
          type: str
          desc: What the output holds"
    `)
  })

  test('of a metric: common ones, and the options of its kind', () => {
    expect(check(`${fields}metrics:\n  m: { kind: exact_match, fie$0 }\n`)).toMatchInlineSnapshot(
      `"field | ignore_case | ignore_punctuation | ignore_articles | weight"`,
    )
    expect(check(`${fields}metrics:\n  m:\n    kind: length\n    $0\n    field: answer\n`)).toMatchInlineSnapshot(
      `"min_words | max_words | max_chars | weight"`,
    )
    expect(check(`${fields}metrics:\n  m: {$0`)).toMatchInlineSnapshot(`"kind | field | weight"`)
  })

  test('a key that has its colon is replaced alone', () => {
    expect(complete(`${fields}  more:\n    de$0: x\n`)?.accept('desc')).toContain('    desc: x\n')
  })

  test('a new metric for each output that has none', () => {
    const found = complete(`${fields}metrics:\n  a: { kind: f1, field: answer }\n  $0`)
    expect(found?.labels).toEqual(['level_match', 'price_match', 'answer_match'])
    expect(found?.accept('price_match')).toContain('\n  price_match: { kind: numeric, field: price }')
  })
})

describe('values', () => {
  test('types, word by word', () => {
    expect(check('inputs:\n  a:\n    type: $0')).toMatchInlineSnapshot(
      `"str | int | float | bool | date | Literal[…] | list[…] | Optional[…] | dict[str, …] | object"`,
    )
    expect(complete('inputs:\n  a:\n    type: list[st$0r]')?.replaced).toBe('str')
    expect(check('inputs:\n  a:\n    type: str | $0')).toContain('None')
    expect(check('inputs:\n  a:\n    type: Literal["$0"]')).toBe('nothing')
  })

  test('types with brackets are quoted inside { }, and take the other quotes inside quotes', () => {
    const accept = (text: string) => complete(text)?.accept('Literal[…]')
    expect(accept('inputs:\n  a: { type: Li$0 }')).toBe(`inputs:\n  a: { type: 'Literal["a", "b"]' }`)
    expect(accept("inputs:\n  a: { type: '$0' }")).toBe(`inputs:\n  a: { type: 'Literal["a", "b"]' }`)
    expect(accept('inputs:\n  a: { type: "$0" }')).toBe(`inputs:\n  a: { type: "Literal['a', 'b']" }`)
    expect(accept('inputs:\n  a:\n    type: $0')).toBe(`inputs:\n  a:\n    type: Literal["a", "b"]`)
    expect(accept('inputs:\n  a:\n    type:$0')).toBe(`inputs:\n  a:\n    type: Literal["a", "b"]`)
    for (const text of ['inputs:\n  a: { type: $0 }', "inputs:\n  a: { type: '$0' }", 'inputs:\n  a: { type: "$0" }']) {
      expect(parseSignature(accept(text) ?? '').fields[0]?.type?.kind).toBe('literal')
    }
  })

  test('metric kinds: what they measure, those that suit the output first', () => {
    const found = complete(`${fields}metrics:\n  m: { kind: $0, field: price }\n`)
    expect(found?.labels).toMatchInlineSnapshot(`
      [
        "numeric",
        "regex",
        "llm_judge",
        "script",
        "exact_match",
        "f1",
        "contains",
        "length",
        "similarity",
        "set_f1",
        "json_match",
      ]
    `)
    const numeric = found?.entries.find(({ label }) => label === 'numeric')
    expect(numeric?.documentation).toMatchInlineSnapshot(`
      "1 when the number is within the tolerance of the expected one, else 0.

      Options:
      - \`tolerance\`: Largest difference that still counts as equal; default 0.
      - \`relative\`: The same as a share of the gold number: 0.01 allows 1 %; default 0."
    `)
  })

  test('a kind brings the options it cannot do without', () => {
    const flow = complete(`${fields}metrics:\n  m: { field: answer, kind: $0 }\n`)
    expect(flow?.accept('regex')).toContain(String.raw`{ field: answer, kind: regex, pattern: '^\d+$' }`)
    const block = complete(`${fields}metrics:\n  m:\n    kind: $0\n    field: answer\n`)
    expect(block?.accept('length')).toContain('    kind: length\n    max_words: 5\n    field: answer\n')
  })

  test('outputs for a metric, never inputs', () => {
    expect(check(`${fields}metrics:\n  m: { kind: f1, field: $0 }`)).toBe('answer | level | price')
    expect(check(`${fields}metrics:\n  m:\n    field: an$0\n`)).toBe('answer | level | price')
    expect(complete(`${fields}metrics:\n  m: { field: ans$0wer, kind: f1 }`)?.replaced).toBe('answer')
  })

  test('options, files, the threshold and names', () => {
    expect(check(`${fields}metrics:\n  m: { kind: f1, field: answer, weight: $0 }`)).toBe('1 | 2 | 3 | 0.5')
    expect(check(`${fields}metrics:\n  m: { kind: exact_match, field: answer, ignore_case: $0 }`)).toBe('true | false')
    expect(check(`${fields}metrics:\n  m: { kind: script, path: $0 }`, surroundings)).toBe('score.mjs')
    expect(check('examples: $0', surroundings)).toBe('examples.jsonl | more/old.csv')
    expect(complete('examples: "ex$0"', surroundings)?.accept('more/old.csv')).toBe('examples: "more/old.csv"')
    expect(check('threshold: $0')).toContain('0.75')
    expect(check('name: $0', surroundings)).toBe('Triage')
    expect(check('skill_id: $0', surroundings)).toBe('support-triage')
  })

  test('inline examples: the fields, and the words of a Literal', () => {
    expect(check(`${fields}examples:\n  - { question: a, $0 }`)).toMatchInlineSnapshot(
      `"answer | level | price | _id | _split | _weight"`,
    )
    expect(check(`${fields}examples:\n  - question: a\n    level: $0`)).toBe('easy | hard')
    expect(complete(`${fields}examples:\n  - $0`)?.accept('example')).toContain(
      '  - { question: "", answer: "", level: "easy", price: 1 }',
    )
  })
})

describe('constraints', () => {
  test('are offered below thousands of others, of which only the last are read', () => {
    const below = (count: number) =>
      `outputs:\n  day:\n    type: date\n    constraints:\n${'      - a\n'.repeat(count)}      - $0`
    expect(check(below(6000))).toBe(check(below(1)))
    expect(check(below(6000))).not.toBe('')
  })

  test('phrases by type', () => {
    expect(check(`outputs:\n  answer:\n    type: str\n    constraints:\n      - $0`)).toMatchInlineSnapshot(
      `"at most 5 words | at least 3 words | exactly 1 sentence | at most 100 characters | one of yes, no | lower case | upper case | no final full stop | no explanation, only the value | in English | ISO 8601 date | empty when it is not known"`,
    )
    expect(check(`outputs:\n  day:\n    type: date\n    constraints:\n      - $0`)).toMatchInlineSnapshot(
      `"ISO 8601 date | not before 2020-01-01"`,
    )
  })

  test('take the number that is typed, and a dash where there is none', () => {
    const start = 'outputs:\n  answer:\n    type: str\n    constraints:\n'
    expect(complete(`${start}      - at most 7$0`)?.accept('at most 7 words')).toBe(`${start}      - at most 7 words`)
    expect(complete(`${start}      $0`)?.accept('lower case')).toBe(`${start}      - lower case`)
    expect(complete(`${start}      - a\n      $0`)?.accept('lower case')).toBe(`${start}      - a\n      - lower case`)
    expect(complete('outputs:\n  a: { type: str, constraints: [$0] }')?.accept('one of yes, no')).toBe(
      'outputs:\n  a: { type: str, constraints: ["one of yes, no"] }',
    )
  })
})

describe('free text', () => {
  test('fields between backticks, in everything the model reads', () => {
    expect(check(`${fields}`.replace('the question', 'the `qu$0'))).toBe('question | answer | level | price')
    expect(complete(fields.replace('the question', 'the `qu$0`'))?.accept('question')).toContain('the `question`.')
    expect(check(`${fields}  more:\n    desc: As \`$0`)).toContain('question')
    expect(check('instructions: |\n  From `$0\ninputs:\n  text: { type: str }\n')).toBe('text')
  })

  test('nothing anywhere else', () => {
    for (const text of [
      'instructions: Answer $0',
      'instructions: |\n  Answer\n  $0\n',
      'inputs:\n  a: { type: str, desc: What $0 }',
      '# a comment $0',
      'name: A # $0',
      'inputs:\n  a: { type: str } $0',
      'inputs:\n  a: { type: "str" $0 }',
      '  $0',
      '{ name: A, $0 }',
      'inputs:\n  a:\n    type: str $0',
      'inputs:\n  a:\n    type:\n      $0',
      'metrics:\n  m: { kind: f1 $0 }',
      'inputs:\n  a:\n    desc:\n      $0',
      'inputs:\n  a:\n    type: str\n      $0',
    ]) {
      expect([text, check(text)]).toEqual([text, 'nothing'])
    }
  })
})

describe('broken text', () => {
  test('lines may end in CRLF, and brackets may nest', () => {
    const marked = `${fields}metrics:\n  m:\n    kind: length\n    $0\n    field: answer\n`
    expect(check(marked.replaceAll('\n', '\r\n'))).toBe(check(marked))
    expect(check('inputs: { a: { type: $0 } }')).toContain('str | int')
    expect(check('inputs: {\n  a: {\n    type: str,\n    $0\n  }\n}')).toBe('desc | constraints')
    expect(check('name:\ninstructions: a\n$0')).toBe('inputs | outputs | metrics | examples | threshold | skill_id')
  })

  test('takes no longer than its length where nothing fits', () => {
    for (const piece of ['\n', ' ', '"', '{', '[ ', 'a ', '- ', '#', 'a: {', '\\', "'a' "]) {
      const long = piece.repeat(5000)
      for (const text of [`${long}x y`, `${long}\n`, `inputs:\n  a: { type: ${long}`]) {
        const document = parseSignature(text)
        completion(document, text.length, surroundings)
        // What grew with the square of the length would take seconds.
      }
    }
  })

  test('brackets and quotes left open above do not hide what is below', () => {
    expect(check('inputs:\n  a: { type: str\n  b:\n    $0\noutputs:\n')).toContain('type | desc')
    expect(check('name: "Ask\ninputs:\n  a:\n    type: $0\n')).toContain('str | int')
    expect(check(`${fields}metrics:\n  m: { kind: f1,\n       field: $0\n`)).toBe('answer | level | price')
  })

  test('never throws, and what is replaced holds the cursor within its line', () => {
    const pieces = [
      ...'{}[]:,-#|>"\'` \n\t&*!?%@',
      '\r\n',
      '  ',
      'inputs:',
      'metrics:',
      'kind: ',
      'type: ',
      'a',
      'constraints:',
    ]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 40 }), fc.nat(), (parts, seed) => {
        const text = parts.join('')
        const offset = seed % (text.length + 1)
        const found = completion(parseSignature(text), offset, surroundings)
        if (found === undefined) return
        const { start, end } = found.span
        expect(start <= offset && offset <= end).toBe(true)
        expect(text.slice(start, end)).not.toContain('\n')
      }),
      { numRuns: 500 },
    )
  })
})
