/** Statistics of paired scores: p-values, corrections, and how many examples a gain needs. */
import type { Random } from '../base/random.ts'

/** The same example under two signatures. */
export interface Pair {
  readonly old: number
  readonly new: number
  readonly weight: number
}

export interface PairSummary {
  readonly examples: number
  readonly wins: number
  readonly losses: number
  /** Weighted means; 0 when there are no pairs. */
  readonly old: number
  readonly new: number
  /** Weighted mean difference. */
  readonly gain: number
  /** Standard deviation of the weighted differences, scaled to mean weight 1. */
  readonly deviation: number
}

const tie = 1e-9

export function summarisePairs(pairs: readonly Pair[]): PairSummary {
  const weights = pairs.reduce((sum, pair) => sum + pair.weight, 0)
  const mean = (value: (pair: Pair) => number) =>
    weights === 0 ? 0 : pairs.reduce((sum, pair) => sum + value(pair) * pair.weight, 0) / weights
  const gain = mean(pair => pair.new - pair.old)
  const scale = weights === 0 ? 0 : pairs.length / weights
  const squares = pairs.reduce((sum, pair) => sum + (scale * pair.weight * (pair.new - pair.old) - gain) ** 2, 0)
  return {
    examples: pairs.length,
    wins: pairs.filter(pair => pair.new - pair.old > tie).length,
    losses: pairs.filter(pair => pair.old - pair.new > tie).length,
    old: mean(pair => pair.old),
    new: mean(pair => pair.new),
    gain,
    deviation: pairs.length < 2 ? 0 : Math.sqrt(squares / (pairs.length - 1)),
  }
}

/**
 * One-sided mid-p that the new scores are no better: the sign test where all differences are equally large, else
 * the sign-flip permutation test (exact up to 16 differences, else 20 000 flips drawn from `random`). 1 without pairs.
 */
export function pairedP(pairs: readonly Pair[], random: Random): number {
  const differences = pairs.map(pair => (pair.new - pair.old) * pair.weight).filter(value => Math.abs(value) > tie)
  const first = differences[0]
  if (first === undefined) return 1
  if (differences.every(value => Math.abs(Math.abs(value) - Math.abs(first)) <= tie)) {
    const wins = differences.filter(value => value > 0).length
    return signTestP(wins, differences.length - wins)
  }
  return differences.length <= maxExact ? exactFlipP(differences) : sampledFlipP(differences, random)
}

/** One-sided mid-p of the sign test: P(more wins) + half P(as many), at even odds; 1 without wins and losses. */
export function signTestP(wins: number, losses: number): number {
  const n = wins + losses
  if (n === 0) return 1
  let tail = 0
  for (let k = wins + 1; k <= n; k++) tail += binomialHalf(n, k)
  return tail + binomialHalf(n, wins) / 2
}

/** P(X = k) for n fair coins, by logarithms so that large n do not overflow. */
function binomialHalf(n: number, k: number): number {
  let log = -n * Math.LN2
  for (let i = 1; i <= k; i++) log += Math.log((n - k + i) / i)
  return Math.exp(log)
}

const maxExact = 16
const flips = 20_000

function exactFlipP(differences: readonly number[]): number {
  const observed = differences.reduce((sum, value) => sum + value, 0)
  let above = 0
  let equal = 0
  const visit = (at: number, sum: number) => {
    const value = differences[at]
    if (value === undefined) {
      if (sum > observed + tie) above++
      else if (sum >= observed - tie) equal++
      return
    }
    visit(at + 1, sum + value)
    visit(at + 1, sum - value)
  }
  visit(0, 0)
  return (above + equal / 2) / 2 ** differences.length
}

function sampledFlipP(differences: readonly number[], random: Random): number {
  const observed = differences.reduce((sum, value) => sum + value, 0)
  let above = 0
  let equal = 0
  for (let flip = 0; flip < flips; flip++) {
    let sum = 0
    let bits = 0
    for (let i = 0; i < differences.length; i++) {
      if (i % 32 === 0) bits = Math.floor(random.next() * 2 ** 32)
      const value = differences[i] ?? 0
      sum += (bits & 1) === 1 ? value : -value
      bits >>>= 1
    }
    if (sum > observed + tie) above++
    else if (sum >= observed - tie) equal++
  }
  // The observed arrangement is one of the possible ones: counting it keeps the estimate from being 0.
  return (above + (equal + 1) / 2) / (flips + 1)
}

/** The p-value of the best of `tries` independent looks (Šidák). */
export function sidak(p: number, tries: number): number {
  return -Math.expm1(Math.max(1, tries) * Math.log1p(-Math.min(p, 1 - 1e-15)))
}

const zOneSided = 1.645
const zPowerFourFifths = 0.842
const zPowerTwoThirds = 0.431

/**
 * Pairs at which a gain of this size would be shown four times out of five; `undefined` without a gain.
 */
export function pairsNeeded(gain: number, deviation: number): number | undefined {
  if (gain <= 0) return undefined
  return Math.ceil((((zOneSided + zPowerFourFifths) * deviation) / gain) ** 2)
}

/**
 * The gain, in 0..1, that `pairs` pairs show in two of three tries when 5 % of the examples get worse on the way.
 */
export function smallestGain(pairs: number): number {
  if (pairs <= 0) return 1
  const worse = 0.05
  for (let gain = 0.01; gain < 1; gain += 0.01) {
    const deviation = Math.sqrt(gain + 2 * worse - gain ** 2)
    if (gain * Math.sqrt(pairs) >= (zOneSided + zPowerTwoThirds) * deviation) return gain
  }
  return 1
}
