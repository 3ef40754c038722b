/** The front: the texts that add to the score, from all candidates, in one signature. */
import { type ExampleOutcome, weightedMean } from '../evaluation/evaluate.ts'
import type { Example } from '../examples/example.ts'
import type { Direction, Field, MetricSpec, Signature } from '../signature/signature.ts'
import { type Candidate, pairsOf, type Source } from './candidate.ts'
import { estimateEffects, expectedEffect, type Scale } from './effects.ts'
import { lengthLimit } from './propose.ts'
import type { Idea } from './result.ts'
import { type Pair, summarisePairs } from './statistics.ts'
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
 * a metric of one output by that output's words, the instructions and the inputs; others by all words.
 */
export function compose(
  pool: readonly [Candidate, ...Candidate[]],
  examples: readonly Example[],
  without: readonly Idea[] = [],
): Composite {
  const pieces = new Map(pool.map(candidate => [candidate, piecesOf(candidate.signature)]))
  const effects = totalEffects(pool, pieces, examples)
  const effect = (part: PartPath, text: string) => effects.get(textKey(part, text)) ?? 0
  const value = (signature: Signature) =>
    piecesOf(signature).reduce((sum, { part, text }) => sum + effect(part, text), 0)
  const highest = pool.reduce((best, candidate) => {
    const isHigher = without.includes('effects')
      ? candidate.searchScore > best.searchScore + 1e-9
      : value(candidate.signature) > value(best.signature) + 1e-9
    return isHigher ? candidate : best
  })
  const signature = without.includes('effects') ? highest.signature : assemble(pool, effect)
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

type Pieces = ReadonlyMap<Candidate, ReturnType<typeof piecesOf>>

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

/** The candidate whose words for one output differ in the fewest texts, of equals the latest. */
function nearest(pool: readonly Candidate[], pieces: Pieces, signature: Signature, at: number): Candidate {
  const name = signature.outputs[at]?.name
  const context = (all: ReturnType<typeof piecesOf>) => {
    const own = all.filter(({ part }) => !part.startsWith('outputs.') || part.startsWith(`outputs.${name}.`))
    return new Set(own.map(({ part, text }) => textKey(part, text)))
  }
  const wanted = context(piecesOf(signature))
  const rated = pool.map(candidate => ({
    candidate,
    distance: context(pieces.get(candidate) ?? []).symmetricDifference(wanted).size,
  }))
  return rated.reduce((best, other) => (other.distance <= best.distance ? other : best)).candidate
}

/** A candidate's outcomes, each metric of an output with the mean over all candidates that word this output alike. */
export function meanOutcomes(pool: readonly Candidate[], candidate: Candidate): Candidate['outcomes'] {
  const { signature } = candidate
  const { outputs, metrics } = signature
  const alike = new Map(
    outputs.map(({ name }, at) => [name, pool.filter(other => contextOf(other, at) === contextOf(candidate, at))]),
  )
  return new Map(
    [...candidate.outcomes].map(([id, outcome]) => {
      if (outcome.error !== undefined) return [id, outcome]
      const scores = Object.fromEntries(
        metrics.flatMap(({ name, field }) => {
          const own = Object.hasOwn(outcome.scores, name) ? outcome.scores[name] : undefined
          if (own === undefined) return []
          const all = (alike.get(field ?? '') ?? [candidate]).flatMap(({ outcomes }) => {
            const scores = outcomes.get(id)?.scores ?? {}
            return Object.hasOwn(scores, name) ? (scores[name]?.score ?? []) : []
          })
          const score = all.reduce((sum, value) => sum + value, 0) / all.length
          return [[name, { ...own, score }]]
        }),
      )
      return [id, { ...outcome, scores, score: scoreBy(metrics, { ...outcome, scores }) ?? outcome.score }]
    }),
  )
}

/** What bears on one output: its own words, the instructions and the inputs. */
function contextOf({ signature }: Candidate, at: number): string {
  const texts = ({ desc, constraints }: Field) => [desc, constraints]
  return JSON.stringify([
    signature.instructions,
    signature.inputs.map(texts),
    signature.outputs.slice(at, at + 1).map(texts),
  ])
}

/** Scored by the metrics that read the field, or as a whole where none does; on the examples that both were scored on. */
export function fieldPairs(
  metrics: readonly MetricSpec[],
  { name }: Pick<Field, 'name'>,
  examples: readonly Example[],
  old: Candidate['outcomes'],
  fresh: Candidate['outcomes'],
): readonly Pair[] {
  const readers = metrics.filter(({ field }) => field === name)
  const only = (outcomes: Candidate['outcomes']) =>
    new Map(
      examples.flatMap(({ id }) => {
        const outcome = outcomes.get(id)
        return outcome === undefined ? [] : [[id, { ...outcome, score: scoreBy(readers, outcome) ?? outcome.score }]]
      }),
    )
  return pairsOf(examples, only(old), only(fresh))
}

/** Where no metric reads the field alone, the gain of the whole. */
export function fieldGain(...args: Parameters<typeof fieldPairs>): number {
  return Math.round(summarisePairs(fieldPairs(...args)).gain * 1e9) / 1e9
}

function mixOutcomes(
  lead: Candidate,
  owners: readonly Candidate[],
  examples: readonly Example[],
  outcomesOf: (candidate: Candidate) => Candidate['outcomes'],
): ReadonlyMap<string, ExampleOutcome> {
  const { outputs, metrics } = lead.signature
  const ownerOf = new Map(outputs.map(({ name }, at) => [name, owners[at] ?? lead]))
  const means = new Map([...new Set([lead, ...ownerOf.values()])].map(candidate => [candidate, outcomesOf(candidate)]))
  return new Map(
    examples.flatMap(({ id }) => {
      const of = (candidate: Candidate) => means.get(candidate)?.get(id)
      const whole = of(lead)
      const parts = [...new Set(ownerOf.values())].map(of)
      const lost = parts.find(outcome => outcome?.error !== undefined)
      if (whole === undefined || parts.includes(undefined)) return []
      if (lost !== undefined) return [[id, lost]]
      const prediction = Object.fromEntries(
        outputs.flatMap(({ name }) => {
          const values = of(ownerOf.get(name) ?? lead)?.prediction ?? {}
          return Object.hasOwn(values, name) ? [[name, values[name]]] : []
        }),
      )
      const scores = Object.fromEntries(
        metrics.flatMap(({ name, field }) => {
          const scored = of(ownerOf.get(field ?? '') ?? lead)?.scores ?? {}
          const score = Object.hasOwn(scored, name) ? scored[name] : undefined
          return score === undefined ? [] : [[name, score]]
        }),
      )
      const score = scoreBy(metrics, { ...whole, scores }) ?? whole.score
      return [[id, { ...whole, prediction, scores, score }]]
    }),
  )
}

function scoreBy(metrics: readonly MetricSpec[], { scores }: ExampleOutcome): number | undefined {
  return weightedMean(
    metrics.flatMap(({ name, weight }) => {
      const score = Object.hasOwn(scores, name) ? scores[name]?.score : undefined
      return score === undefined ? [] : [{ value: score, weight }]
    }),
  )
}
