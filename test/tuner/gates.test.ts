/** Gates: what is promoted and what is said about it. */
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../server/src/base/random.ts'
import { formatP } from '../../server/src/tuner/figures.ts'
import { promote, refuseGain } from '../../server/src/tuner/gates.ts'
import type { Pair } from '../../server/src/tuner/statistics.ts'

const pair = (old: number, fresh: number, weight = 1): Pair => ({ old, new: fresh, weight })
const times = (count: number, item: Pair) => Array.from({ length: count }, () => item)

test('a small gain is refused in words that cannot be misread', () => {
  expect(refuseGain(0.05, 0.05)).toBeUndefined()
  expect(refuseGain(0.03, 0.05)).toBe('refused: +0.03 is below the required 0.05')
  expect(refuseGain(0.0499, 0.05)).toBe('refused: +0.0499 is below the required 0.05')
  expect(refuseGain(0.04999, 0.05)).toBe('refused: +0.04999 is below the required 0.05')
  expect(refuseGain(-0.2, 0)).toBe('refused: -0.20 is below the required 0')
})

describe('promotion', () => {
  const base = { weak: false, candidates: 8, total: 60, lost: 0, random: createRandom('p') }

  test('a significant gain on the holdout is proven', () => {
    const test = [...times(12, pair(0, 1)), ...times(3, pair(1, 0)), ...times(15, pair(1, 1))]
    const verdict = promote({ ...base, search: test, test })
    expect(verdict).toMatchObject({ tuned: true, evidence: 'proven' })
    expect(verdict.reason).toBe('gain +0.30 on 30 holdout examples (12 wins, 3 losses), p 0.01')
  })

  test('a gain that chance explains is unproven and says how many examples would show it', () => {
    const test = [...times(6, pair(0, 1)), ...times(3, pair(1, 0)), ...times(11, pair(1, 1))]
    const verdict = promote({ ...base, search: test, test })
    expect(verdict).toMatchObject({ tuned: false, evidence: 'unproven' })
    expect(verdict.reason).toMatch(/^gain \+0\.15, p 0\.17; about \d+ examples would show it$/)
  })

  test('says the number of examples of which enough are held out', () => {
    const reason = (test: readonly Pair[], weak = false) =>
      promote({ ...base, weak, total: 10, search: test, test }).reason
    // It takes 124 pairs: 40 % of 310.
    expect(reason([...times(6, pair(0, 1)), ...times(3, pair(1, 0)), ...times(11, pair(1, 1))])).toContain('about 350')
    expect(reason(times(3, pair(0, 0.2)), true)).toContain('about 30')
  })

  test('no figure contradicts what is said of it', () => {
    const tiny = [...times(100, pair(0, 0.004)), pair(0.3, 0)]
    expect(promote({ ...base, search: tiny, test: tiny }).reason).toMatch(/^gain \+0\.001, p 0\.\d+; about/)
    expect(formatP(0.05001)).toBe('0.05001')
    expect(formatP(0.0499)).toBe('0.05')
    expect(formatP(0.0004)).toBe('<0.001')
  })

  test('a test that lost too many pairs to errors proves nothing, one that lost a few says so', () => {
    const test = times(12, pair(0, 1))
    const some = promote({ ...base, search: test, test, lost: 3, error: 'No reply within 60 s.' })
    expect(some).toMatchObject({ tuned: true, evidence: 'proven' })
    expect(some.reason).toContain('on 12 of 15 holdout examples')
    const many = promote({ ...base, search: test, test, lost: 5, error: 'No reply within 60 s.' })
    expect(many).toMatchObject({ tuned: false, evidence: 'unproven' })
    expect(many.reason).toBe(
      'gain +1.00 on 12 of 17 holdout examples (12 wins, 0 losses), p <0.001, but calls failed on the others: No reply within 60 s.',
    )
  })

  test('no gain on the holdout is said to be none', () => {
    const verdict = promote({ ...base, search: times(5, pair(0, 1)), test: times(5, pair(1, 0.5)) })
    expect(verdict.evidence).toBe('unproven')
    expect(verdict.reason).toBe('gain +1.00 on the search half, but -0.50 on the holdout, p 0.98')
  })

  test('few examples give weak evidence, corrected for the candidates tried', () => {
    const test = [...times(7, pair(0, 1)), ...times(13, pair(1, 1))]
    const weak = { ...base, weak: true, total: 20, search: test, test }
    expect(promote({ ...weak, candidates: 5 })).toMatchObject({ tuned: true, evidence: 'weak' })
    expect(promote({ ...weak, candidates: 5 }).reason).toContain('p 0.02 after correction for 5 candidates')
    expect(promote({ ...weak, candidates: 40 })).toMatchObject({ tuned: false, evidence: 'unproven' })
  })
})
