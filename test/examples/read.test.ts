/** Reading examples: every format gives the same datasets, and every mistake its line and column. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { failure, failureError } from '../../server/src/base/errors.ts'
import { atOnce } from '../../server/src/base/steps.ts'
import type { ExamplesFormat } from '../../server/src/examples/read.ts'
import { formatOf, readExamples, readInlineExamples } from '../../server/src/examples/read.ts'
import type { Signature } from '../../server/src/signature/signature.ts'
import { answering, exactMatch, field, signatureOf } from './signature.ts'

async function read(format: ExamplesFormat, text: string, signature: Signature = answering, size = 7) {
  const chunks = Array.from({ length: Math.ceil(text.length / size) }, (_, i) => text.slice(i * size, (i + 1) * size))
  return readExamples(chunks, format, signature)
}

/** The problems, each as `line:column severity code: message`. */
async function check(format: ExamplesFormat, text: string, signature?: Signature) {
  const whole = await problemsOf(format, text, signature, text.length + 1)
  expect(await problemsOf(format, text, signature, 1)).toEqual(whole)
  return whole
}

async function problemsOf(format: ExamplesFormat, text: string, signature: Signature | undefined, size: number) {
  const { problems } = await read(format, text, signature, size)
  return problems.map(
    ({ line, column, severity, code, message }) => `${line}:${column} ${severity} ${code}: ${message}`,
  )
}

const two = [
  { id: '1', values: { question: 'a "b", c', answer: 'é😀' }, weight: 1 },
  { id: 'k', values: { question: 'd', answer: '5', count: 3 }, weight: 2, split: 'dev' },
]

test.each<[ExamplesFormat, string, readonly number[]]>([
  [
    'jsonl',
    '\ufeff{"question": "a \\"b\\", c", "answer": "é😀"}\r\n\r\n {"_id": "k", "question": "d", "answer": "5", "count": 3, "_weight": 2, "_split": "dev"}',
    [1, 3],
  ],
  [
    'json',
    '[{"question": "a \\"b\\", c", "answer": "é😀"},\n\n{"_id": "k", "question": "d", "answer": "5", "count": 3, "_weight": 2, "_split": "dev"}]\n',
    [1, 3],
  ],
  [
    'json',
    '{"note": {"a": [1, "]"]}, "number": 1.5,\n "examples": [{"question": "a \\"b\\", c", "answer": "é😀"},\n{"_id": "k", "question": "d", "answer": "5", "count": 3, "_weight": 2, "_split": "dev"}], "end": null}',
    [2, 3],
  ],
  [
    'yaml',
    '# two\n---\n- question: a "b", c\n  answer: é😀\n\n- _id: k\n  question: d\n  answer: "5"\n  count: 3\n  _weight: 2\n  _split: dev\n',
    [3, 6],
  ],
  [
    'yaml',
    '  - {question: \'a "b", c\', answer: é😀}\n  - {_id: k, question: d, answer: 5, count: 3, _weight: 2, _split: dev}',
    [1, 2],
  ],
  ['csv', '\ufeffquestion,answer,count,_id,_weight,_split\r\n"a ""b"", c",é😀,,,,\r\n\r\nd,5,3,k,2,dev', [2, 4]],
])('%s in pieces of any size', async (format, text, lines) => {
  const expected = two.map((example, index) => ({ ...example, line: lines[index] }))
  for (const size of [1, 2, 3, 10, 1000]) {
    expect(await read(format, text, answering, size)).toEqual({ examples: expected, problems: [] })
  }
})

test('CSV cells are read as their field types', async () => {
  const signature = signatureOf(
    [
      field('tags', { kind: 'list', item: { kind: 'str' } }),
      field('note', { kind: 'optional', item: { kind: 'str' } }),
    ],
    [field('size', { kind: 'float' }), field('right', { kind: 'bool' }), field('empty')],
    [],
  )
  const { examples, problems } = await read(
    'csv',
    'tags,note,size,right,empty\n"[""a"", ""b""]",,1.5,TRUE,\n',
    signature,
  )
  expect(problems).toEqual([])
  expect(examples[0]?.values).toEqual({ tags: ['a', 'b'], note: null, size: 1.5, right: true, empty: '' })
})

test('a record of several lines counts its lines', async () => {
  const { examples } = await read('csv', 'question,answer\r\n"1\r\n2\n3",x\r\n\r\n4,y\r\n')
  expect(examples.map(({ line, values }) => [line, values.question])).toEqual([
    [2, '1\r\n2\n3'],
    [6, '4'],
  ])
})

test('anchors work within a YAML item', async () => {
  const { examples } = await read('yaml', '- question: &a why\n  answer: *a\n')
  expect(examples[0]?.values).toEqual({ question: 'why', answer: 'why' })
})

test('an optional field may be absent or null', async () => {
  const optional = field('answer', { kind: 'optional', item: { kind: 'str' } })
  const signature = signatureOf([field('question')], [optional], [exactMatch('answer')])
  const { examples, problems } = await read('jsonl', '{"question":"a"}\n{"question":"b","answer":null}', signature)
  expect(problems).toEqual([])
  expect(examples.map(example => example.values.answer)).toEqual([null, null])
})

test('mistakes in the values', async () => {
  expect(
    await check(
      'jsonl',
      [
        '{"question": "a", "answer": "b", "cuont": 1}',
        '{"question": "a", "answer": "b", "cuont": 2}',
        '{"question": "a"}',
        '{"answer": null, "question": "a"}',
        '{"answer": "b", "count": "many"}',
        '[1, 2]',
        '{"question": "a", "answer": "b", "_split": "test", "_weight": 0, "_id": ""}',
        '{"question": "a", "answer": "b", "_id": 3}',
        '{"question": "a", "answer": "b", "__proto__": {"x": 1}}',
        '{"question": "a", "answer": "b", "answer": "c"}',
      ].join('\n'),
    ),
  ).toMatchInlineSnapshot(`
    [
      "1:34 warning example-unknown-field: example 1: 'cuont' is not a field of the signature, did you mean 'count'?",
      "3:1 error example-missing-field: example 3 has no 'answer', which the metric answer_match compares with",
      "4:12 error example-missing-field: example 4 has no value for 'answer', which the metric answer_match compares with",
      "5:1 error example-missing-field: example 5 has no 'question', which is an input",
      "5:26 error example-type: example 5, 'count': expected a whole number (int), got "many"",
      "6:1 error example-kind: example 6 must be an object with the values of the fields",
      "7:44 error example-split: example 7: _split must be train, dev or holdout",
      "7:63 error example-weight: example 7: _weight must be a number above 0, at most 1000000",
      "7:73 error example-id: example 7: _id must be a text of at most 200 characters or a number",
      "8:41 error example-id: example 8 (3) has the same _id as the one on line 3",
      "9:34 error forbidden-key: example 9 has the key '__proto__', which is not allowed",
      "10:34 warning duplicate-key: example 10: the key 'answer' is there twice: the last one counts",
    ]
  `)
})

test.each([
  ['{"question": "a" "answer": "b"}', '1:18 a comma or } is expected here'],
  ['{"question": "a", }', '1:19 there is a comma too many before }'],
  ["{'question': 'a'}", '1:2 double quotes are needed'],
  ['{"question": "a"', '1:17 it ends too early: } is missing'],
  ['{"question": "a}', '1:14 the string that starts here is not closed'],
  ['{"question": "a"} x', '1:19 there is more text after the value'],
  ['{"question": None}', '1:14 None is written null'],
  ['{"question": 01}', '1:14 01 is not a number in JSON'],
  ['{"question": [1,]}', '1:17 there is a comma too many before ]'],
  ['{"question": "a\\x"}', '1:16 there is no such escape: write \\\\ for a backslash'],
  ['{"question": "a\tb"}', '1:16 a tab in a string must be written \\t'],
  ['{"question": "a"} // b', '1:19 comments are not allowed'],
  ['{"question": , "a": 1}', '1:14 a value is expected here'],
  ['{question: 1}', '1:2 a key in double quotes or } is expected here'],
  ['nothing', '1:1 a value is expected here'],
])('invalid JSON %s', async (text, expected) => {
  expect(await check('jsonl', text)).toEqual([expected.replace(' ', ' error json-syntax: example 1: invalid JSON, ')])
})

test('JSON files that are broken around their examples', async () => {
  const texts = [
    '{"question": "a", "answer": "b"}\n{"question": "a", "answer": "b"}',
    '{"examples": {}}',
    '"text"',
    '[{"question": "a", "answer": "b"}',
    '[{"question": "a", "answer": "b"},]',
    '[{"question": "a", "answer": "b"} {}]',
    '[{"question": "a", "answer": ["b"}, {"question": "c"}]',
    '[{"question": "a,\n "answer": "b"}]',
    '[{"question": "a", "answer": "b"}] []',
    '{"examples" []}',
    '{"examples": [], }',
    '{"a": [1}, "examples": []}',
    '[]',
  ]
  const found = await Promise.all(texts.map(async text => [text, ...(await check('json', text))].join('\n  ')))
  expect(found.join('\n')).toMatchInlineSnapshot(`
    "{"question": "a", "answer": "b"}
    {"question": "a", "answer": "b"}
      1:1 error json-syntax: a JSON file of examples is a list of objects, or an object that holds it as 'examples'; one object per line is JSON Lines (.jsonl)
    {"examples": {}}
      1:14 error json-syntax: 'examples' must be a list, and be there once
    "text"
      1:1 error json-syntax: a JSON file of examples is a list of objects, or an object that holds it as 'examples'; one object per line is JSON Lines (.jsonl)
    [{"question": "a", "answer": "b"}
      1:34 error json-syntax: invalid JSON, the file ends too early
    [{"question": "a", "answer": "b"},]
      1:35 error json-syntax: invalid JSON, there is a comma too many before ]
    [{"question": "a", "answer": "b"} {}]
      1:35 error json-syntax: invalid JSON, a comma or ] is expected here
    [{"question": "a", "answer": ["b"}, {"question": "c"}]
      1:34 error json-syntax: example 1: invalid JSON, a comma or ] is expected here
    [{"question": "a,
     "answer": "b"}]
      1:18 error json-syntax: example 1: invalid JSON, the string is not closed on its line
    [{"question": "a", "answer": "b"}] []
      1:36 error json-syntax: invalid JSON, there is more text after the value
    {"examples" []}
      1:13 error json-syntax: invalid JSON, a colon is expected after the key
    {"examples": [], }
      1:18 error json-syntax: invalid JSON, a key in double quotes is expected here
    {"a": [1}, "examples": []}
      1:9 error json-syntax: invalid JSON, a comma or ] is expected here
    []
      1:1 error examples-empty: there are no examples"
  `)
})

test('JSON Lines that are a JSON list', async () => {
  expect(await check('jsonl', '[\n  {"question": "a", "answer": "b"}\n]')).toMatchInlineSnapshot(`
    [
      "1:1 error json-syntax: JSON Lines hold one object per line: a file with one list of them is named .json",
    ]
  `)
})

test('mistakes in YAML', async () => {
  const texts = [
    'question: a\nanswer: b\n',
    '- question: a\n  answer: [b\n- question: c\n  answer: d\n  answer: e\n- question: *x\n- __proto__: 1\n  question: a\n  answer: b\n',
    '- question: a\n  anwser: b\n',
    '- just text\n',
  ]
  const found = await Promise.all(texts.map(async text => [text, ...(await check('yaml', text))].join('\n  ')))
  expect(found.join('\n')).toMatchInlineSnapshot(`
    "question: a
    answer: b

      1:1 error example-kind: a YAML file of examples is a list of objects
    - question: a
      answer: [b
    - question: c
      answer: d
      answer: e
    - question: *x
    - __proto__: 1
      question: a
      answer: b

      2:12 error yaml-syntax: example 1: flow sequence in block collection must be sufficiently indented and end with a ]
      5:3 error duplicate-key: example 2: the key 'answer' is there twice
      6:13 error yaml-alias: example 3: no anchor '&x' stands before this alias; quote text that starts with '*'
      7:3 error forbidden-key: example 4: the key '__proto__' is not allowed
    - question: a
      anwser: b

      1:3 error example-missing-field: example 1 has no 'answer', which the metric answer_match compares with
      2:3 warning example-unknown-field: example 1: 'anwser' is not a field of the signature, did you mean 'answer'?
    - just text

      1:3 error example-kind: example 1 must be an object with the values of the fields"
  `)
})

test('mistakes in CSV', async () => {
  const texts = [
    'question;answer\na;b',
    'question,question,answer\na,b,c',
    'question,anwser\na,b',
    'question,answer,count\na,"b\r\nc",d\ne,f\ng,h,i,j\n',
    'question,answer\na,b\n"c,d\n',
    'question,answer\na,b\n"c"d,e\n',
    'question,answer\na,b\nc"d",e\n',
    'question,answer,_id\na,b,x\nc,d,x\n',
    '',
  ]
  const found = await Promise.all(texts.map(async text => [text, ...(await check('csv', text))].join('\n  ')))
  expect(found.join('\n')).toMatchInlineSnapshot(`
    "question;answer
    a;b
      1:1 error csv-header: cells must be separated by commas, not semicolons
    question,question,answer
    a,b,c
      1:10 error csv-header: the column 'question' is there twice
    question,anwser
    a,b
      1:1 error example-missing-field: the header has no 'answer', which the metric answer_match compares with
      1:10 warning example-unknown-field: 'anwser' is not a field of the signature, did you mean 'answer'?
    question,answer,count
    a,"b
    c",d
    e,f
    g,h,i,j

      3:4 error example-type: example 1, 'count': expected a whole number (int), got "d"
      4:1 error csv-cells: example 2: it has 2 cells where the header has 3
      5:7 error csv-cells: example 3: it has 4 cells where the header has 3
    question,answer
    a,b
    "c,d

      3:1 error csv-syntax: example 2: invalid CSV, a quote is opened in this record and never closed
    question,answer
    a,b
    "c"d,e

      3:1 error csv-syntax: example 2: invalid CSV, a quote inside a quoted cell must be doubled ("")
    question,answer
    a,b
    c"d",e

      3:1 error csv-syntax: example 2: invalid CSV, a cell that holds a quote must be quoted as a whole, its quotes doubled ("")
    question,answer,_id
    a,b,x
    c,d,x

      3:5 error example-id: example 2 (x) has the same _id as the one on line 2

      1:1 error examples-empty: there are no examples"
  `)
})

test.each<[ExamplesFormat, string]>([
  ['jsonl', `{"question": "${'x'.repeat(1024 * 1024 + 1)}", "answer": "b"}\n`],
  ['json', `[{"question": "${'x'.repeat(1024 * 1024 + 1)}", "answer": "b"},\n`],
  ['yaml', `- question: ${'x'.repeat(1024 * 1024 + 1)}\n  answer: b\n`],
  ['csv', `question,answer\n${'x'.repeat(1024 * 1024 + 1)},b\n`],
])('an example of more than 1 MiB in %s', async (format, text) => {
  const { problems } = await read(format, text, answering, 100_000)
  expect(problems[0]).toMatchObject({ severity: 'error', line: format === 'csv' ? 2 : 1 })
  expect(problems[0]?.message).toMatch(/^example 1: it is longer than 1 MiB/)
})

test('a long line does not hide the next', async () => {
  const { examples } = await read(
    'jsonl',
    `{"question": "${'x'.repeat(1024 * 1024 + 1)}"}\n{"question": "a", "answer": "b"}`,
    answering,
    100_000,
  )
  expect(examples).toMatchObject([{ id: '2', line: 2 }])
})

test('at most 100 problems are listed, errors first, and the rest is counted', async () => {
  const lines = [
    ...Array.from({ length: 150 }, (_, i) => `{"question": "a", "answer": "b", "extra${i}": 1}`),
    ...Array.from({ length: 120 }, () => '{}'),
  ]
  const { problems, examples } = await read('jsonl', lines.join('\n'), answering, 1000)
  expect(examples).toHaveLength(150)
  expect(problems).toHaveLength(101)
  expect(problems.filter(problem => problem.severity === 'error')).toHaveLength(101)
  expect(problems.at(-1)?.message).toBe('there are 290 more problems like these')
})

test.each<ExamplesFormat>(['jsonl', 'json', 'yaml', 'csv'])(
  'hostile %s is a dataset, never an exception',
  async format => {
    const hostile = ['[', '{"a":', '- ', '"', '\u0000', '- - ', '{', 'a,"', '\n', '*a', '&a ', '\ud800']
    for (const piece of hostile) {
      const { examples } = await read(format, piece.repeat(20_000), answering, 50_000)
      expect(examples).toEqual([])
    }
  },
)

test('any text gives a dataset, the same for any pieces', async () => {
  const part = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    '"',
    ':',
    ',',
    '\n',
    '\r\n',
    '- ',
    'question',
    'answer',
    'é',
    '1',
    ' ',
    '\\',
  )
  const text = fc.array(part, { maxLength: 30 }).map(parts => parts.join(''))
  await fc.assert(
    fc.asyncProperty(text, fc.constantFrom<ExamplesFormat>('jsonl', 'json', 'yaml', 'csv'), async (text, format) => {
      expect(await read(format, text, answering, 3)).toEqual(await read(format, text, answering, 1000))
    }),
    { numRuns: 400 },
  )
})

test('any values survive JSON Lines and JSON', async () => {
  const values = fc.record({ question: fc.string({ unit: 'binary' }), answer: fc.string(), count: fc.integer() })
  await fc.assert(
    fc.asyncProperty(fc.array(values, { minLength: 1 }), async list => {
      const lines = await read('jsonl', list.map(item => JSON.stringify(item)).join('\n'))
      const whole = await read('json', JSON.stringify(list, undefined, 2))
      expect(lines.examples.map(example => example.values)).toEqual(list)
      expect(whole.examples.map(example => example.values)).toEqual(list)
    }),
    { numRuns: 100 },
  )
})

test('the source failing is a problem; a bug in it is not', async () => {
  const reason = failureError(failure('read_failed', 'The file e.jsonl is not UTF-8 text.', 'e.jsonl'))
  async function* broken(error: Error) {
    yield '{"question": "a", "answer": "b"}\n'
    throw error
  }
  expect(await readExamples(broken(reason), 'jsonl', answering)).toMatchObject({
    examples: [{ id: '1' }],
    problems: [{ code: 'examples-read', severity: 'error', message: 'The file e.jsonl is not UTF-8 text.' }],
  })
  await expect(readExamples(broken(new Error('a bug')), 'jsonl', answering)).rejects.toThrow('a bug')
})

test('a large file gives way while it is read', async () => {
  let pauses = 0
  const text = '{"question": "a", "answer": "b"}\n'.repeat(20_000)
  await readExamples([text], 'jsonl', answering, { pause: async () => void pauses++ })
  expect(pauses).toBeGreaterThanOrEqual(5)
})

test('inline examples carry the lines of the signature file', () => {
  expect(
    atOnce(readInlineExamples([{ question: 'a', answer: 'b' }, { question: 'c' }, 'x'], [10, 12, 14], answering)),
  ).toEqual({
    examples: [{ id: '1', values: { question: 'a', answer: 'b' }, weight: 1, line: 10 }],
    problems: [
      {
        severity: 'error',
        code: 'example-missing-field',
        message: "example 2 has no 'answer', which the metric answer_match compares with",
        line: 12,
        column: 1,
        exampleId: '2',
      },
      {
        severity: 'error',
        code: 'example-kind',
        message: 'example 3 must be an object with the values of the fields',
        line: 14,
        column: 1,
        exampleId: '3',
      },
    ],
  })
})

test('formats go by extension', () => {
  const paths = [
    'a.jsonl',
    'a.NDJSON',
    'b/a.json',
    'a.yaml',
    'a.yml',
    'a.csv',
    'a.txt',
    'a',
    'constructor',
    'a.constructor',
  ]
  expect(paths.map(formatOf)).toEqual(['jsonl', 'jsonl', 'json', 'yaml', 'yaml', 'csv', ...Array(4).fill(undefined)])
})
