/** Sums of tokens and money. */
import { expect, test } from 'vitest'
import { addUsage, noUsage, totalUsage } from '../../server/src/model/usage.ts'

const a = { inputTokens: 1, outputTokens: 2, cost: 0.5 }
const unknown = { inputTokens: 10, outputTokens: 20, cost: undefined }

test('tokens and money add up; one unknown cost makes the sum unknown', () => {
  expect(addUsage(a, a)).toEqual({ inputTokens: 2, outputTokens: 4, cost: 1 })
  expect(addUsage(a, unknown)).toEqual({ inputTokens: 11, outputTokens: 22, cost: undefined })
  expect(totalUsage([a, a, a])).toEqual({ inputTokens: 3, outputTokens: 6, cost: 1.5 })
  expect(totalUsage([])).toEqual(noUsage)
})
