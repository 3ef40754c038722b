/** Exploring: proposals one after the other, each of several reflections, until a reason to stop. */
import { clampScore } from '../base/score.ts'
import type { Example } from '../examples/example.ts'
import type { Rejected } from './analyse.ts'
import { type Candidate, meanScore, scoreGain } from './candidate.ts'
import { clusterFailures } from './clusters.ts'
import { type Composite, compose, meanOutcomes } from './front.ts'
import { overLimit } from './limits.ts'
import { type MinedSentence, mine } from './mine.ts'
import { lengthLimit } from './propose.ts'
import type { CandidateReport } from './result.ts'
import type { UsedCalls } from './rollouts.ts'
import type { Run } from './run.ts'
import { failingFields, maxReading, roundRobin } from './search.ts'
import { nextRemovals, removalKey } from './simplify.ts'
import { type Grounds, runMerge, runMined, runProposal, runRemovals, type StepResult } from './steps.ts'
import { addConstraints, wordingLength } from './wording.ts'

export interface Exploration {
  /** The highest on the search half; of equals the shorter wording, so that the original wins against what does not beat it. */
  readonly best: Candidate
  readonly reports: readonly CandidateReport[]
  /** Distinct wordings that were evaluated, at least in part. */
  readonly tried: number
  readonly stopReason: string
}

/** Proposals in a row without progress before the search gives up. */
export const patience = 5
const proposalsBeforeRemoval = +(process.env.T_PBR ?? 2)

interface State {
  /** The original and every candidate that was evaluated on the whole search half, in logical order. */
  readonly pool: [Candidate, ...Candidate[]]
  readonly reports: CandidateReport[]
  readonly rejected: Rejected[]
  /** Wordings that were evaluated, at least in part. */
  readonly known: Set<string>
  front: Composite
  /** Proposals since what the front promises rose. */
  sinceBest: number
  failedInRow: number
  lastFailure: string
}

/** Each proposal starts from what all before it have found, so that the order of replies changes nothing. */
export async function explore(run: Run, original: Candidate): Promise<Exploration> {
  const { data } = run
  const state: State = {
    pool: [original],
    reports: [],
    rejected: [],
    known: new Set([original.key]),
    front: compose([original], data.search),
    sinceBest: 0,
    failedInRow: 0,
    lastFailure: '',
  }
  const grounds = { original, ...readingOrder(run, original) }
  const evaluation = run.rollouts.callsPerExample * data.search.length
  let id = 1
  const take = async (calls: number, reflections: number, begin: (used: UsedCalls) => Promise<StepResult>) => {
    const stop = whyStop(run, state, id, calls, reflections)
    if (stop !== undefined) return stop
    const used: UsedCalls = new Map()
    const result = await begin(used)
    run.account.settle(calls, used)
    conclude(run, state, id, result)
    id++
    return undefined
  }
  const sentences = mined(run, original)
  if (sentences.length > 0 && !process.env.T_JOIN) {
    const child = addConstraints(run.input.signature, sentences)
    await take(evaluation, 0, used => runMined(run, id, grounds, child, sentences, used))
  }
  const tried = new Set<string>()
  let untouched = 0
  const prune = async () => {
    const { front } = state
    const round = nextRemovals(original.signature, front.signature, tried)
    if (round === undefined) return 'nothing to remove'
    for (const { part, text } of round.removed) tried.add(removalKey(part, text))
    untouched = 0
    return take(evaluation, 0, used => runRemovals(run, id, grounds, front, round.signature, used))
  }
  let stopReason: string | undefined
  while (stopReason === undefined) {
    const { front, rejected, known } = state
    if (untouched >= proposalsBeforeRemoval && (await prune()) === undefined) continue
    const fields = failingFields(front.signature, data.train, front.outcomes)
    if (fields.length === 0) stopReason = 'nothing to propose'
    else {
      const proposal = { id, front, fields, mined: process.env.T_JOIN && !state.reports.length ? sentences : [], rejected: [...rejected], known: new Set(known), grounds }
      // What it finds is to be put together with the rest, or shortened.
      const later = !process.env.T_NOLATER && run.account.reserve(evaluation) ? evaluation : 0
      stopReason = await take(run.costs.proposal, run.costs.reflections, used => runProposal(run, proposal, used))
      run.account.settle(later, new Map())
      untouched++
    }
  }
  run.report({ phase: 'simplify', message: 'Dropping added sentences that earn nothing' })
  while ((await prune()) === undefined);
  // What the fields promise together counts once it was seen together.
  const { front } = state
  if (!state.known.has(front.key)) {
    await take(evaluation, 0, used => runMerge(run, id, grounds, front, used))
  }
  return { best: bestOf(run, state.pool), reports: state.reports, tried: state.known.size - 1, stopReason }
}

/** The search half: first train examples for reflection to read, failing ones of every cluster before right ones. */
function readingOrder({ input, data }: Run, original: Candidate): Pick<Grounds, 'reading' | 'rest'> {
  const clusters = clusterFailures(input.signature, data.train, original.outcomes)
  const failing = roundRobin(clusters.map(cluster => cluster.failing.map(({ example }) => example)))
  const chosen = new Set(failing.slice(0, maxReading - 4))
  for (const example of data.train) if (chosen.size < maxReading) chosen.add(example)
  const reading: readonly Example[] = [...chosen]
  return { reading, rest: [...data.dev, ...data.train].filter((e, i, all) => !chosen.has(e) && all.indexOf(e) === i) }
}

/** As many sentences as the length budget allows. */
function mined({ input, data }: Run, original: Candidate): readonly MinedSentence[] {
  let room = lengthLimit(input.signature) - wordingLength(input.signature)
  return mine(input.signature, data.train, original.outcomes).filter(({ text }) => {
    if (text.length > room) return false
    room -= text.length
    return true
  })
}

/** The reason not to start a step of `calls` calls; else these are reserved. */
function whyStop(run: Run, state: State, id: number, calls: number, reflections: number): string | undefined {
  if (state.sinceBest >= patience) {
    if (state.failedInRow < patience) return `no improvement in ${patience} proposals`
    return `the reflection model failed ${patience} times in a row: ${state.lastFailure}`
  }
  if (run.account.available() < calls) return 'budget'
  const limit = overLimit(run, `proposal ${id}`, calls, reflections)
  if (limit !== undefined) return limit.limit
  run.account.reserve(calls)
  return undefined
}

/** Takes the result of a step into the state. */
function conclude(run: Run, state: State, id: number, result: StepResult): void {
  const { origin, parent, changeSentences, candidate, minibatch, key } = result
  if (key !== undefined && result.evaluated) state.known.add(key)
  state.failedInRow = result.failure === undefined ? 0 : state.failedInRow + 1
  if (result.failure !== undefined) state.lastFailure = result.failure
  let decision = result.decision
  let rose = false
  if (candidate !== undefined) {
    const before = state.front
    state.pool.push(candidate)
    state.front = compose(state.pool, run.data.search)
    rose = scoreGain(run.data.search, before.outcomes, state.front.outcomes) > 1e-9
    decision = `${state.front.parents.includes(id) ? 'accepted' : 'rejected'}: ${decision}`
  }
  if (rose) state.sinceBest = 0
  else if (origin === 'reflection') state.sinceBest++
  state.rejected.push(...result.rejected)
  const searchScore = candidate?.searchScore
  state.reports.push({
    id,
    ...(parent !== undefined && { parent }),
    origin,
    changeSentences,
    ...(searchScore !== undefined && { searchScore: clampScore(searchScore) }),
    ...(minibatch !== undefined && { minibatch }),
    decision,
  })
  run.decisions.add('proposal', {
    id,
    origin,
    parent: parent ?? null,
    key: key ?? null,
    decision,
    searchScore: searchScore ?? null,
    minibatch: minibatch === undefined ? null : [minibatch.old, minibatch.new],
  })
  run.report({ ...bestScore(run, state), message: `Proposal ${id}: ${decision}` })
}

/** The highest candidate; of equals the shorter wording, else the earlier. */
function bestOf({ data }: Run, pool: State['pool']): Candidate {
  return pool.reduce((best, candidate) => {
    const gain = scoreGain(data.search, meanOutcomes(pool, best), meanOutcomes(pool, candidate))
    const shorter = wordingLength(candidate.signature) < wordingLength(best.signature)
    return gain > 1e-9 || (gain > -1e-9 && shorter) ? candidate : best
  })
}

/** What the score over all examples becomes if the gain on the search half holds; nothing before there is one. */
function bestScore(run: Run, { pool }: State): { readonly best_score?: number } {
  const [original] = pool
  const best = bestOf(run, pool)
  if (best === original) return {}
  const oldScore = meanScore(run.data.all, original.outcomes)
  return { best_score: clampScore(oldScore + best.searchScore - original.searchScore) }
}
