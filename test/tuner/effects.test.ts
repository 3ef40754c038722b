/** Effects: what each text adds, from all wordings that have it or lack it. */
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../server/src/base/random.ts'
import { estimateEffects, expectedEffect, type Trial } from '../../server/src/tuner/effects.ts'

const examples = 20

/** A wording whose gain on each example is given by `gainOf`. */
function trial(texts: readonly string[], gainOf: (example: number) => number): Trial {
  const gains = Array.from({ length: examples }, (_, i) => gainOf(i))
  return { texts: new Set(texts), gains, gain: gains.reduce((sum, gain) => sum + gain, 0) / examples }
}

const first = trial(['old'], () => 0)
/** A rule that mends a quarter of the examples. */
const helps = (example: number) => (example % 4 === 0 ? 1 : 0)

describe('without noise', () => {
  test('a text that is missed has its effect, and one that is not has none', () => {
    const trials = [
      first,
      trial(['old', 'rule', 'talk'], helps),
      trial(['old', 'rule'], helps),
      trial(['old', 'talk'], () => 0),
      trial(['old', 'rule', 'more'], helps),
      trial(['old', 'rule', 'more', 'talk'], helps),
    ]
    const effects = estimateEffects(trials, examples)
    expect(effects.get('rule')).toBeGreaterThan(10 * Math.abs(effects.get('talk') ?? 1))
    expect(effects.has('old')).toBe(false)
  })

  test('texts that were only seen together share what they gained', () => {
    const effects = estimateEffects([first, trial(['old', 'a', 'b'], helps)], examples)
    expect(effects.get('a')).toBeCloseTo(effects.get('b') ?? 0, 9)
    expect(effects.get('a')).toBeGreaterThan(0.02)
  })

  test('what gains nothing is not taken for better than what the author wrote', () => {
    const effects = estimateEffects([first, trial(['new', 'more'], () => 0)], examples)
    expect(effects.get('old')).toBeGreaterThan(effects.get('new') ?? 0)
    expect(effects.get('new')).toBeLessThan(0)
  })
})

test('one lucky score makes no text where scores are noisy, and many do', () => {
  const random = createRandom('noisy')
  const noise = () => (random.next() < 0.2 ? 1 : 0) - (random.next() < 0.2 ? 1 : 0)
  const noisy = Array.from({ length: 8 }, (_, i) => trial(['old', `talk ${i}`], noise))
  const lucky = trial(['old', 'lucky'], example => (example < 8 ? 1 : example < 12 ? -1 : 0))
  const once = estimateEffects([first, ...noisy, lucky], examples).get('lucky') ?? 1
  expect(once).toBeLessThan(0.6 * lucky.gain)
  const often = Array.from({ length: 6 }, (_, i) => trial(['old', 'rule', `more ${i}`], e => noise() + helps(e)))
  const effects = estimateEffects([first, ...noisy, ...often], examples)
  const others = [...effects].filter(([text]) => text !== 'rule').map(([, effect]) => effect)
  expect(effects.get('rule')).toBeGreaterThan(1.5 * Math.max(...others))
})

test('a text of small scale moves less on the same evidence', () => {
  const trials = [first, trial(['old', 'told'], helps)]
  const whole = estimateEffects(trials, examples).get('told') ?? 0
  const half = estimateEffects(trials, examples, [() => 0.5]).get('told') ?? 0
  expect(half).toBeLessThan(whole)
  expect(half).toBeGreaterThan(0)
})

describe('of several scales the likeliest is taken', () => {
  const scales = [() => 1, (text: string) => (text.startsWith('told') ? 0.3 : 1)] as const
  const random = createRandom('told')
  const noise = () => (random.next() < 0.15 ? 1 : 0) - (random.next() < 0.15 ? 1 : 0)
  const rules = Array.from({ length: 6 }, (_, i) =>
    trial(['old', `rule ${i}`], e => noise() + (e % 3 === i % 3 ? 1 : 0)),
  )

  test('where nothing of a kind has done anything, one good score of such a text counts less', () => {
    const vain = Array.from({ length: 8 }, (_, i) => trial(['old', `told ${i}`], noise))
    const lucky = trial(['old', 'told lucky'], example => (example < 6 ? 1 : 0))
    const trials = [first, ...rules, ...vain, lucky]
    const usual = estimateEffects(trials, examples).get('told lucky') ?? 0
    expect(estimateEffects(trials, examples, scales).get('told lucky')).toBeLessThan(0.7 * usual)
  })

  test('where texts of the kind do as much as others, they are believed to', () => {
    const told = Array.from({ length: 6 }, (_, i) =>
      trial(['old', `told ${i}`], e => noise() + (e % 3 === i % 3 ? 1 : 0)),
    )
    const trials = [first, ...rules, ...told]
    expect(estimateEffects(trials, examples, scales)).toEqual(estimateEffects(trials, examples))
  })
})

test('nothing is known of what no wording tells apart', () => {
  expect(estimateEffects([], examples).size).toBe(0)
  expect(estimateEffects([first, first], examples).size).toBe(0)
  expect([expectedEffect(true) > 0, expectedEffect(false) < 0]).toEqual([true, true])
})
