/** Steps give the same at once and in turns, and in turns others come between. */
import { expect, test } from 'vitest'
import { atOnce, forEachInSteps, inTurns, type Steps } from '../../server/src/base/steps.ts'

function* doubled(numbers: readonly number[]): Steps<readonly number[]> {
  const found: number[] = []
  yield* forEachInSteps(numbers, number => found.push(2 * number))
  return found
}

const numbers = Array.from({ length: 1000 }, (_, n) => n)
const expected = numbers.map(n => 2 * n)

test('are done at once', () => {
  expect(atOnce(doubled(numbers))).toEqual(expected)
})

test('are done in turns with what else waits for the event loop', async () => {
  const order: string[] = []
  const work = inTurns(doubled(numbers)).then(found => {
    order.push('work')
    return found
  })
  setImmediate(() => order.push('other'))
  expect(await work).toEqual(expected)
  expect(order).toEqual(['other', 'work'])
})
