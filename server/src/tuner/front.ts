/** The front: the texts that add to the score, from all candidates, in one signature. */
import { type ExampleOutcome, weightedMean } from '../evaluation/evaluate.ts'
import type { Example } from '../examples/example.ts'
import type { Direction, Field, MetricSpec, Signature } from '../signature/signature.ts'
import type { Candidate, Source } from './candidate.ts'
import { estimateEffects, expectedEffect, type Scale } from './effects.ts'
import { meanOutcomes, mixOutcomes, nearest, type Pieces } from './expected.ts'
import { scoreBy } from './fieldScores.ts'
import { lengthLimit } from './propose.ts'
import {
  newTexts,
  type PartPath,
  piecesOf,
  sentencesOf,
  textKey,
  withoutTexts,
  wordingKey,
  wordingLength,
} from './wording.ts'

/** Texts of several candidates in one signature. */
export interface Composite {
  readonly signature: Signature
  readonly key: string
  /**
   * By example id. Where it is no candidate itself: those of the candidate whose words come nearest, output by output,
   * which is what to expect as far as an output's wording bears on that output alone.
   */
  readonly outcomes: ReadonlyMap<string, ExampleOutcome>
  readonly sources: readonly Source[]
  /** The candidate that is estimated highest. */
  readonly lead: Candidate
  /** Ids of the candidates it is made of, the lead first. */
  readonly parents: readonly number[]
  /** The score of a wording of known texts less what all of them have in common, as estimated. */
  value(signature: Signature): number
  /** What a text of the wording, or a sentence of its description or instructions, adds to that. */
  effect(part: PartPath, text: string): number
}

/**
 * Puts together the texts that add to the score on `examples`, each judged by every candidate that has it or lacks it:
 * a metric of one output by that output's words, the instructions and the inputs; others by all words. Not `byEffects` it
 * is the candidate that scored highest.
 */
export function compose(
  pool: readonly [Candidate, ...Candidate[]],
  examples: readonly Example[],
  byEffects = true,
): Composite {
  const pieces = new Map(pool.map(candidate => [candidate, piecesOf(candidate.signature)]))
  const effects = totalEffects(pool, pieces, examples)
  const effect = (part: PartPath, text: string) => effects.get(textKey(part, text)) ?? 0
  const value = (signature: Signature) =>
    piecesOf(signature).reduce((sum, { part, text }) => sum + effect(part, text), 0)
  const highest = pool.reduce((best, candidate) => {
    const isHigher = byEffects
      ? value(candidate.signature) > value(best.signature) + 1e-9
      : candidate.searchScore > best.searchScore + 1e-9
    return isHigher ? candidate : best
  })
  const signature = byEffects ? assemble(pool, effect) : highest.signature
  const key = wordingKey(signature)
  const known = pool.find(candidate => candidate.key === key)
  const lead = known ?? highest
  const owners = known === undefined ? signature.outputs.map((_, at) => nearest(pool, pieces, signature, at)) : []
  const meansOf = (candidate: Candidate) => meanOutcomes(pool, candidate)
  return {
    signature,
    key,
    outcomes: known === undefined ? mixOutcomes(lead, owners, examples, meansOf) : meansOf(known),
    sources: [...new Set(pool.flatMap(({ sources }) => sources))],
    lead,
    parents: [...new Set([lead, ...owners])].map(({ id }) => id),
    value,
    effect,
  }
}

/** By key of the text: what it adds to the score over all metrics. */
function totalEffects(
  pool: readonly [Candidate, ...Candidate[]],
  pieces: Pieces,
  examples: readonly Example[],
): ReadonlyMap<string, number> {
  const [original] = pool
  const { metrics, outputs } = original.signature
  const weight = metrics.reduce((sum, metric) => sum + metric.weight, 0)
  const keysOf = (candidate: Candidate) => (pieces.get(candidate) ?? []).map(({ part, text }) => textKey(part, text))
  const first = new Set(keysOf(original))
  const texts = new Set(pool.flatMap(keysOf))
  const total = new Map<string, number>()
  for (const [field, readers] of Map.groupBy(metrics, metric => metric.field)) {
    const bears = ({ part }: { readonly part: PartPath }) =>
      field === undefined || !part.startsWith('outputs.') || part.startsWith(`outputs.${field}.`)
    const scores = pool.map(candidate => scoresOf(candidate, field, readers))
    const before = scoresOf(original, field, readers)
    const complete = examples.filter(({ id }) => scores.every(after => after.has(id)))
    const trials = pool.map((candidate, row) => {
      const texts = (pieces.get(candidate) ?? []).filter(bears).map(({ part, text }) => textKey(part, text))
      const after = scores[row] ?? before
      const gainOn = ({ id }: Example) => (after.get(id) ?? 0) - (before.get(id) ?? 0)
      const own = examples.filter(({ id }) => before.has(id) && after.has(id))
      const gain = weightedMean(own.map(example => ({ value: gainOn(example), weight: example.weight }))) ?? 0
      return { texts: new Set(texts), gain, gains: complete.map(gainOn) }
    })
    const share = readers.reduce((sum, metric) => sum + metric.weight, 0) / weight
    // What every output reads is likely to help one of them.
    const scaleOf =
      (reach: number): Scale =>
      text =>
        text.startsWith('outputs.') ? 1 : field === undefined ? reach : reach / Math.sqrt(outputs.length)
    const effects = estimateEffects(trials, examples.length, [scaleOf(1), scaleOf(leastReach)])
    // No metric of another output tells of a text: there it has the effect that is expected before it is tried.
    for (const text of texts)
      total.set(text, (total.get(text) ?? 0) + share * (effects.get(text) ?? expectedEffect(first.has(text))))
  }
  return total
}

/** How far, beside the words of an output, those that every output reads may move its score where they do little. */
const leastReach = 0.3

const scoresByField = new WeakMap<Candidate, Map<string | undefined, ReadonlyMap<string, number>>>()

/** By example id: a candidate's scores by the metrics of one group; none where a call failed. Kept, as all are read again. */
function scoresOf(candidate: Candidate, field: string | undefined, readers: readonly MetricSpec[]) {
  const byField = scoresByField.get(candidate) ?? new Map<string | undefined, ReadonlyMap<string, number>>()
  scoresByField.set(candidate, byField)
  const known = byField.get(field)
  if (known !== undefined) return known
  const good = [...candidate.outcomes].filter(([, { error }]) => error === undefined)
  const scores = new Map(good.map(([id, outcome]) => [id, scoreBy(readers, outcome) ?? outcome.score]))
  byField.set(field, scores)
  return scores
}

/** Of descriptions and instructions the best of those there were, of constraints all that add to the score. */
function assemble(pool: readonly [Candidate, ...Candidate[]], effect: Composite['effect']): Signature {
  const original = pool[0].signature
  const best = (part: PartPath, texts: readonly string[]) => {
    const rate = (text: string) => sentencesOf(text).reduce((sum, sentence) => sum + effect(part, sentence), 0)
    return texts.reduce((best, text) => {
      const gain = rate(text) - rate(best)
      return gain > 1e-9 || (gain > -1e-9 && text.length < best.length) ? text : best
    })
  }
  const fieldsOf = (direction: Direction) =>
    original[direction].map((field, at): Field => {
      const others = pool.flatMap(({ signature }) => signature[direction][at] ?? [])
      const part = `${direction}.${field.name}`
      const earns = (text: string) =>
        effect(`${part}.constraints`, text) > (field.constraints.includes(text) ? -1e-9 : 1e-9)
      const constraints = new Set(others.flatMap(({ constraints }) => constraints))
      return {
        ...field,
        desc: best(`${part}.desc`, [field.desc, ...others.map(({ desc }) => desc)]),
        constraints: [...new Set(field.constraints).union(constraints)].filter(earns),
      }
    })
  const instructions = [original.instructions, ...pool.map(({ signature }) => signature.instructions)]
  const signature = {
    ...original,
    instructions: best('instructions', instructions),
    inputs: fieldsOf('inputs'),
    outputs: fieldsOf('outputs'),
  }
  return withinLimit(original, signature, effect)
}

/** Without the added constraints that earn least, as far as all texts together are too long. */
function withinLimit(original: Signature, signature: Signature, effect: Composite['effect']): Signature {
  let room = lengthLimit(original) - wordingLength(signature)
  const added = newTexts(original, signature)
    .filter(({ part }) => part.endsWith('.constraints'))
    .sort((a, b) => effect(a.part, a.text) - effect(b.part, b.text))
  const dropped = added.filter(({ text }) => {
    if (room >= 0) return false
    room += text.length
    return true
  })
  return withoutTexts(original, signature, dropped)
}
