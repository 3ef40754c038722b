/** Exploring: proposals and removals in logical order, some under way at a time, until a reason to stop. */
import { clampScore } from '../base/score.ts'
import type { Example } from '../examples/example.ts'
import type { Rejected } from './analyse.ts'
import { type Candidate, meanScore, scoreGain } from './candidate.ts'
import { clusterFailures } from './clusters.ts'
import { type Composite, compose, meanOutcomes } from './front.ts'
import { overLimit } from './limits.ts'
import { type MinedSentence, mine } from './mine.ts'
import { progressTree } from './progressTree.ts'
import { lengthLimit } from './propose.ts'
import type { CandidateReport, ProgressTree } from './result.ts'
import type { UsedCalls } from './rollouts.ts'
import type { Run } from './run.ts'
import { failingFields, maxReading, roundRobin } from './search.ts'
import { nextRemovals, type RemovalRound, removalKey } from './simplify.ts'
import { type Grounds, runMerge, runProposal, runRemovals, runSifted, type StepResult } from './steps.ts'
import { newTexts, wordingLength } from './wording.ts'

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
/** Proposals between two rounds of removals: on few examples a text that few need looks idle. */
const proposalsBeforeRemoval = { onMany: 2, onFew: 5 }
const mostUnderway = 7

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

/**
 * Step k starts from the state after step k - n was concluded, n being how many are under way: in logical order, so that
 * neither the order of replies nor a restart changes what is decided.
 */
export async function explore(run: Run, original: Candidate): Promise<Exploration> {
  const { data, input } = run
  const state: State = {
    pool: [original],
    reports: [],
    rejected: [],
    known: new Set([original.key]),
    front: compose([original], data.search, input.without),
    sinceBest: 0,
    failedInRow: 0,
    lastFailure: '',
  }
  const grounds = { original, ...readingOrder(run, original) }
  const evaluation = run.rollouts.callsPerExample * data.search.length
  const sentences = input.without?.includes('mining') ? [] : mined(run, original)
  /** Texts whose removal was tried, or is being tried. */
  const tried = new Set<string>()
  const retries = new Map<string, number>()
  const underway: Step[] = []
  const together = proposalsUnderway(run)
  const { onMany, onFew } = proposalsBeforeRemoval
  const betweenRemovals = data.search.length < maxReading ? onFew : onMany
  let next = 1
  let sinceRemoval = 0
  let sifted = false
  const start = (
    calls: number,
    work: (id: number, used: UsedCalls) => Promise<StepResult>,
    removed: RemovalRound['removed'] = [],
  ): true => {
    const used: UsedCalls = new Map()
    const result = work(next, used)
    // Rejections reach the loop when the step's turn comes.
    result.catch(() => undefined)
    underway.push({ id: next, calls, used, result, removed })
    next++
    return true
  }
  const finish = async (): Promise<void> => {
    const step = underway.shift()
    if (step === undefined) return
    const result = await step.result
    run.account.settle(step.calls, step.used)
    conclude(run, state, step.id, result)
    // What costs nothing was found beside other steps, which kept it: again, from what there is now.
    const kept = new Set(
      newTexts(original.signature, state.front.signature).map(({ part, text }) => removalKey(part, text)),
    )
    for (const { part, text } of step.removed) {
      const key = removalKey(part, text)
      if (!result.free?.has(part.split('.')[1] ?? '') || !kept.has(key)) continue
      const before = retries.get(key) ?? 0
      if (before === mostUnderway) continue
      retries.set(key, before + 1)
      tried.delete(key)
    }
  }

  /** Begins a round of removals, or says that there is none to begin. */
  function remove(): boolean {
    const { front } = state
    if (input.without?.includes('removals')) return false
    const round = nextRemovals(original.signature, front.signature, tried)
    if (round === undefined || !afford(run, next, evaluation)) return false
    for (const { part, text } of round.removed) tried.add(removalKey(part, text))
    sinceRemoval = 0
    return start(evaluation, (id, used) => runRemovals(run, id, grounds, front, round.signature, used), round.removed)
  }

  /** Mined sentences that found no place together get one look each, on the examples that broke them. */
  function sift(): boolean {
    const placed = newTexts(original.signature, state.front.signature).map(({ text }) => text)
    const left = sifted ? [] : sentences.filter(({ text }) => !placed.includes(text))
    sifted ||= state.reports.length > 0
    const searched = new Set(data.train.map(({ id }) => id))
    const alone = left.reduce((sum, { examples }) => sum + examples.filter(id => searched.has(id)).length, 0)
    const calls = run.rollouts.callsPerExample * alone + evaluation
    if (state.reports.length === 0 || left.length === 0 || !afford(run, next, calls)) return false
    const { front } = state
    return start(calls, (id, used) => runSifted(run, { id, front, mined: left, grounds }, used))
  }

  /** Begins a proposal, or says why there is none to begin. */
  function begin(): string | undefined {
    const { front } = state
    if (state.sinceBest >= patience) {
      if (state.failedInRow < patience) return `no improvement in ${patience} proposals`
      return `the reflection model failed ${patience} times in a row: ${state.lastFailure}`
    }
    const fields = failingFields(front.signature, data.train, front.outcomes)
    if (fields.length === 0) return state.reports.length === 0 ? 'nothing to propose' : 'perfect search score'
    const { proposal, reflections } = run.costs
    const limit = whyNotAfford(run, next, proposal, reflections)
    if (limit !== undefined) return limit
    const mined = next === 1 ? sentences : []
    const [rejected, known] = [[...state.rejected], new Set(state.known)]
    sinceRemoval++
    start(proposal, (id, used) => runProposal(run, { id, front, fields, mined, rejected, known, grounds }, used))
    return undefined
  }

  let stopReason: string | undefined
  for (;;) {
    // The first proposal alone: nothing is known before it.
    while (stopReason === undefined && underway.length < (state.reports.length === 0 ? 1 : together)) {
      const isDue = sinceRemoval >= betweenRemovals
      if (!sift() && !(isDue && remove())) stopReason = begin()
    }
    if (underway.length === 0) break
    await finish()
  }
  run.report({ phase: 'simplify', message: 'Dropping added sentences that earn nothing' })
  for (;;) {
    while (underway.length < stepsUnderway(run) && remove());
    if (underway.length === 0) break
    await finish()
  }
  // What the fields promise together counts once it was seen together.
  const { front } = state
  if (!state.known.has(front.key) && afford(run, next, evaluation)) {
    start(evaluation, (id, used) => runMerge(run, id, grounds, front, used))
    await finish()
  }
  return {
    best: bestOf(run, state.pool),
    reports: state.reports,
    tried: state.known.size - 1,
    stopReason: stopReason ?? '',
  }
}

/** A step under way. */
interface Step {
  readonly id: number
  /** Reserved. */
  readonly calls: number
  readonly used: UsedCalls
  readonly result: Promise<StepResult>
  /** Texts that it takes away. */
  readonly removed: RemovalRound['removed']
}

/** Steps under way so that the pool stays full while some of them wait for the reflection model. */
function stepsUnderway({ input }: Run): number {
  return Math.min(mostUnderway, 1 + Math.floor(input.width / 4))
}

/** Fewer where the budget is short: a proposal is better for knowing how the ones before it went. */
function proposalsUnderway(run: Run): number {
  const affordable = run.account.available() / run.costs.proposal
  return Math.max(1, Math.min(stepsUnderway(run), Math.floor(affordable / 6)))
}

/** The search half: first train examples for reflection to read, failing ones of every cluster before right ones. */
function readingOrder({ input, data }: Run, original: Candidate): Pick<Grounds, 'reading' | 'rest'> {
  // A look at some first saves calls only where there are many more.
  if (data.search.length <= 1.5 * maxReading) return { reading: data.search, rest: [] }
  const clusters = clusterFailures(input.signature, data.train, original.outcomes)
  const failing = roundRobin(clusters.map(cluster => cluster.failing.map(({ example }) => example)))
  const chosen = new Set(failing.slice(0, maxReading - 4))
  for (const example of data.train) if (chosen.size < maxReading) chosen.add(example)
  const reading: readonly Example[] = [...chosen]
  return { reading, rest: data.search.filter(example => !chosen.has(example)) }
}

/** As many sentences as the length budget allows. */
function mined({ input, data }: Run, original: Candidate): readonly MinedSentence[] {
  let room = lengthLimit(input.signature) - wordingLength(input.signature)
  return mine(input.signature, [...data.train, ...data.more], original.outcomes).filter(({ text }) => {
    if (text.length > room) return false
    room -= text.length
    return true
  })
}

function afford(run: Run, id: number, calls: number): boolean {
  return whyNotAfford(run, id, calls, 0) === undefined
}

/** The reason not to start a step of `calls` calls; else these are reserved. */
function whyNotAfford(run: Run, id: number, calls: number, reflections: number): string | undefined {
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
    state.front = compose(state.pool, run.data.search, run.input.without)
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
  run.report({ ...standing(run, state), message: `Proposal ${id}: ${decision}` })
}

/** The highest candidate; of equals the shorter wording, else the earlier. */
function bestOf({ data }: Run, pool: State['pool']): Candidate {
  return pool.reduce((best, candidate) => {
    const gain = scoreGain(data.search, meanOutcomes(pool, best), meanOutcomes(pool, candidate))
    const shorter = wordingLength(candidate.signature) < wordingLength(best.signature)
    return gain > 1e-9 || (gain > -1e-9 && shorter) ? candidate : best
  })
}

/** What was tried, and what the score over all examples becomes if the gain on the search half holds, once there is one. */
function standing(run: Run, { pool, reports }: State): { readonly tree: ProgressTree; readonly best_score?: number } {
  const [original] = pool
  const best = bestOf(run, pool)
  const tree = progressTree(reports, pool, best)
  if (best === original) return { tree }
  const oldScore = meanScore(run.data.all, original.outcomes)
  return { tree, best_score: clampScore(oldScore + best.searchScore - original.searchScore) }
}
