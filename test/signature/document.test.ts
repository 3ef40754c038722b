/** Parsing a signature file: what it means, where its parts stand, and what happens to odd files. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseSignature } from '../../server/src/signature/document.ts'
import { fieldAt, formatPath, metricAt, nodeAt, placeAt } from '../../server/src/signature/locate.ts'
import { renderSignature } from '../../server/src/signature/render.ts'
import { readYaml } from '../../server/src/signature/yamlTree.ts'
import { toValue } from '../../server/src/signature/yamlValue.ts'
import { anySignature } from './arbitraries.ts'

const text = `# A demo 😀.
skill_id: python-async
name: AnswerAsyncQuestion
instructions: |
  Answer questions about Python's asyncio from the given context.
inputs:
  context:
    type: str
    desc: Relevant facts
  question: { type: str, desc: The question }
outputs:
  answer:
    type: str
    desc: The answer
    constraints:
      - concise, 1-5 words
  level: { type: 'Literal["beginner", "advanced"]', desc: Who would ask this }
metrics:
  answer_match: { kind: exact_match, field: answer, weight: 2 }
  level_match:  { kind: exact_match, field: level, ignore_case: true }
examples:
  - context: facts
    question: What?
    answer: 12
  - { context: facts, question: "Why?" }
`

function problems(source: string): readonly string[] {
  const lines = (offset: number) => source.slice(0, offset).split('\n').length
  return parseSignature(source).problems.map(({ code, message, span }) => `${lines(span.start)} ${code}: ${message}`)
}

describe('parseSignature', () => {
  it('reads what the file means', () => {
    const { signature, problems: found } = parseSignature(text)
    expect(found).toEqual([])
    expect(signature).toMatchInlineSnapshot(`
      {
        "examples": {
          "items": [
            {
              "answer": 12,
              "context": "facts",
              "question": "What?",
            },
            {
              "context": "facts",
              "question": "Why?",
            },
          ],
          "kind": "inline",
        },
        "inputs": [
          {
            "constraints": [],
            "desc": "Relevant facts",
            "name": "context",
            "type": {
              "kind": "str",
            },
          },
          {
            "constraints": [],
            "desc": "The question",
            "name": "question",
            "type": {
              "kind": "str",
            },
          },
        ],
        "instructions": "Answer questions about Python's asyncio from the given context.
      ",
        "metrics": [
          {
            "field": "answer",
            "kind": "exact_match",
            "name": "answer_match",
            "options": {},
            "weight": 2,
          },
          {
            "field": "level",
            "kind": "exact_match",
            "name": "level_match",
            "options": {
              "ignore_case": true,
            },
            "weight": 1,
          },
        ],
        "name": "AnswerAsyncQuestion",
        "outputs": [
          {
            "constraints": [
              "concise, 1-5 words",
            ],
            "desc": "The answer",
            "name": "answer",
            "type": {
              "kind": "str",
            },
          },
          {
            "constraints": [],
            "desc": "Who would ask this",
            "name": "level",
            "type": {
              "kind": "literal",
              "values": [
                "beginner",
                "advanced",
              ],
            },
          },
        ],
        "skillId": "python-async",
        "threshold": 0.75,
      }
    `)
  })

  it('knows where each part stands', () => {
    const { fields, metrics, name, instructions, examples } = parseSignature(text)
    const slice = (span: { readonly start: number; readonly end: number } | undefined) =>
      span && text.slice(span.start, span.end)
    expect(
      fields.map(part => [
        slice(part.nameSpan),
        slice(part.typePart?.span),
        slice(part.desc?.span),
        ...part.constraints.map(c => slice(c.span)),
      ]),
    ).toEqual([
      ['context', 'str', 'Relevant facts'],
      ['question', 'str', 'The question'],
      ['answer', 'str', 'The answer', 'concise, 1-5 words'],
      ['level', `'Literal["beginner", "advanced"]'`, 'Who would ask this'],
    ])
    expect(
      metrics.map(part => [slice(part.kindPart?.span), slice(part.fieldPart?.span), slice(part.weightSpan)]),
    ).toEqual([
      ['exact_match', 'answer', '2'],
      ['exact_match', 'level', undefined],
    ])
    expect([slice(name?.span), slice(instructions?.span)]).toEqual([
      'AnswerAsyncQuestion',
      "|\n  Answer questions about Python's asyncio from the given context.",
    ])
    expect(examples?.items.map(item => slice(item.span)?.slice(0, 20))).toEqual([
      'context: facts\n    q',
      '{ context: facts, qu',
    ])
  })

  it('finds the part at an offset', () => {
    const document = parseSignature(text)
    const at = (needle: string) => text.indexOf(needle) + 1
    expect(fieldAt(document, at('Relevant'))?.name).toBe('context')
    expect(fieldAt(document, at('AnswerAsync'))).toBeUndefined()
    expect(metricAt(document, at('ignore_case'))?.name).toBe('level_match')
    const paths = ['AnswerAsync', 'concise', 'level:', 'ignore_case', 'true', 'Why', 'outputs'].map(needle => {
      const place = placeAt(document, at(needle))
      return place && `${formatPath(place.path)} ${place.at}`
    })
    expect(paths).toEqual([
      'name value',
      'outputs.answer.constraints[0] value',
      'outputs.level key',
      'metrics.level_match.ignore_case key',
      'metrics.level_match.ignore_case value',
      'examples[1].question value',
      'outputs key',
    ])
    expect(placeAt(document, 2)).toBeUndefined()
    expect(nodeAt(document, ['outputs', 'answer', 'constraints', 0])).toMatchObject({ value: 'concise, 1-5 words' })
    expect(nodeAt(document, ['outputs', 'nobody'])).toBeUndefined()
  })

  it('reads CRLF, a byte order mark and a start mark like any other file', () => {
    const { signature } = parseSignature(text)
    expect(parseSignature(text.replaceAll('\n', '\r\n')).signature).toEqual(signature)
    expect(parseSignature(`\ufeff---\n${text}`).signature).toEqual(signature)
  })

  it('reads nested objects, aliases and quoted keys', () => {
    const { signature, problems: found } = parseSignature(`name: A
instructions: Do.
inputs: { text: &text { type: str, desc: Any text } }
outputs:
  copy: *text
  "people":
    type: list[object] | None
    fields:
      name: { type: str, desc: Full name }
      address: { type: object, fields: { city: { type: str } } }
`)
    expect(found).toEqual([])
    expect(signature?.outputs).toMatchInlineSnapshot(`
      [
        {
          "constraints": [],
          "desc": "Any text",
          "name": "copy",
          "type": {
            "kind": "str",
          },
        },
        {
          "constraints": [],
          "desc": "",
          "name": "people",
          "type": {
            "item": {
              "item": {
                "fields": [
                  {
                    "desc": "Full name",
                    "name": "name",
                    "type": {
                      "kind": "str",
                    },
                  },
                  {
                    "desc": "",
                    "name": "address",
                    "type": {
                      "fields": [
                        {
                          "desc": "",
                          "name": "city",
                          "type": {
                            "kind": "str",
                          },
                        },
                      ],
                      "kind": "object",
                    },
                  },
                ],
                "kind": "object",
              },
              "kind": "list",
            },
            "kind": "optional",
          },
        },
      ]
    `)
  })

  it('says nothing twice about a file that holds no signature', () => {
    expect(problems('')).toEqual(["1 missing-key: the signature has no 'name', 'instructions', 'inputs' and 'outputs'"])
    expect(problems('just text')).toEqual(["1 yaml-syntax: expected ': ' and a value after 'just text'"])
    expect(problems('- a\n- b\n')).toEqual([
      '1 wrong-kind: a signature file holds keys and values, such as `name: AnswerQuestion`',
    ])
    expect(problems(`${text}---\n${text}`)).toEqual(['26 multiple-documents: a file holds one YAML document'])
  })

  it('keeps the spans of problems within a line of the file', () => {
    const pieces = text.split(/(?<=[\n: ,])/)
    const mess = fc
      .array(
        fc.oneof(
          fc.constantFrom(...pieces),
          fc.constantFrom('{', '}', '[', '"', "'", '|', '\t', '*a', '&a ', '- ', '\n'),
        ),
        { maxLength: 40 },
      )
      .map(parts => parts.join(''))
    fc.assert(
      fc.property(mess, source => {
        const document = parseSignature(source)
        for (const { span } of document.problems) {
          expect(span.start).toBeGreaterThanOrEqual(0)
          expect(span.end).toBeLessThanOrEqual(source.length)
          expect(source.slice(span.start, span.end)).not.toMatch(/[\r\n]./s)
        }
        expect(document.signature === undefined).toBe(document.problems.some(({ severity }) => severity === 'error'))
      }),
      { numRuns: 1000 },
    )
  })

  it('gives the same with an earlier document at hand', () => {
    const edit = fc.tuple(
      fc.nat(2000),
      fc.nat(60),
      fc.oneof(fc.constantFrom('', '\n', 'x', '"', ': ', '  - '), fc.string({ maxLength: 5 })),
    )
    fc.assert(
      fc.property(anySignature, fc.array(edit, { minLength: 1, maxLength: 4 }), (signature, edits) => {
        let source = renderSignature(signature, { examples: true })
        let document = parseSignature(source)
        for (const [at, length, insertion] of edits) {
          const from = at % (source.length + 1)
          source = source.slice(0, from) + insertion + source.slice(from + length)
          document = parseSignature(source, document)
        }
        const { tree: _, ...incremental } = document
        const { tree: __, ...fresh } = parseSignature(source)
        expect(incremental).toEqual(fresh)
      }),
      { numRuns: 500 },
    )
  })
})

describe('bounds', () => {
  const head = 'name: Long\ninstructions: Answer.\n'
  const fields = 'inputs:\n  question: { type: str }\noutputs:\n  answer: { type: str }\n'
  const lines = (count: number, line: (n: number) => string) =>
    Array.from({ length: count }, (_, n) => line(n)).join('')
  const complaints = (text: string) =>
    parseSignature(text).problems.flatMap(({ code, message }) => (code === 'yaml-limit' ? [message] : []))

  it.each([
    [
      'fields',
      'outputs',
      (n: number) => `${head}inputs:\n  q: { type: str }\noutputs:\n${lines(n, i => `  f${i}: { type: str }\n`)}`,
    ],
    [
      'metrics',
      'metrics',
      (n: number) => `${head}${fields}metrics:\n${lines(n, i => `  m${i}: { kind: exact_match, field: answer }\n`)}`,
    ],
    [
      'constraints',
      'constraints',
      (n: number) =>
        `${head}${fields.replace('answer: { type: str }', 'answer:\n    type: str\n    constraints:')}${lines(n, i => `      - at most ${i + 2} words\n`)}`,
    ],
  ])('1,000 %s are read, and of more the first', (_, key, text) => {
    expect(complaints(text(1000))).toEqual([])
    expect(complaints(text(1001))).toEqual([`'${key}' may hold at most 1000 entries, found 1001`])
  })

  it('reads 1,000 keys at the top, and no more', () => {
    const text = (keys: number) => `${lines(keys, i => `k${i}: v\n`)}`
    expect(complaints(text(1000))).toEqual([])
    expect(complaints(text(1001))).toHaveLength(1)
  })

  it('follows aliases to ten thousand values', () => {
    const { root, resolve } = readYaml(`a: &a [${'x, '.repeat(998)}x]\nb: [${'*a, '.repeat(12)}]\n`)
    const value = root && toValue(root, resolve)
    expect(value).toMatchObject({ b: [...Array(10).fill(Array(999).fill('x')), null, null] })
  })

  it('refuses an entry of more YAML than an editor could bear', () => {
    expect(complaints(`${head}more:\n${lines(10_000, i => `  k${i}: v\n`)}`)).toEqual([])
    expect(complaints(`${head}more:\n${lines(15_000, i => `  k${i}: v\n`)}`)).toEqual([
      'the file holds too much YAML to read',
    ])
  })
})
