/** Exploring: proposals in logical order, some under way at a time, until a reason to stop. */
import { createRandom } from '../base/random.ts'
import { clampScore } from '../base/score.ts'
import { lostPoints } from '../evaluation/report.ts'
import type { Example } from '../examples/example.ts'
import type { Signature } from '../signature/signature.ts'
import type { Rejected } from './analyse.ts'
import { type Candidate, devGain, meanScore } from './candidate.ts'
import { clusterFailures } from './clusters.ts'
import { overLimit } from './limits.ts'
import { type MinedSentence, mine } from './mine.ts'
import { callsPerProposal, lengthLimit } from './propose.ts'
import type { CandidateReport } from './result.ts'
import type { UsedCalls } from './rollouts.ts'
import type { Run } from './run.ts'
import { commonAncestor, drawMinibatch, drawParent, maxReading, mergePairs, paretoFront, roundRobin } from './search.ts'
import { type Grounds, runMerge, runMined, runReflection, runSifted, type StepResult } from './steps.ts'
import { addConstraints, mergeWording, wordingKey, wordingLength } from './wording.ts'

export interface Exploration {
  /** The highest on dev; of equals the shorter wording, so that the original wins against what does not beat it. */
  readonly best: Candidate
  readonly reports: readonly CandidateReport[]
  /** Distinct wordings that were evaluated on dev. */
  readonly tried: number
  readonly stopReason: string
}

/** Proposals in a row without a new best dev score before the search gives up. */
export const patience = 5

/** A proposal under way. */
interface Step {
  readonly id: number
  readonly reserved: number
  readonly used: UsedCalls
  readonly result: Promise<StepResult>
}

interface State {
  /** The original and every candidate that beat its parent on dev, in logical order. */
  readonly pool: Candidate[]
  readonly reports: CandidateReport[]
  readonly rejected: Rejected[]
  /** Wordings that were evaluated on dev. What failed on one minibatch only may be tried on another. */
  readonly known: Set<string>
  readonly merged: Set<string>
  /** Proposals since the best dev score rose. */
  sinceBest: number
  failedInRow: number
  lastFailure: string
  best: Candidate
}

/**
 * Proposal k starts from the state after proposal k - n was concluded, n being `proposalsPerRound`: in logical order,
 * so neither the order of replies nor a restart changes what is decided.
 */
export async function explore(run: Run, original: Candidate): Promise<Exploration> {
  const state: State = {
    pool: [original],
    reports: [],
    rejected: [],
    known: new Set([original.key]),
    merged: new Set(),
    sinceBest: 0,
    failedInRow: 0,
    lastFailure: '',
    best: original,
  }
  const context = { run, state, grounds: { original, reading: readingSet(run, original) } }
  const underway: Step[] = []
  let next = 1
  // Alone, so that reflection starts from what mining brings; dev in one block fills the pool.
  const sentences = mined(run, original)
  for (const step of [beginMined, beginSifted]) {
    if (state.pool.length > 1) break
    const begun = step(context, sentences, next)
    if (begun === undefined) continue
    next++
    conclude(run, state, begun, await begun.result)
  }
  for (;;) {
    let stopReason = ''
    while (underway.length < run.proposalsPerRound) {
      const begun = begin(context, next)
      if (typeof begun === 'string') {
        stopReason = begun
        break
      }
      // Rejections reach the loop when the step's turn comes.
      begun.result.catch(() => undefined)
      underway.push(begun)
      next++
    }
    const first = underway.shift()
    if (first === undefined)
      return { best: state.best, reports: state.reports, tried: state.known.size - 1, stopReason }
    conclude(run, state, first, await first.result)
  }
}

interface Context {
  readonly run: Run
  readonly state: State
  readonly grounds: Grounds
}

/** Failing examples of every cluster first, then right ones. */
function readingSet({ input, data }: Run, original: Candidate): readonly Example[] {
  const clusters = clusterFailures(input.signature, data.train, original.outcomes)
  const failing = roundRobin(clusters.map(cluster => cluster.failing.map(({ example }) => example)))
  const chosen = new Set(failing.slice(0, maxReading - 4))
  for (const example of data.train) if (chosen.size < maxReading) chosen.add(example)
  return [...chosen]
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

/** All mined sentences at once; `undefined` without any, or without the means. */
function beginMined(context: Context, sentences: readonly MinedSentence[], id: number): Step | undefined {
  const { run, grounds } = context
  if (sentences.length === 0) return undefined
  const stop = whyStop(context, id, climbCalls(context))
  if (typeof stop === 'string') return undefined
  const used: UsedCalls = new Map()
  const signature = addConstraints(run.input.signature, sentences)
  return { id, reserved: stop.reserved, used, result: runMined(run, id, grounds, signature, sentences, used) }
}

/** When all together failed: those that help on their own on the examples that broke them. */
function beginSifted(context: Context, sentences: readonly MinedSentence[], id: number): Step | undefined {
  const { run, grounds } = context
  if (sentences.length < 2) return undefined
  const alone = sentences.reduce((sum, sentence) => sum + sentence.examples.length, 0)
  const stop = whyStop(context, id, run.rollouts.callsPerExample * alone + climbCalls(context))
  if (typeof stop === 'string') return undefined
  const used: UsedCalls = new Map()
  return { id, reserved: stop.reserved, used, result: runSifted(run, id, grounds, sentences, used) }
}

/** Starts proposal `id`, or says why there is none to start now. */
function begin(context: Context, id: number): Step | string {
  const { run, state, grounds } = context
  const { data, input } = run
  const random = createRandom(`${input.seed} proposal ${id}`)
  const front = paretoFront(state.pool, data.dev)
  const used: UsedCalls = new Map()
  for (const { better, other } of mergePairs(front, state.pool, data.dev)) {
    const name = `${better.id} ${other.id}`
    const ancestor = commonAncestor(state.pool, better, other)
    if (state.merged.has(name) || ancestor === undefined) continue
    const signature = mergeWording(ancestor.signature, better.signature, other.signature)
    if (state.known.has(wordingKey(signature)) || isTooLong(run, signature)) continue
    const stop = whyStop(context, id, climbCalls(context))
    if (typeof stop === 'string') return stop
    state.merged.add(name)
    return { id, reserved: stop.reserved, used, result: runMerge(run, id, grounds, better, other, signature, used) }
  }
  const read = (candidate: Candidate) => data.train.filter(example => candidate.outcomes.has(example.id))
  const parent = drawParent(front, candidate => failsOn(candidate, read(candidate)), random)
  const stop = whyStop(context, id, run.costs.proposal, parent, callsPerProposal * run.proposalsPerRound)
  if (typeof stop === 'string' || parent === undefined) return typeof stop === 'string' ? stop : nothingLeft
  const minibatch = drawMinibatch(input.signature, read(parent), parent.outcomes, random)
  const rejected = [...state.rejected]
  const known = new Set(state.known)
  const reflection = { id, parent, read: read(parent), minibatch, rejected, known, grounds }
  return { id, reserved: stop.reserved, used, result: runReflection(run, reflection, used) }
}

/** Calls of a candidate from dev to the pool. */
function climbCalls({ run, grounds }: Context): number {
  return run.rollouts.callsPerExample * new Set([...run.data.dev, ...grounds.reading]).size
}

function isTooLong({ input }: Run, signature: Signature): boolean {
  return wordingLength(signature) > lengthLimit(input.signature)
}

const nothingLeft = 'nothing to propose'

function failsOn(candidate: Candidate, examples: readonly Example[]): boolean {
  return examples.some(({ id }) => {
    const outcome = candidate.outcomes.get(id)
    return outcome !== undefined && lostPoints(outcome)
  })
}

/** The reason not to start a step of `calls` calls, or its reservation. */
function whyStop(
  { run, state }: Context,
  id: number,
  calls: number,
  parent: Candidate | undefined = state.pool[0],
  /** Calls of the reflection model, those that are under way with it included. */
  reflections = 0,
): string | { readonly reserved: number } {
  if (state.pool.some(candidate => isPerfect(candidate, run.data.dev))) return 'perfect dev score'
  if (state.sinceBest >= patience) {
    if (state.failedInRow < patience) return `no improvement in ${patience} proposals`
    return `the reflection model failed ${patience} times in a row: ${state.lastFailure}`
  }
  if (parent === undefined) return nothingLeft
  if (run.account.available() < calls) return 'budget'
  const limit = overLimit(run, `proposal ${id}`, calls, reflections)
  if (limit !== undefined) return limit.limit
  run.account.reserve(calls)
  return { reserved: calls }
}

/** Right on every dev example; those lost to errors were not. */
function isPerfect({ outcomes }: Candidate, dev: readonly Example[]): boolean {
  return dev.every(({ id }) => {
    const outcome = outcomes.get(id)
    return outcome !== undefined && outcome.error === undefined && !lostPoints(outcome)
  })
}

/** Takes the result of a step into the state; called in logical order. */
function conclude(run: Run, state: State, step: Step, result: StepResult): void {
  run.account.settle(step.reserved, step.used)
  const duplicate = result.key !== undefined && state.known.has(result.key)
  // Proposals under way together cannot know of each other: the second of two alike is no failure to improve.
  const twin = duplicate && result.onDev
  const accepted = result.accepted && !duplicate && result.candidate !== undefined
  const decision = duplicate ? 'duplicate' : result.decision
  if (result.key !== undefined && result.onDev && !duplicate) state.known.add(result.key)
  state.failedInRow = result.failure === undefined ? 0 : state.failedInRow + 1
  if (result.failure !== undefined) state.lastFailure = result.failure
  const rose = accepted && result.candidate !== undefined && join(run, state, result.candidate)
  if (rose) state.sinceBest = 0
  else if (result.origin !== 'mined' && !twin) state.sinceBest++
  if (!accepted && !duplicate && result.compared !== undefined && result.changeSentences.length > 0) {
    state.rejected.push({ changeSentences: result.changeSentences, ...result.compared })
  }
  const { origin, parent, changeSentences, devScore, minibatch, key } = result
  state.reports.push({
    id: step.id,
    ...(parent !== undefined && { parent }),
    origin,
    changeSentences,
    ...(devScore !== undefined && !duplicate && { devScore: clampScore(devScore) }),
    ...(minibatch !== undefined && { minibatch }),
    decision,
  })
  run.decisions.add('proposal', {
    id: step.id,
    origin,
    parent: parent ?? null,
    key: key ?? null,
    decision,
    devScore: devScore ?? null,
    minibatch: minibatch === undefined ? null : [minibatch.old, minibatch.new],
  })
  run.report({ ...bestScore(run, state), message: `Proposal ${step.id}: ${decision}` })
}

/** Whether the candidate scores higher than the best so far, each compared on what both were scored on. */
function join({ data }: Run, state: State, candidate: Candidate): boolean {
  state.pool.push(candidate)
  const gain = devGain(data.dev, state.best, candidate)
  const rose = gain > 1e-9
  const shorter = wordingLength(candidate.signature) < wordingLength(state.best.signature)
  if (rose || (gain > -1e-9 && shorter)) state.best = candidate
  return rose
}

/** What the score over all examples becomes if the gain on dev holds; nothing before there is one. */
function bestScore({ data }: Run, { best, pool }: State): { readonly best_score?: number } {
  const [original] = pool
  if (original === undefined || best === original) return {}
  const oldScore = meanScore(data.all, original.outcomes)
  return { best_score: clampScore(oldScore + best.devScore - original.devScore) }
}
