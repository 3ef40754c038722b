/** Search: which parents to build on, which examples to show and to try, which parents to merge. Pure. */
import type { Random } from '../base/random.ts'
import type { ExampleOutcome } from '../evaluation/evaluate.ts'
import type { Example } from '../examples/example.ts'
import type { Signature } from '../signature/signature.ts'
import type { Candidate } from './candidate.ts'
import { clusterFailures } from './clusters.ts'

export interface FrontMember {
  readonly candidate: Candidate
  /** Dev examples on which no candidate scores higher. */
  readonly leads: number
}

/**
 * The candidates that lead somewhere: those whose every lead is shared with a candidate still in are dropped, the
 * lowest dev score first.
 */
export function paretoFront(pool: readonly Candidate[], dev: readonly Example[]): readonly FrontMember[] {
  const leaders = dev.map(({ id }) => leadersOf(pool, id)).filter(ids => ids.size > 0)
  const dropped = new Set<number>()
  for (const { id } of [...pool].sort((a, b) => a.devScore - b.devScore || b.id - a.id)) {
    const leads = leaders.filter(ids => ids.has(id))
    const shared = leads.every(ids => [...ids].some(other => other !== id && !dropped.has(other)))
    if (shared && dropped.size < pool.length - 1) dropped.add(id)
  }
  return pool
    .filter(({ id }) => !dropped.has(id))
    .map(candidate => ({ candidate, leads: leaders.filter(ids => ids.has(candidate.id)).length }))
}

/** Ids of the candidates with the highest score on one example. */
function leadersOf(pool: readonly Candidate[], exampleId: string): ReadonlySet<number> {
  let best = -1
  let ids = new Set<number>()
  for (const { id, outcomes } of pool) {
    const score = scoreOn(outcomes, exampleId)
    if (score === undefined || score < best - 1e-9) continue
    if (score > best + 1e-9) ids = new Set()
    best = Math.max(best, score)
    ids.add(id)
  }
  return ids
}

/** A parent drawn in proportion to its leads, among those that still fail somewhere; `undefined` without one. */
export function drawParent(
  front: readonly FrontMember[],
  canImprove: (candidate: Candidate) => boolean,
  random: Random,
): Candidate | undefined {
  const open = front.filter(({ candidate }) => canImprove(candidate))
  return open.length === 0 ? undefined : open[random.weighted(open.map(({ leads }) => leads + 0.001))]?.candidate
}

export interface Minibatch {
  /** Examples the reflection model reads: failing ones from every cluster, and a few right ones. */
  readonly shown: readonly Example[]
  /** Examples the child is tried on first: half of the failing ones were not shown, so that copied answers gain less. */
  readonly tried: readonly Example[]
}

const shownFailing = 8
const shownRight = 3
const triedFailing = 8
const triedRight = 2

/** The most train examples that every candidate of the pool is evaluated on, for reflection to read. */
export const maxReading = 24

/** The most examples a child is tried on before dev. */
export const minibatchSize = triedFailing + triedRight

export function drawMinibatch(
  signature: Signature,
  examples: readonly Example[],
  outcomes: ReadonlyMap<string, ExampleOutcome>,
  random: Random,
): Minibatch {
  const clusters = clusterFailures(signature, examples, outcomes).map(({ failing }) =>
    random.shuffle(failing.map(({ example }) => example)),
  )
  const failing = roundRobin(clusters)
  const right = random.shuffle(examples.filter(({ id }) => (scoreOn(outcomes, id) ?? 0) > 1 - 1e-9))
  const shown = failing.slice(0, shownFailing)
  const fresh = failing.slice(shownFailing, shownFailing + triedFailing / 2)
  return {
    shown: [...shown, ...right.slice(0, shownRight)],
    tried: [...fresh, ...shown.slice(0, triedFailing - fresh.length), ...right.slice(-triedRight)],
  }
}

/** The first of each list, then the second of each, and so on. */
export function roundRobin<T>(lists: readonly (readonly T[])[]): readonly T[] {
  const longest = Math.max(0, ...lists.map(list => list.length))
  return Array.from({ length: longest }, (_, i) => lists.flatMap(list => list.slice(i, i + 1))).flat()
}

export interface MergePair {
  /** The one with the higher dev score. */
  readonly better: Candidate
  readonly other: Candidate
}

/** Two of the front, neither an ancestor of the other, each better on at least two dev examples; most wins first. */
export function mergePairs(
  front: readonly FrontMember[],
  pool: readonly Candidate[],
  dev: readonly Example[],
): readonly MergePair[] {
  const found: { pair: MergePair; wins: number }[] = []
  for (const [i, { candidate: a }] of front.entries()) {
    for (const { candidate: b } of front.slice(i + 1)) {
      if (isAncestor(pool, a.id, b) || isAncestor(pool, b.id, a)) continue
      const wins = Math.min(winsOver(a, b, dev), winsOver(b, a, dev))
      if (wins < 2) continue
      found.push({ pair: a.devScore >= b.devScore ? { better: a, other: b } : { better: b, other: a }, wins })
    }
  }
  return found.sort((a, b) => b.wins - a.wins).map(({ pair }) => pair)
}

function isAncestor(pool: readonly Candidate[], id: number, of: Candidate): boolean {
  const byId = new Map(pool.map(candidate => [candidate.id, candidate]))
  const open = [...of.parents]
  for (let parent = open.pop(); parent !== undefined; parent = open.pop()) {
    if (parent === id) return true
    open.push(...(byId.get(parent)?.parents ?? []))
  }
  return false
}

/** The nearest signature both descend from: the newest common ancestor. */
export function commonAncestor(pool: readonly Candidate[], a: Candidate, b: Candidate): Candidate | undefined {
  return pool.findLast(({ id }) => isAncestor(pool, id, a) && isAncestor(pool, id, b))
}

function winsOver(a: Candidate, b: Candidate, dev: readonly Example[]): number {
  return dev.filter(({ id }) => {
    const [x, y] = [scoreOn(a.outcomes, id), scoreOn(b.outcomes, id)]
    return x !== undefined && y !== undefined && x > y + 1e-9
  }).length
}

function scoreOn(outcomes: ReadonlyMap<string, ExampleOutcome>, id: string): number | undefined {
  const outcome = outcomes.get(id)
  return outcome === undefined || outcome.error !== undefined ? undefined : outcome.score
}
