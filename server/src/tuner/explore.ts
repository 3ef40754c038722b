/** Exploring: proposals and removals in logical order, some under way at a time, until a reason to stop. */
import { clampScore } from '../base/score.ts'
import type { Example } from '../examples/example.ts'
import type { Signature } from '../signature/signature.ts'
import type { Rejected } from './analyse.ts'
import { type Candidate, meanScore } from './candidate.ts'
import { clusterFailures } from './clusters.ts'
import { fieldGain } from './fieldScores.ts'
import { type Composite, compose } from './front.ts'
import { overLimit } from './limits.ts'
import { type MinedSentence, mine } from './mine.ts'
import { progressTree } from './progressTree.ts'
import { lengthLimit } from './propose.ts'
import { type CandidateReport, hasIdea, type ProgressTree } from './result.ts'
import type { UsedCalls } from './rollouts.ts'
import type { Run } from './run.ts'
import { failingFields, maxReading, roundRobin } from './search.ts'
import { createRemovals, outputOf, takeAway } from './simplify.ts'
import {
  type Grounds,
  runMerge,
  runProposal,
  runRemovals,
  runSifted,
  type StepResult,
  type Written,
  writeTexts,
} from './steps.ts'
import {
  newTexts,
  type Removal,
  removals,
  textKey,
  textsOf,
  withoutTexts,
  wordingKey,
  wordingLength,
} from './wording.ts'

export interface Exploration {
  /** Estimated highest; of equals the shorter wording, so that the original wins against what does not beat it. */
  readonly best: Candidate
  readonly reports: readonly CandidateReport[]
  /** Distinct wordings that were evaluated, at least in part. */
  readonly tried: number
  readonly stopReason: string
}

/** Proposals in a row without progress before the search gives up. */
export const patience = 5
/** Of the estimated score: less is no progress. */
const leastRise = 0.003
const mostUnderway = 7
/** On fewer affordable proposals a text that is needed and was taken away beside one would not come back. */
const leastForRemovals = { instructions: 6, outputs: 12 }

interface State {
  /** The original and every candidate that was evaluated on the whole search half, in logical order. */
  readonly pool: [Candidate, ...Candidate[]]
  readonly reports: CandidateReport[]
  readonly rejected: Rejected[]
  /** Wordings that are evaluated, at least in part. */
  readonly known: Set<string>
  front: Composite
  /** The best without what nothing misses. */
  simplest?: Candidate
  /** Proposals since the estimate of the front rose. */
  sinceBest: number
  failedInRow: number
  lastFailure: string
  /** Once no more proposals are begun. */
  stopReason?: string
}

/**
 * `original` has what the search reads, `baseline` the same with all that it is scored on: awaited before the first step
 * is concluded. Step k starts from the state after step k - n was concluded, n being how many are under way: in logical
 * order, so that neither the order of replies nor a restart changes what is decided.
 */
export async function explore(run: Run, original: Candidate, baseline: Promise<Candidate>): Promise<Exploration> {
  const { data, input } = run
  const state: State = {
    pool: [original],
    reports: [],
    rejected: [],
    known: new Set([original.key]),
    front: compose([original], data.search, hasIdea(input, 'effects')),
    sinceBest: 0,
    failedInRow: 0,
    lastFailure: '',
  }
  const grounds = { original, ...readingOrder(run, original) }
  const evaluation = run.rollouts.callsPerExample * data.search.length
  const sentences = hasIdea(input, 'mining') ? mined(run, original) : []
  const beside = createRemovals(original.signature)
  const alone = createRemovals(original.signature)
  /** Texts of the front that were taken away once, and not missed. */
  const spared = new Set<string>()
  const underway: Step[] = []
  const affordable = run.account.available() / run.costs.proposal
  const together = proposalsUnderway(run, affordable)
  let next = 1
  let sifted = false
  const start = (calls: number, work: (id: number, used: UsedCalls) => Work): true => {
    const used: UsedCalls = new Map()
    const begun = work(next, used)
    // Rejections reach the loop when the step's turn comes.
    begun.result.catch(() => undefined)
    underway.push({ id: next, calls, used, ...begun })
    next++
    return true
  }
  const finish = async (): Promise<void> => {
    const step = underway.shift()
    if (step === undefined) return
    const { outcomes } = await baseline
    const result = await step.result
    run.account.settle(step.calls, step.used)
    conclude(run, state, step.id, { ...result, ...step.judge?.(result) }, meanScore(data.all, outcomes))
  }

  /** What a proposal goes without, to see whether it is missed. */
  function removedBeside(): readonly Removal[] {
    if (!hasIdea(input, 'removals') || affordable < leastForRemovals.instructions) return []
    const isShort = affordable < leastForRemovals.outputs
    return beside.next(state.front, new Set(), part => part === 'instructions' || !isShort)
  }

  /** Begins a step that does without texts and no more, or says that there is none to begin. */
  function remove(): boolean {
    const { front } = state
    if (!hasIdea(input, 'removals') || run.account.available() < evaluation) return false
    const texts = alone.next(front, state.known)
    if (texts.length === 0 || !afford(run, next, evaluation)) return false
    const child = withoutTexts(original.signature, front.signature, texts)
    // Steps beside this one need not try it, too.
    state.known.add(wordingKey(child))
    return start(evaluation, (id, used) => ({
      result: runRemovals(run, { id, grounds, front, child }, used),
      judge: ({ candidate }) => {
        if (candidate === undefined) return {}
        const free = texts.filter(({ part }) => !isMissed(run, outputOf(part), front, candidate))
        for (const { part, text } of free) spared.add(textKey(part, text))
        if (free.length === 0) return { note: 'missed' }
        return { note: free.length < texts.length ? 'partly missed' : 'not missed by itself' }
      },
    }))
  }

  /** Takes away, of what was not missed by itself, as much as is not missed together. */
  async function simplify(): Promise<void> {
    const best = bestOf(state)
    const { effect } = state.front
    const free = removals(original.signature, best.signature)
      .filter(({ part, text }) => spared.has(textKey(part, text)))
      .sort((a, b) => effect(a.part, a.text) - effect(b.part, b.text))
    const gone = await takeAway(free, texts => missedWithout(best, texts))
    if (gone.length === 0) return
    const missed = await missedWithout(best, gone)
    const key = wordingKey(withoutTexts(original.signature, best.signature, gone))
    if (missed?.size !== 0) return
    state.simplest = state.pool.find(candidate => candidate.key === key)
    run.report(standing(state, meanScore(data.all, (await baseline).outcomes)))
  }

  /** The outputs that score lower without the texts, all of theirs where only the whole does; none when there is no budget. */
  async function missedWithout(best: Candidate, texts: readonly Removal[]): Promise<ReadonlySet<string> | undefined> {
    const child = withoutTexts(original.signature, best.signature, texts)
    const key = wordingKey(child)
    const missedBy = (shorter: Candidate): ReadonlySet<string> => {
      const outputs = new Set(texts.map(({ part }) => outputOf(part)))
      const missed = [...outputs].filter(output => isMissed(run, output, best, shorter))
      return new Set(missed.length === 0 && shorter.searchScore < best.searchScore - 1e-9 ? outputs : missed)
    }
    if (!state.pool.some(candidate => candidate.key === key)) {
      if (!afford(run, next, evaluation)) return undefined
      start(evaluation, (id, used) => ({
        result: runRemovals(
          run,
          { id, grounds, front: { ...best, lead: best, parents: [best.id] }, child, whole: true },
          used,
        ),
        judge: ({ candidate }) => {
          const accepted = candidate !== undefined && missedBy(candidate).size === 0
          return { accepted, note: accepted ? 'not missed' : 'missed together' }
        },
      }))
      await finish()
    }
    const shorter = state.pool.find(candidate => candidate.key === key)
    return shorter === undefined ? undefined : missedBy(shorter)
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
    return start(calls, (id, used) => ({ result: runSifted(run, { id, front, mined: left, grounds }, used) }))
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
    const ahead = underway.slice(0, underway.length + 1 - reflecting(run)).flatMap(({ written }) => written ?? [])
    const texts = {
      mined,
      ahead: hasIdea(input, 'ahead') ? ahead : [],
      removed: removedBeside(),
      rejected,
      known,
    }
    start(proposal, (id, used) => {
      const parts = { id, front, fields, grounds, ...texts }
      const written = writeTexts(run, parts, used)
      return { written, result: written.then(texts => runProposal(run, parts, texts, used)) }
    })
    return undefined
  }

  for (;;) {
    // Nothing is known before the first.
    const most = state.reports.length === 0 ? Math.min(together, reflecting(run)) : together
    while (state.stopReason === undefined && underway.length < most) {
      if (sift()) continue
      const reason = begin()
      if (reason === undefined) continue
      state.stopReason = reason
      run.report({ phase: 'simplify', message: 'Dropping added sentences that earn nothing' })
    }
    while (state.stopReason !== undefined && underway.length < stepsUnderway(run) && remove());
    if (underway.length === 0) break
    await finish()
  }
  // What the fields promise together counts once it was seen together.
  const { front } = state
  if (!state.known.has(front.key) && afford(run, next, evaluation)) {
    start(evaluation, (id, used) => ({ result: runMerge(run, id, grounds, front, used) }))
    await finish()
  }
  await simplify()
  return {
    best: bestOf(state),
    reports: state.reports,
    tried: state.known.size - 1,
    stopReason: state.stopReason ?? '',
  }
}

interface Work {
  readonly result: Promise<StepResult>
  /** Called when it is concluded. */
  readonly judge?: (result: StepResult) => Judgement
  /** What a proposal adds, before it is evaluated. */
  readonly written?: Promise<Written>
}

/** A step under way. */
interface Step extends Work {
  readonly id: number
  /** Reserved. */
  readonly calls: number
  readonly used: UsedCalls
}

/** Steps under way so that the pool stays full while some of them wait for the reflection model. */
function stepsUnderway({ input }: Run): number {
  return Math.min(mostUnderway, 1 + Math.floor(input.width / 4))
}

/** Fewer where the budget is short: a proposal is better for knowing how the ones before it went. */
function proposalsUnderway(run: Run, affordable: number): number {
  const wider = Math.sqrt(Math.max(1, run.input.width / 8))
  return Math.max(1, Math.min(stepsUnderway(run), Math.floor((affordable * wider) / 6)))
}

/** Proposals that are written at a time; where calls wait for a place, one after the other, each reading those ahead. */
function reflecting({ input }: Run): number {
  return Math.max(1, Math.floor(input.width / 10))
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
  const limit = overLimit(run, `step ${id} ${calls} ${reflections}`, calls, reflections)
  if (limit !== undefined) return limit.limit === 'time' ? 'time' : 'budget'
  run.account.reserve(calls)
  return undefined
}

interface Judgement {
  /** Else it depends on whether the front takes over something of it. */
  readonly accepted?: boolean
  /** Said before the scores. */
  readonly note?: string
}

/** Whether an output scores lower without some texts; the whole where they are not of one output. */
function isMissed(
  { input, data }: Run,
  output: string,
  before: Pick<Candidate, 'outcomes'>,
  without: Pick<Candidate, 'outcomes'>,
): boolean {
  return fieldGain(input.signature.metrics, { name: output }, data.search, before.outcomes, without.outcomes) < -1e-9
}

/** Takes the result of a step into the state. */
function conclude(run: Run, state: State, id: number, result: StepResult & Judgement, oldScore: number): void {
  const { origin, parent, changeSentences, candidate, minibatch, key } = result
  if (key !== undefined && result.evaluated) state.known.add(key)
  state.failedInRow = result.failure === undefined ? 0 : state.failedInRow + 1
  if (result.failure !== undefined) state.lastFailure = result.failure
  let decision = result.decision
  let rose = false
  if (candidate !== undefined) {
    const before = state.front
    // The same words have the same answers, which tell nothing twice.
    if (!state.pool.some(({ key }) => key === candidate.key)) state.pool.push(candidate)
    state.front = compose(state.pool, run.data.search, hasIdea(run.input, 'effects'))
    const { front } = state
    rose = front.value(front.signature) - front.value(before.signature) > leastRise
    const accepted = result.accepted ?? movesTo(before.signature, candidate.signature, front.signature)
    const helps = accepted && result.isLower ? 'part of it helps' : undefined
    const note = accepted && result.accepted === undefined ? helps : result.note
    decision = `${accepted ? 'accepted' : 'rejected'}: ${note === undefined ? '' : `${note}; `}${decision}`
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
  run.report({ ...standing(state, oldScore), ...expected(run, state), message: `Proposal ${id}: ${decision}` })
}

/** All that is spent and reserved, and proposals until patience is over. */
function expected({ account, costs, input }: Run, { stopReason, sinceBest }: State) {
  const more = stopReason === undefined ? costs.proposal * (patience - sinceBest) : 0
  return { expectedCalls: input.budget.maxCalls - account.available() + Math.min(account.available(), more) }
}

/** Whether the front took over something in which the candidate differs from what it was before. */
function movesTo(before: Signature, candidate: Signature, after: Signature): boolean {
  const keys = [before, candidate, after].map(
    signature => new Set(textsOf(signature).map(({ part, text }) => textKey(part, text))),
  )
  const [old = new Set(), tried = new Set(), now = new Set()] = keys
  return [...tried.symmetricDifference(old)].some(key => now.has(key) === tried.has(key))
}

/** The candidate that is estimated highest; of equals the shorter wording, else the earlier. */
function bestOf({ pool, front, simplest }: State): Candidate {
  if (simplest !== undefined) return simplest
  return pool.reduce((best, candidate) => {
    const gain = front.value(candidate.signature) - front.value(best.signature)
    const shorter = wordingLength(candidate.signature) < wordingLength(best.signature)
    return gain > 1e-9 || (gain > -1e-9 && shorter) ? candidate : best
  })
}

/** What was tried, and what the score over all examples becomes if the gain on the search half holds, once there is one. */
function standing(state: State, oldScore: number): { readonly tree: ProgressTree; readonly best_score?: number } {
  const { pool, reports } = state
  const [original] = pool
  const best = bestOf(state)
  const tree = progressTree(reports, pool, best)
  if (best === original) return { tree }
  return { tree, best_score: clampScore(oldScore + best.searchScore - original.searchScore) }
}
