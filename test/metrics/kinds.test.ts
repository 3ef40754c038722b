/** What each kind of metric says of gold values and predictions. */
import { expect, test } from 'vitest'
import type { MetricKind, Values } from '../../server/src/signature/signature.ts'
import { judged, scoreWith, signatureWith } from './scoring.ts'

async function all(kind: MetricKind, cases: readonly (readonly [unknown, unknown, Values?])[]) {
  return Promise.all(cases.map(([gold, got, options]) => judged(kind, gold, got, options)))
}

test('exact_match', async () => {
  expect(
    await all('exact_match', [
      ['Paris', ' Paris\n'],
      ['caf\u00e9', 'cafe\u0301'],
      ['Paris', 'paris'],
      ['Paris', 'paris', { ignore_case: true }],
      ['St. Paul', 'St Paul'],
      ['St. Paul', 'St Paul', { ignore_punctuation: true }],
      ['The Hague', 'Hague', { ignore_articles: true }],
      ['Theatre', 'atre', { ignore_articles: true }],
      ['42', '42 km'],
      ['12.5', '13.5 km'],
      ['Paris', 'The capital of France is Paris'],
      ['New York City', 'York'],
      ['yes', 'It is hard to say whether this is so'],
      ['one two three four five six', 'seven'],
      ['beginner', 'advanced'],
      ['x'.repeat(500), 'y'.repeat(500)],
      [3, 3],
      [3, 4],
      [true, false],
      [
        ['a', 'b'],
        ['a', ' b '],
      ],
      [
        { b: 1, a: 'x' },
        { a: 'x', b: 1 },
      ],
      ['a', null],
      ['a', ''],
      ['', 'a'],
      [null, null],
      [null, 'a'],
    ]),
  ).toMatchInlineSnapshot(`
    [
      "1 Right.",
      "1 Right.",
      "0 Expected "Paris", got "paris": the same but for upper and lower case.",
      "1 Right.",
      "0 Expected "St. Paul", got "St Paul": the same but for punctuation and white space.",
      "1 Right.",
      "1 Right.",
      "0 Expected "Theatre", got "atre".",
      "0 Expected "42", got "42 km": the right number, but with extra text: give the number alone.",
      "0 Expected "12.5", got "13.5 km".",
      "0 Expected "Paris", got "The capital of France is Paris": it holds the expected text among 5 other words: give the answer alone.",
      "0 Expected "New York City", got "York": only a part of the expected text.",
      "0 Expected "yes", got "It is hard to say whether this is so": expected 1 word but got 9: the answer should be shorter.",
      "0 Expected "one two three four five six", got "seven": expected 6 words but got 1: the answer should be longer.",
      "0 Expected "beginner", got "advanced".",
      "0 Expected "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…", got "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy…".",
      "1 Right.",
      "0 Expected 3, got 4.",
      "0 Expected true, got false.",
      "1 Right.",
      "1 Right.",
      "0 Expected "a", but the reply has no value for answer.",
      "0 Expected "a", got "": the answer is empty.",
      "0 Expected "", got "a": the answer should be empty.",
      "1 Right.",
      "0 Expected no value, got "a".",
    ]
  `)
})

test('f1', async () => {
  expect(
    await all('f1', [
      ['the quick brown fox', 'A quick, brown Fox!'],
      ['the quick brown fox', 'quick red fox'],
      ['Paris', 'It is Paris, the capital of France'],
      ['a b c', 'd e f'],
      ['東京都', '東京'],
      ['', ''],
      ['x', '...'],
    ]),
  ).toMatchInlineSnapshot(`
    [
      "1 Right.",
      "0.67 Expected "the quick brown fox", got "quick red fox": missing "brown"; not expected "red".",
      "0.29 Expected "Paris", got "It is Paris, the capital of France": it holds the expected text among 6 other words: give the answer alone.",
      "0 Expected "a b c", got "d e f": missing "b", "c"; not expected "d", "e", "f".",
      "0.8 Expected "東京都", got "東京": missing "都".",
      "1 Right.",
      "0 Expected "x", got "...": missing "x".",
    ]
  `)
})

test('contains', async () => {
  expect(
    await all('contains', [
      ['Paris', 'It is Paris.'],
      ['Paris', 'It is paris.'],
      ['Paris', 'It is paris.', { ignore_case: true }],
      [['red', 'green', 'blue'], 'red and blue'],
      [
        ['red', 'green'],
        ['green', 'red'],
      ],
      [[], 'anything'],
      [42, 'It is 42'],
    ]),
  ).toMatchInlineSnapshot(`
    [
      "1 Right.",
      "0 Expected the answer to contain "Paris", got "It is paris.", but for upper and lower case.",
      "1 Right.",
      "0.67 Expected the answer to contain "green", got "red and blue".",
      "1 Right.",
      "1 Right.",
      "1 Right.",
    ]
  `)
})

test('length', async () => {
  expect(
    await all('length', [
      [undefined, 'one two three', { max_words: 3 }],
      [undefined, 'one two three four', { max_words: 2 }],
      [undefined, 'one', { min_words: 2 }],
      [undefined, '😀😀😀😀', { max_chars: 4 }],
      [undefined, 'abcdef', { max_chars: 3, max_words: 1 }],
      [undefined, 'a', {}],
      [undefined, 'a', { min_words: 3, max_words: 2 }],
      [undefined, 'a', { max_word: 2 }],
      [undefined, undefined, { max_words: 2 }],
    ]),
  ).toMatchInlineSnapshot(`
    [
      "1 Right.",
      "0.5 Got "one two three four": expected at most 2 words but got 4; the answer should be shorter.",
      "0.5 Got "one": expected at least 2 words but got 1; the answer should be longer.",
      "1 Right.",
      "0.5 Got "abcdef": expected at most 3 characters but got 6; the answer should be shorter.",
      "Metric match (length): needs min_words, max_words or max_chars.",
      "Metric match (length): min_words is above max_words.",
      "Metric match (length): Unrecognized key: "max_word".",
      "0 The reply has no value for answer.",
    ]
  `)
})

test('similarity', async () => {
  expect(
    await all('similarity', [
      ['kitten', 'kitten '],
      ['kitten', 'sitting'],
      ['Kitten', 'kitten'],
      ['abc', ''],
      ['short', 'something much longer than what was wanted'],
    ]),
  ).toMatchInlineSnapshot(`
    [
      "1 Right.",
      "0.57 Expected "kitten", got "sitting": 57 % alike.",
      "0.83 Expected "Kitten", got "kitten": 83 % alike; the same but for upper and lower case.",
      "0 Expected "abc", got "": 0 % alike; the answer is empty.",
      "0.12 Expected "short", got "something much longer than what was wanted": 12 % alike; expected 1 word but got 7: the answer should be shorter.",
    ]
  `)
})

test('set_f1', async () => {
  expect(
    await all('set_f1', [
      [
        ['a', 'b'],
        ['b', ' a', 'a'],
      ],
      [
        ['a', 'b', 'c'],
        ['a', 'd'],
      ],
      [[{ x: 1, y: 2 }], [{ y: 2, x: 1 }]],
      [[], []],
      [[], ['a']],
      [['1'], [1]],
      [['a'], 'a'],
    ]),
  ).toMatchInlineSnapshot(`
    [
      "1 Right.",
      "0.4 Expected ["a","b","c"], got ["a","d"]: missing "b", "c"; not expected "d".",
      "1 Right.",
      "1 Right.",
      "0 Expected [], got ["a"]: not expected "a".",
      "0 Expected ["1"], got [1]: missing "1"; not expected 1.",
      "0 Expected ["a"], got "a": a list is needed.",
    ]
  `)
})

test('json_match', async () => {
  expect(
    await all('json_match', [
      [
        { a: 1, b: [1, { c: ' x' }] },
        { b: [1, { c: 'x' }], a: 1 },
      ],
      [
        { name: 'Ann', items: [{ price: 3 }, { price: 4 }] },
        { name: 'Bob', items: [{ price: 3 }], more: true },
      ],
      ['{"a": 1}', { a: 1 }],
      [{ a: 1 }, 'not JSON'],
      [
        { a: [], b: {} },
        { a: {}, b: {} },
      ],
      [5, 6],
      [{ a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 }, {}],
    ]),
  ).toMatchInlineSnapshot(`
    [
      "1 Right.",
      "0.25 1 of 4 leaves match: name expected "Ann", got "Bob"; items[1].price is missing (expected 4); more is not expected (got true).",
      "1 Right.",
      "0 Expected {"a":1}, got "not JSON": the answer is not valid JSON.",
      "0.5 1 of 2 leaves match: a expected [], got {}.",
      "0 0 of 1 leaves match: the value expected 5, got 6.",
      "0 0 of 7 leaves match: a is missing (expected 1); b is missing (expected 2); c is missing (expected 3); d is missing (expected 4); and 3 more.",
    ]
  `)
})

test('a metric that cannot be made says why', async () => {
  const made = async (kind: MetricKind, options: Values, metrics = signatureWith(kind, options).metrics) => {
    const result = await scoreWith({ ...signatureWith(kind, options), metrics }, {}, {})
    return result.ok ? result.value : `${result.error.code}: ${result.error.message}`
  }
  const fieldless = signatureWith('f1', {}).metrics.map(({ field, ...rest }) => rest)
  expect([
    await made('regex', { pattern: '(' }),
    await made('regex', {}),
    await made('exact_match', { ignore_kase: true }),
    await made('numeric', { tolerance: -1 }),
    await made('llm_judge', { rubric: ' ' }),
    await made('script', {}),
    await made('f1', {}, fieldless),
  ]).toMatchInlineSnapshot(`
    [
      "signature_invalid: Metric match (regex): pattern: is not a regular expression.",
      "signature_invalid: Metric match (regex): pattern: Invalid input: expected string, received undefined.",
      "signature_invalid: Metric match (exact_match): Unrecognized key: "ignore_kase".",
      "signature_invalid: Metric match (numeric): tolerance: Too small: expected number to be >=0.",
      "signature_invalid: Metric match (llm_judge): rubric: Too small: expected string to have >=1 characters.",
      "signature_invalid: Metric match (script): path: Invalid input: expected string, received undefined.",
      "signature_invalid: Metric match (f1): it needs a field.",
    ]
  `)
})

test('feedback stays one short line whatever the values are', async () => {
  const long = 'word "quoted" \n'.repeat(10_000)
  for (const kind of ['exact_match', 'f1', 'contains', 'similarity', 'numeric'] as const) {
    const text = await judged(kind, long, `${long}x 1`)
    expect(text.length).toBeLessThan(700)
    expect(text).not.toContain('\n')
  }
})
