/** Samples of examples: as large as asked, the same for the same seed, and with the gold values of the whole. */
import { expect, test } from 'vitest'
import { createRandom } from '../../server/src/base/random.ts'
import type { Example } from '../../server/src/examples/example.ts'
import { sampleExamples } from '../../server/src/examples/sample.ts'
import { exampleOf } from '../support/tuning.ts'

const outputs = [{ name: 'queue' }, { name: 'text' }]
/** Of 100 examples 60 go to billing, 30 to access and 10 to other; every text is another one. */
const examples = Array.from({ length: 100 }, (_, i) =>
  exampleOf(`e${i}`, { queue: i % 10 === 0 ? 'other' : i % 10 < 4 ? 'access' : 'billing', text: `text ${i}` }),
)

function draw(size: number, seed = 'a', from: readonly Example[] = examples) {
  return sampleExamples(from, size, outputs, createRandom(seed))
}

function queues(sample: readonly Example[]) {
  return Object.fromEntries(
    [...Map.groupBy(sample, ({ values }) => values.queue)].map(([name, all]) => [name, all.length]),
  )
}

test.each(['a', 'b', 'c'])('has each gold value about as often as the whole, with seed %s', seed => {
  expect(queues(draw(10, seed))).toEqual({ billing: 6, access: 3, other: 1 })
  expect(queues(draw(20, seed))).toEqual({ billing: 12, access: 6, other: 2 })
})

test('depends on the seed alone, and keeps the order', () => {
  const ids = (seed: string) => draw(12, seed).map(({ id }) => id)
  expect(ids('a')).toEqual(ids('a'))
  expect(ids('a')).not.toEqual(ids('b'))
  expect(ids('a').map(id => Number(id.slice(1)))).toEqual(
    ids('a')
      .map(id => Number(id.slice(1)))
      .toSorted((a, b) => a - b),
  )
})

test('of fewer examples than asked for it takes all, of none none', () => {
  expect(draw(100)).toBe(examples)
  expect(draw(3, 'a', examples.slice(0, 2))).toHaveLength(2)
  expect(draw(0)).toEqual([])
})

test('outputs without a gold value, and names that objects have, are values like others', () => {
  const odd = ['__proto__', 'constructor', undefined].flatMap(queue =>
    [0, 1, 2].map(i => exampleOf(`${queue}${i}`, queue === undefined ? {} : { queue })),
  )
  expect(
    draw(3, 'a', odd)
      .map(({ values }) => values.queue ?? 'none')
      .toSorted(),
  ).toEqual(['__proto__', 'constructor', 'none'])
})
