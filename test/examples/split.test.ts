/** Splitting: by hash and class, never by order or score. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { examplesSha256 } from '../../server/src/examples/digest.ts'
import type { Example, SplitName } from '../../server/src/examples/example.ts'
import { type ExampleSplit, splitExamples } from '../../server/src/examples/split.ts'
import { answering, exactMatch, field, signatureOf } from './signature.ts'

const classes = ['low', 'middle', 'high']
const signature = signatureOf(
  [field('question')],
  [field('level', { kind: 'literal', values: classes })],
  [exactMatch('level')],
)

function example(index: number, split?: SplitName): Example {
  const values = { question: `q${index}`, level: classes[Math.floor(Math.sqrt(index)) % 3] }
  return { id: String(index + 1), values, weight: 1, line: index + 1, ...(split === undefined ? {} : { split }) }
}

function examples(count: number, splitOf: (index: number) => SplitName | undefined = () => undefined): Example[] {
  return Array.from({ length: count }, (_, index) => example(index, splitOf(index)))
}

const sizes = ({ train, dev, holdout }: ExampleSplit) => [train.length, dev.length, holdout.length]
const ids = (list: readonly Example[]) => list.map(({ id }) => id)
const split = (list: readonly Example[], seed = 1) => splitExamples(list, { seed, signature })

test.each([
  [25, [7, 6, 12]],
  [100, [25, 25, 50]],
  [200, [50, 50, 100]],
  [201, [61, 60, 80]],
  [1000, [300, 300, 400]],
])('%i examples', (count, expected) => {
  expect(sizes(split(examples(count)))).toEqual(expected)
})

test('below 25 everything is train and dev, and nothing is held out', () => {
  const { train, dev, holdout } = split(examples(24, () => 'holdout'))
  expect([train.length, dev.length, holdout.length]).toEqual([24, 24, 0])
  expect(split([])).toEqual({ train: [], dev: [], holdout: [] })
})

test('every class is spread in proportion', () => {
  const parts = split(examples(300))
  for (const level of classes) {
    const of = (list: readonly Example[]) => list.filter(({ values }) => values.level === level).length
    const total = of(examples(300))
    expect(Math.abs(of(parts.holdout) - 0.4 * total)).toBeLessThanOrEqual(1)
    expect(Math.abs(of(parts.train) - 0.3 * total)).toBeLessThanOrEqual(2)
  }
})

test('a partition that depends on contents and seed alone', () => {
  fc.assert(
    fc.property(fc.integer({ min: 25, max: 120 }), fc.integer(), fc.integer(), (count, seed, other) => {
      const list = examples(count)
      const parts = split(list, seed)
      expect(ids([...parts.train, ...parts.dev, ...parts.holdout]).toSorted()).toEqual(ids(list).toSorted())
      const shuffled = list.toSorted(
        (a, b) => ((Number(a.id) * 7919 + other) % 101) - ((Number(b.id) * 7919 + other) % 101),
      )
      expect(split(shuffled, seed)).toEqual(parts)
    }),
    { numRuns: 30 },
  )
})

test('another seed splits otherwise', () => {
  expect(ids(split(examples(100), 1).holdout)).not.toEqual(ids(split(examples(100), 2).holdout))
})

test('_split is honoured and the rest fills up', () => {
  const fixed = (index: number): SplitName | undefined => (['train', 'dev', 'holdout', undefined] as const)[index % 4]
  const parts = split(examples(100, fixed))
  for (const name of ['train', 'dev', 'holdout'] as const) {
    expect(parts[name].filter(({ split }) => split === name)).toHaveLength(25)
    expect(parts[name].every(({ split }) => split === name || split === undefined)).toBe(true)
  }
  expect(sizes(parts)).toEqual([25, 25, 50])
})

test('a file of train and holdout alone is searched with train as both', () => {
  const parts = split(examples(100, index => (index < 70 ? 'train' : 'holdout')))
  expect(sizes(parts)).toEqual([70, 70, 30])
  expect(sizes(split(examples(100, () => 'train')))).toEqual([100, 100, 0])
})

/** `count` examples that ask `different` questions. */
function repeated(count: number, different: number): Example[] {
  return examples(count).map((item, i) => ({ ...item, values: { ...item.values, question: `q${i % different}` } }))
}

test('examples with the same inputs count as one and stay together', () => {
  const { train, dev, holdout } = split(repeated(90, 30))
  const questions = (list: readonly Example[]) => new Set(list.map(({ values }) => String(values.question)))
  expect(questions(holdout).size).toBe(15)
  expect(questions([...train, ...dev, ...holdout]).size).toBe(30)
  expect(questions(train).size + questions(dev).size).toBe(15)
  expect([...questions([...train, ...dev])].filter(question => questions(holdout).has(question))).toEqual([])
  expect(sizes(split(repeated(90, 24)))).toEqual([90, 90, 0])
})

test('where copies are fixed to different parts, the holdout wins', () => {
  const splits: Record<number, SplitName> = { 0: 'train', 30: 'holdout' }
  const fixed = repeated(60, 30).map((item, i) => ({ ...item, ...(splits[i] && { split: splits[i] }) }))
  expect(ids(split(fixed).holdout)).toEqual(expect.arrayContaining(['1', '31']))
})

test('free text is not a class', () => {
  const list = Array.from({ length: 40 }, (_, index) => ({
    ...example(index),
    values: { question: `q${index}`, answer: `a${index}` },
  }))
  expect(sizes(splitExamples(list, { seed: 1, signature: answering }))).toEqual([10, 10, 20])
})

test('the digest sees values, ids, splits and weights, and no lines', () => {
  const [first = example(0)] = examples(1)
  const digest = examplesSha256([first])
  expect(examplesSha256([example(0), { ...first, line: 99 }].slice(1))).toBe(digest)
  expect(examplesSha256([{ ...first, values: Object.fromEntries(Object.entries(first.values).reverse()) }])).toBe(
    digest,
  )
  const others = [
    { ...first, id: 'x' },
    { ...first, weight: 2 },
    { ...first, split: 'dev' as const },
    { ...first, values: {} },
  ]
  expect(new Set([digest, ...others.map(other => examplesSha256([other]))]).size).toBe(5)
})
