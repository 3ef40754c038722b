/** A candidate: a wording of the signature, what is known of its scores, and where its texts come from. */
import type { ExampleOutcome } from '../evaluation/evaluate.ts'
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
  /** By example id: all of dev, the train examples read so far; everything for the original. */
  readonly outcomes: ReadonlyMap<string, ExampleOutcome>
  /** Weighted mean over dev, in 0..1. */
  readonly devScore: number
  readonly sources: readonly Source[]
}

/** Why a text was written. */
export interface Source {
  readonly part: PartPath
  readonly text: string
  readonly examples: readonly string[]
  readonly reasoning: string
}

/** The texts that `child` has beyond `parent`, with one explanation. */
export function sourcesOf(
  parent: Signature,
  child: Signature,
  examples: readonly string[],
  reasoning: string,
): readonly Source[] {
  return newTexts(parent, child).map(({ part, text }) => ({ part, text, examples, reasoning }))
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
  let sum = 0
  let weights = 0
  for (const { id, weight } of examples) {
    const outcome = outcomes.get(id)
    if (outcome === undefined || outcome.error !== undefined) continue
    sum += outcome.score * weight
    weights += weight
  }
  return weights === 0 ? 0 : sum / weights
}
