/** Paired statistics against values worked out by hand or known from tables. */
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../server/src/base/random.ts'
import {
  type Pair,
  pairedP,
  pairsNeeded,
  sidak,
  signTestP,
  smallestGain,
  summarisePairs,
} from '../../server/src/tuner/statistics.ts'

function binaryPairs(wins: number, losses: number, ties = 0): Pair[] {
  const pair = (old: number, fresh: number) => ({ old, new: fresh, weight: 1 })
  return [
    ...Array.from({ length: wins }, () => pair(0, 1)),
    ...Array.from({ length: losses }, () => pair(1, 0)),
    ...Array.from({ length: ties }, () => pair(1, 1)),
  ]
}

describe('sign test', () => {
  test.each([
    [5, 0],
    [7, 1],
    [9, 2],
    [10, 3],
    [12, 4],
  ])('%i wins and %i losses pass', (wins, losses) => {
    expect(signTestP(wins, losses)).toBeLessThanOrEqual(0.05)
    expect(pairedP(binaryPairs(wins, losses, 20), createRandom('a'))).toBeCloseTo(signTestP(wins, losses), 12)
  })

  test.each([
    [3, 0],
    [5, 1],
    [6, 2],
    [8, 3],
    [9, 4],
    [5, 5],
    [0, 4],
  ])('%i wins and %i losses do not', (wins, losses) => {
    expect(signTestP(wins, losses)).toBeGreaterThan(0.05)
  })

  test('is the mid-p: half of the observed outcome counts', () => {
    expect(signTestP(5, 0)).toBeCloseTo(1 / 64, 12)
    expect(signTestP(7, 1)).toBeCloseTo((1 + 8 / 2) / 256, 12)
    expect(signTestP(3, 3)).toBeCloseTo(0.5, 12)
    expect(signTestP(0, 0)).toBe(1)
  })

  test('holds for thousands of pairs', () => {
    expect(signTestP(2000, 2000)).toBeCloseTo(0.5, 6)
    expect(signTestP(2100, 1900)).toBeCloseTo(0.0008, 3)
  })
})

describe('sign-flip permutation', () => {
  const graded = (differences: readonly number[]) => differences.map(d => ({ old: 0.5, new: 0.5 + d, weight: 1 }))

  test('counts arrangements exactly when there are few', () => {
    // Sums of ±0.1 ±0.2 ±0.4: only the observed one of 8 reaches 0.7.
    expect(pairedP(graded([0.1, 0.2, 0.4]), createRandom('a'))).toBeCloseTo(0.5 / 8, 12)
    expect(pairedP(graded([0.1, 0.2, -0.4]), createRandom('a'))).toBeCloseTo((4 + 0.5) / 8, 12)
  })

  test('is sampled for many, near the exact value, and the same for the same seed', () => {
    const few = Array.from({ length: 16 }, (_, i) => (i % 3 === 0 ? -0.1 : 0.05) * (1 + i / 20))
    const exact = pairedP(graded(few), createRandom('a'))
    const many = graded([...few, 1e-7])
    expect(pairedP(many, createRandom('a'))).toBeCloseTo(exact, 1)
    expect(pairedP(many, createRandom('a'))).toBe(pairedP(many, createRandom('a')))
  })

  test('weights count', () => {
    const heavy = [
      { old: 0, new: 1, weight: 5 },
      { old: 1, new: 0, weight: 1 },
      { old: 1, new: 0, weight: 1 },
    ]
    expect(pairedP(heavy, createRandom('a'))).toBeCloseTo((3 + 1 / 2) / 8, 12)
  })

  test('says 1 when nothing differs', () => {
    expect(pairedP(graded([0, 0, 0]), createRandom('a'))).toBe(1)
    expect(pairedP([], createRandom('a'))).toBe(1)
  })
})

test('Šidák', () => {
  expect(sidak(0.05, 1)).toBeCloseTo(0.05, 12)
  expect(sidak(0.01, 8)).toBeCloseTo(1 - 0.99 ** 8, 12)
  expect(sidak(1, 3)).toBeCloseTo(1, 6)
})

test('summaries are weighted means and count wins and losses', () => {
  const summary = summarisePairs([
    { old: 0, new: 1, weight: 3 },
    { old: 1, new: 0.5, weight: 1 },
  ])
  expect(summary).toMatchObject({ examples: 2, wins: 1, losses: 1, old: 0.25, new: 0.875, gain: 0.625 })
})

test('a larger gain needs fewer pairs, and no gain none', () => {
  expect(pairsNeeded(0.2, 0.5)).toBe(39)
  expect(pairsNeeded(0.1, 0.5)).toBe(155)
  expect(pairsNeeded(0, 0.5)).toBeUndefined()
  expect(smallestGain(20)).toBeCloseTo(0.25, 2)
  expect(smallestGain(100)).toBeLessThan(0.12)
  expect(smallestGain(0)).toBe(1)
})
