/** Prices by model name, and what tokens cost. */
import { expect, test } from 'vitest'
import { costOf, priceOf } from '../../server/src/model/prices.ts'

test.each([
  ['gpt-4o', 2.5],
  ['gpt-4o-2024-08-06', 2.5],
  ['gpt-4o-2024-05-13', 5],
  ['gpt-4o-mini-2024-07-18', 0.15],
  ['gpt-5-mini-latest', 0.25],
  ['openai/gpt-4.1-nano', 0.1],
  ['claude-haiku-4-5-20251001', 1],
  ['embedded', 0],
  ['gpt-4o-audio-preview', undefined],
  ['gpt-4', undefined],
  ['llama3.2:3b', undefined],
  ['toString', undefined],
  ['__proto__', undefined],
  ['', undefined],
])('%s: %s dollars per million input tokens', (model, input) => {
  expect(priceOf(model)?.input).toBe(input)
})

test('own prices go first, also for dated names', () => {
  const own = { 'gpt-4o': { input: 1, output: 1 }, 'llama3.2:3b': { input: 0, output: 0 } }
  expect(priceOf('gpt-4o-2024-05-13', own)).toEqual({ input: 1, output: 1 })
  expect(priceOf('llama3.2:3b', own)).toEqual({ input: 0, output: 0 })
  expect(priceOf('gpt-4o-mini', own)).toEqual({ input: 0.15, output: 0.6 })
})

test('cost in dollars', () => {
  const usage = { inputTokens: 1_000_000, outputTokens: 500_000 }
  expect(costOf(usage, { input: 2, output: 8 })).toBe(6)
  expect(costOf(usage, priceOf('embedded'))).toBe(0)
  expect(costOf(usage, undefined)).toBeUndefined()
})
