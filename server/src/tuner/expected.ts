/** What to expect of a wording: an output's words bear on that output, so other wordings' answers tell of it. */
import type { ExampleOutcome } from '../evaluation/evaluate.ts'
import type { Example } from '../examples/example.ts'
import type { Field, Signature } from '../signature/signature.ts'
import type { Candidate } from './candidate.ts'
import { scoreBy } from './fieldScores.ts'
import { piecesOf, textKey } from './wording.ts'

/** What each candidate's wording is made of. */
export type Pieces = ReadonlyMap<Candidate, ReturnType<typeof piecesOf>>

/** The candidate whose words for one output differ in the fewest texts, of equals the latest. */
export function nearest(pool: readonly Candidate[], pieces: Pieces, signature: Signature, at: number): Candidate {
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

/** The lead's outcomes, what is of one output taken from its owner's; `owners` in the order of the outputs. */
export function mixOutcomes(
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
