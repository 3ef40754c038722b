/** The front: for each output field the wording that scored highest there, and the signature that they make together. */
import { type ExampleOutcome, weightedMean } from '../evaluation/evaluate.ts'
import type { Example } from '../examples/example.ts'
import type { Field, MetricSpec, Signature } from '../signature/signature.ts'
import { type Candidate, pairsOf, type Source, scoreGain } from './candidate.ts'
import type { Idea } from './result.ts'
import { type Pair, summarisePairs } from './statistics.ts'
import { wordingKey, wordingLength } from './wording.ts'

/** Fields of several candidates in one signature. */
export interface Composite {
  readonly signature: Signature
  readonly key: string
  /**
   * By example id. Where it is no candidate itself: the lead's, with the scores and values of each field as its own
   * candidate has them, which is what to expect as far as a field's wording bears on that field alone.
   */
  readonly outcomes: ReadonlyMap<string, ExampleOutcome>
  readonly sources: readonly Source[]
  /** The highest over all fields, which gives instructions and inputs. */
  readonly lead: Candidate
  /** Ids of all that gave a field, the lead first. */
  readonly parents: readonly number[]
}

/**
 * Puts together what scored highest on `examples`, field by field; of equals the shorter wording, else the lead's. A
 * wording that several candidates share counts with the mean of them, so that luck does not last.
 */
export function compose(
  pool: readonly [Candidate, ...Candidate[]],
  examples: readonly Example[],
  without: readonly Idea[] = [],
): Composite {
  const [original] = pool
  const { metrics } = original.signature
  const means = new Map(
    pool.map(candidate => [candidate, meanOutcomes(without.includes('means') ? [candidate] : pool, candidate)]),
  )
  const meansOf = (candidate: Candidate) => means.get(candidate) ?? candidate.outcomes
  const lead = best(pool, candidate => scoreGain(examples, original.outcomes, meansOf(candidate)), lengthOf)
  const owners = original.signature.outputs.map((field, at) => {
    const gain = (candidate: Candidate) => fieldGain(metrics, field, examples, original.outcomes, meansOf(candidate))
    return best(without.includes('fields') ? [lead] : [lead, ...pool], gain, candidate =>
      fieldLength(candidate.signature.outputs[at] ?? field),
    )
  })
  const outputs = lead.signature.outputs.map((field, at) => owners[at]?.signature.outputs[at] ?? field)
  const signature = { ...lead.signature, outputs }
  const key = wordingKey(signature)
  const known = pool.find(candidate => candidate.key === key)
  return {
    signature,
    key,
    outcomes: known === undefined ? mixOutcomes(lead, owners, examples, meansOf) : meansOf(known),
    sources: [...new Set([lead, ...owners])].flatMap(({ sources }) => sources),
    lead: known ?? lead,
    parents: [...new Set([known ?? lead, ...(known === undefined ? owners : [])])].map(({ id }) => id),
  }
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
  return wordingKey({ ...signature, outputs: signature.outputs.slice(at, at + 1) })
}

/** Metrics that read the field, on the examples that both were scored on. */
export function fieldPairs(
  metrics: readonly MetricSpec[],
  { name }: Pick<Field, 'name'>,
  examples: readonly Example[],
  old: ReadonlyMap<string, ExampleOutcome>,
  fresh: ReadonlyMap<string, ExampleOutcome>,
): readonly Pair[] {
  const readers = metrics.filter(({ field }) => field === name)
  const only = (outcomes: ReadonlyMap<string, ExampleOutcome>) =>
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
  return new Map(
    examples.flatMap(({ id }) => {
      const of = (candidate: Candidate) => outcomesOf(candidate).get(id)
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

/** The highest by `value`; of equals the one with the least `cost`, else the first. */
function best(
  pool: readonly Candidate[],
  value: (candidate: Candidate) => number,
  cost: (candidate: Candidate) => number,
): Candidate {
  const rated = pool.map(candidate => ({ candidate, value: value(candidate), cost: cost(candidate) }))
  const [first, ...others] = rated
  if (first === undefined) throw new Error('the pool always holds the original')
  return others.reduce((best, other) => {
    const gain = other.value - best.value
    return gain > 1e-9 || (gain > -1e-9 && other.cost < best.cost) ? other : best
  }, first).candidate
}

function lengthOf({ signature }: Candidate): number {
  return wordingLength(signature)
}

function fieldLength({ desc, constraints }: Field): number {
  return desc.length + constraints.reduce((sum, text) => sum + text.length, 0)
}
