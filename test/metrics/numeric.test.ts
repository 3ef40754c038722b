/** Numbers read out of text, conservatively, and by how much they are off. */
import { expect, test } from 'vitest'
import { numberIn } from '../../server/src/metrics/numeric.ts'
import { judged } from './scoring.ts'

test.each([
  [3, 3],
  ['3', 3],
  [' -2.5 ', -2.5],
  ['\u22127', -7],
  ['+4', 4],
  ['$1,234.50', 1234.5],
  ['1 234,50', 1234.5],
  ['1\u202f234\u202f567', 1_234_567],
  ["1'234.5", 1234.5],
  ['1.234.567', 1_234_567],
  ['1.234.567,8', 1_234_567.8],
  ['1,234', 1234],
  ['1.234', 1.234],
  ['3,5', 3.5],
  ['1e5', 100_000],
  ['2.5E-3', 0.0025],
  ['42 km', 42],
  ['about 42.', 42],
  ['45%', 45],
  ['€-5', -5],
  ['.5', 0.5],
])('%j is %d', (value, expected) => {
  expect(numberIn(value)).toBe(expected)
})

test.each([
  'none',
  '',
  '1,23,4.5',
  '1.2.3',
  '5-10',
  '2026-01-19',
  '3 and 5',
  'H2O',
  true,
  null,
  [1],
  Number.NaN,
  '1,2345,678',
])('%j is no one number', value => {
  expect(numberIn(value)).toBeTypeOf('string')
})

test('feedback says by how much', async () => {
  const cases = [
    [10, 10.5, { tolerance: 0.5 }],
    [100, 101, { relative: 0.01 }],
    [0.3, 0.1 + 0.2],
    [10, 12],
    [10, '8 km'],
    [0, 0.25],
    [0.45, '45 %'],
    [45, 0.45],
    [5, 5000],
    [5, -5],
    [5, 'five'],
    [5, '5 or 6'],
    ['many', 5],
  ] as const
  expect(
    await Promise.all(cases.map(([gold, got, options]) => judged('numeric', gold, got, options))),
  ).toMatchInlineSnapshot(`
    [
      "1 Right.",
      "1 Right.",
      "1 Right.",
      "0 Expected 10, got 12: too large by 2 (20 %).",
      "0 Expected 10, got "8 km": too small by 2 (20 %).",
      "0 Expected 0, got 0.25: too large by 0.25.",
      "0 Expected 0.45, got "45 %": off by a factor of 100, as between a share and a percentage.",
      "0 Expected 45, got 0.45: off by a factor of 100, as between a share and a percentage.",
      "0 Expected 5, got 5000: off by a factor of 1000.",
      "0 Expected 5, got -5: the sign is wrong.",
      "0 Expected 5, got "five": the answer holds no number.",
      "0 Expected 5, got "5 or 6": the answer holds 2 numbers: give one.",
      "0 The gold value "many" holds no number.",
    ]
  `)
})
