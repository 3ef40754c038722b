/** Gates: which gains are enough, and what may be promoted. */
import type { Random } from '../base/random.ts'
import { holdoutShare, leastForHoldout } from '../examples/split.ts'
import { formatGain, formatP } from './figures.ts'
import type { Evidence } from './result.ts'
import { type Pair, type PairSummary, pairedP, pairsNeeded, sidak, summarisePairs } from './statistics.ts'

export interface PromotionInput {
  /** Winner against original on the search half. */
  readonly search: readonly Pair[]
  /** The pairs of the test: the holdout, or all examples when there are too few to hold some out. */
  readonly test: readonly Pair[]
  /** Pairs that are missing from the test because a call failed, and the message of such a call. */
  readonly lost: number
  readonly error?: string | undefined
  readonly weak: boolean
  /** Candidates that were evaluated on dev; corrects the p-value where the test has seen the selection. */
  readonly candidates: number
  /** Examples in all, for the number that would show the gain. */
  readonly total: number
  readonly random: Random
}

export interface Verdict {
  readonly tuned: boolean
  readonly evidence: Evidence
  /** Corrected where it has to be. */
  readonly p: number
  readonly summary: PairSummary
  readonly reason: string
}

/** `undefined` when the gain on the search half is enough; else why the winner is refused without further test. */
export function refuseGain(gain: number, minImprovement: number): string | undefined {
  if (gain + tie >= minImprovement && gain > tie) return undefined
  // 0.048 must not read as if it were the 0.05 it misses.
  return `refused: ${formatGain(gain, value => value < minImprovement)} is below the required ${minImprovement}`
}

/** One winner, one test. The caller has asked `refuseGain` first. */
export function promote(input: PromotionInput): Verdict {
  const summary = summarisePairs(input.test)
  const raw = pairedP(input.test, input.random)
  const p = input.weak ? sidak(raw, input.candidates) : raw
  const all = summary.examples + input.lost
  const number = input.lost === 0 ? `${all}` : `${summary.examples} of ${all}`
  const where = input.weak ? `${input.lost === 0 ? 'all ' : ''}${number} examples` : `${number} holdout examples`
  const figures = `gain ${formatGain(summary.gain)} on ${where} (${count(summary.wins, 'win')}, ${count(summary.losses, 'loss', 'losses')}), p ${formatP(p)}`
  const corrected = input.weak && input.candidates > 1 ? ` after correction for ${input.candidates} candidates` : ''
  if (tooManyLost(input.lost, all)) {
    const reason = `${figures}, but calls failed on the others: ${input.error ?? 'too few are left for a fair test.'}`
    return { tuned: false, evidence: 'unproven', p, summary, reason }
  }
  if (p <= significance && summary.gain > tie) {
    return { tuned: true, evidence: input.weak ? 'weak' : 'proven', p, summary, reason: figures + corrected }
  }
  return { tuned: false, evidence: 'unproven', p, summary, reason: missed(input, summary, p) }
}

const significance = 0.05

function missed(input: PromotionInput, summary: PairSummary, p: number): string {
  if (summary.gain <= tie) {
    const search = formatGain(summarisePairs(input.search).gain)
    return `gain ${search} on the search half, but ${formatGain(summary.gain)} on the holdout, p ${formatP(p)}`
  }
  const pairs = pairsNeeded(summary.gain, summary.deviation) ?? 0
  const needed = Math.max(examplesFor(pairs), Math.ceil(input.total * 1.25))
  return `gain ${formatGain(summary.gain, value => value > 0)}, p ${formatP(p)}; about ${roundUp(needed)} examples would show it`
}

/** With a quarter of the pairs missing there is no fair comparison. */
export function tooManyLost(lost: number, all: number): boolean {
  return lost > 0.25 * all
}

const tie = 1e-9

/** So many that as many as `pairs` of them are held out. */
function examplesFor(pairs: number): number {
  const half = Math.max(leastForHoldout, 2 * pairs)
  return pairs <= half * holdoutShare(half) ? half : Math.ceil(pairs / holdoutShare(half))
}

/** To the next 10 below 200, to the next 50 below 1000, to the next 100 above. */
function roundUp(value: number): number {
  const step = value < 200 ? 10 : value < 1000 ? 50 : 100
  return Math.ceil(value / step) * step
}

function count(value: number, one: string, many = `${one}s`): string {
  return `${value} ${value === 1 ? one : many}`
}
