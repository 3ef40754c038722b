/** Laws of the graded metrics. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { editDistance } from '../../server/src/base/text.ts'
import { tokenF1, tokensOf } from '../../server/src/metrics/f1.ts'
import { distance, editSimilarity, longestCompared } from '../../server/src/metrics/similarity.ts'

const words = fc.array(fc.constantFrom('red', 'green', 'blue', 'the', 'x'), { maxLength: 12 })
const nearTexts = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'é', '東'), maxLength: 150 })

test('token F1 lies in 0..1, is symmetric, and is 1 for any order of the same tokens', () => {
  fc.assert(
    fc.property(words, words, (a, b) => {
      const score = tokenF1(a, b)
      expect(score).toBeGreaterThanOrEqual(0)
      expect(score).toBeLessThanOrEqual(1)
      expect(tokenF1(b, a)).toBeCloseTo(score, 12)
      expect(tokenF1(a, a.toReversed())).toBe(1)
      if (score === 1) expect(a.toSorted()).toEqual(b.toSorted())
    }),
  )
})

test('tokens are words as SQuAD counts them', () => {
  expect(tokensOf("The  U.S.A.'s an apple-pie — a $5 deal")).toEqual(['usas', 'applepie', '5', 'deal'])
})

test('the bit-parallel distance is the edit distance', () => {
  fc.assert(
    fc.property(nearTexts, nearTexts, (a, b) => {
      expect(distance(a, b)).toBe(editDistance(a, b))
    }),
    { numRuns: 300 },
  )
})

test('similarity lies in 0..1, is symmetric, and is 1 for equal texts alone', () => {
  fc.assert(
    fc.property(nearTexts, nearTexts, (a, b) => {
      const score = editSimilarity(a, b)
      expect(score).toBeGreaterThanOrEqual(0)
      expect(score).toBeLessThanOrEqual(1)
      expect(editSimilarity(b, a)).toBe(score)
      expect(score === 1).toBe(a === b)
    }),
  )
})

test('texts beyond the cap are compared by their starts', () => {
  const long = 'ab'.repeat(longestCompared / 2)
  expect(editSimilarity(`${long}x`, `${long}y`)).toBe(1)
  expect(editSimilarity(`x${long}`, `y${long}`)).toBeCloseTo(1 - 1 / longestCompared, 10)
})
