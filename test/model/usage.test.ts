/** Sums of tokens and money. */
import { expect, test } from 'vitest'
import { addUsage, averageCost, formatDollars, noUsage, totalUsage } from '../../server/src/model/usage.ts'

const a = { inputTokens: 1, outputTokens: 2, cost: 0.5 }
const unknown = { inputTokens: 10, outputTokens: 20, cost: undefined }

test('tokens and money add up; one unknown cost makes the sum unknown', () => {
  expect(addUsage(a, a)).toEqual({ inputTokens: 2, outputTokens: 4, cost: 1 })
  expect(addUsage(a, unknown)).toEqual({ inputTokens: 11, outputTokens: 22, cost: undefined })
  expect(totalUsage([a, a, a])).toEqual({ inputTokens: 3, outputTokens: 6, cost: 1.5 })
  expect(totalUsage([])).toEqual(noUsage)
})

test('an average is over calls that came to an end, and unknown before the first', () => {
  expect(averageCost({ calls: 0, usage: noUsage })).toBeUndefined()
  expect(averageCost({ calls: 4, usage: a })).toBe(0.125)
  expect(averageCost({ calls: 4, usage: unknown })).toBe(0)
})

test.each([
  [1.2, '$1.20'],
  [1.2000000000000002, '$1.20'],
  [1.201, '$1.21'],
  [0.00034, '$0.00034'],
  [0.0412, '$0.042'],
  [0, '$0.00'],
  [1234.5, '$1234.50'],
])('%d dollars are written %s, never less', (amount, text) => {
  expect(formatDollars(amount)).toBe(text)
})
