/** A candidate: a wording of the signature, what is known of its scores, and where its texts come from. */
import { type ExampleOutcome, weightedMean } from '../evaluation/evaluate.ts'
import type { Example } from '../examples/example.ts'
import { inputKey } from '../examples/split.ts'
import type { Field, Signature } from '../signature/signature.ts'
import type { Origin } from './result.ts'
import { type Pair, summarisePairs } from './statistics.ts'
import { newTexts, type PartPath } from './wording.ts'

export interface Candidate {
  /** 0 is the signature as it was; others have the number of their proposal. */
  readonly id: number
  readonly parents: readonly number[]
  readonly origin: Origin | 'original'
  readonly signature: Signature
  /** Equal for equal wordings. */
  readonly key: string
  /** By example id: the whole search half; everything for the original. */
  readonly outcomes: ReadonlyMap<string, ExampleOutcome>
  /** The original's: the mean over the search half. Of others `scoreOver`. */
  readonly searchScore: number
  readonly sources: readonly Source[]
}

/** Why a text was written. */
export interface Source {
  readonly part: PartPath
  readonly text: string
  /** Number of the proposal that brought it. */
  readonly proposal: number
  readonly examples: readonly string[]
  readonly reasoning: string
}

/** The texts that `child` has beyond `parent`, with one explanation. */
export function sourcesOf(
  parent: Signature,
  child: Signature,
  why: Pick<Source, 'proposal' | 'examples' | 'reasoning'>,
): readonly Source[] {
  return newTexts(parent, child).map(({ part, text }) => ({ part, text, ...why }))
}

/** Both outcomes of each example where neither call failed. */
export function pairsOf(
  examples: readonly Example[],
  old: ReadonlyMap<string, ExampleOutcome>,
  fresh: ReadonlyMap<string, ExampleOutcome>,
): readonly Pair[] {
  return examples.flatMap(({ id, weight }) => {
    const [a, b] = [old.get(id), fresh.get(id)]
    if (a === undefined || b === undefined || a.error !== undefined || b.error !== undefined) return []
    return [{ old: a.score, new: b.score, weight }]
  })
}

/** Pairs for a test: examples with the same inputs are one, their mean, or copies would pass for evidence. */
export function distinctPairs(
  examples: readonly Example[],
  inputs: readonly Field[],
  old: ReadonlyMap<string, ExampleOutcome>,
  fresh: ReadonlyMap<string, ExampleOutcome>,
): readonly Pair[] {
  const groups = Map.groupBy(examples, example => inputKey(example, inputs))
  return [...groups.values()].flatMap(members => {
    const pairs = pairsOf(members, old, fresh)
    if (pairs.length < 2) return pairs
    const { old: before, new: after } = summarisePairs(pairs)
    return [{ old: before, new: after, weight: pairs.reduce((sum, { weight }) => sum + weight, 0) }]
  })
}

/** Weighted mean over the examples without error; 0 when there is none. */
export function meanScore(examples: readonly Example[], outcomes: ReadonlyMap<string, ExampleOutcome>): number {
  const scored = examples.flatMap(({ id, weight }) => {
    const outcome = outcomes.get(id)
    return outcome === undefined || outcome.error !== undefined ? [] : [{ value: outcome.score, weight }]
  })
  return weightedMean(scored) ?? 0
}

/**
 * The original's score on the search half and the gain over it where both were scored, so that errors neither lift nor
 * lower it. Can leave 0..1; rounded, so that equals are equal.
 */
export function scoreOver(
  search: readonly Example[],
  original: Pick<Candidate, 'searchScore' | 'outcomes'>,
  outcomes: ReadonlyMap<string, ExampleOutcome>,
): number {
  return Math.round((original.searchScore + scoreGain(search, original.outcomes, outcomes)) * 1e9) / 1e9
}

/** How much higher the second scores than the first on the examples that both were scored on. */
export function scoreGain(
  examples: readonly Example[],
  old: ReadonlyMap<string, ExampleOutcome>,
  fresh: ReadonlyMap<string, ExampleOutcome>,
): number {
  return summarisePairs(pairsOf(examples, old, fresh)).gain
}
