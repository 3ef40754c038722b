/** Steps: how one proposal becomes a candidate or is rejected. Each depends on its arguments and replies alone. */
import type { ExampleOutcome } from '../evaluation/evaluate.ts'
import type { Example } from '../examples/example.ts'
import { compareSignatures, describeChange, withChanges } from '../signature/compare.ts'
import type { Signature } from '../signature/signature.ts'
import { failureAnalysis, type Rejected } from './analyse.ts'
import { type Candidate, devScoreOf, openScores, pairsOf, type Source, sourcesOf } from './candidate.ts'
import { formatScore } from './figures.ts'
import { judgeDev, passesMinibatch } from './gates.ts'
import type { MinedSentence } from './mine.ts'
import { lengthLimit, propose } from './propose.ts'
import type { CandidateReport, Origin } from './result.ts'
import type { UsedCalls } from './rollouts.ts'
import type { Run } from './run.ts'
import type { Minibatch } from './search.ts'
import { summarisePairs } from './statistics.ts'
import { addConstraints, wordingKey } from './wording.ts'

export interface StepResult {
  readonly origin: Origin
  readonly parent: number | undefined
  readonly decision: string
  readonly accepted: boolean
  /** Of the proposed wording, when there was a usable one. */
  readonly key?: string
  readonly changeSentences: readonly string[]
  readonly candidate?: Candidate
  /** It was evaluated on dev, at least in part. */
  readonly onDev: boolean
  readonly devScore?: number
  readonly minibatch?: NonNullable<CandidateReport['minibatch']>
  /** Its score beside its parent's on the same examples. */
  readonly compared?: { readonly score: number; readonly parentScore: number }
  /** Why the reflection model gave nothing. */
  readonly failure?: string
}

/** What all steps of a run build on. */
export interface Grounds {
  readonly original: Candidate
  /** Train examples that every candidate of the pool is evaluated on, for reflection to read. */
  readonly reading: readonly Example[]
}

export interface Reflection {
  readonly grounds: Grounds
  readonly id: number
  readonly parent: Candidate
  /** Train examples with known outcomes of the parent. */
  readonly read: readonly Example[]
  readonly minibatch: Minibatch
  readonly rejected: readonly Rejected[]
  /** Wordings evaluated before. */
  readonly known: ReadonlySet<string>
}

/** Analysis, TuneSignature call, minibatch, dev. */
export async function runReflection(run: Run, reflection: Reflection, used: UsedCalls): Promise<StepResult> {
  const { input, rollouts } = run
  const { id, parent, read, minibatch, rejected, grounds } = reflection
  const { signature, outcomes } = parent
  const none = { origin: 'reflection', parent: parent.id, accepted: false, onDev: false, changeSentences: [] } as const
  const proposal = await propose(
    {
      signature,
      analysis: failureAnalysis({ signature, read, outcomes, shown: minibatch.shown, rejected }),
      model: input.reflectionModel,
      parameters: input.parameters,
      repeat: id,
      maxLength: lengthLimit(input.signature),
    },
    request => rollouts.ask(request, used),
  )
  if (proposal.kind === 'failed') {
    return { ...none, decision: `call failed: ${proposal.error.message}`, failure: proposal.error.message }
  }
  if (proposal.kind === 'refused') return { ...none, decision: `refused: ${proposal.why}` }
  if (proposal.changes.length === 0) return { ...none, decision: 'no change' }
  const child = withChanges(signature, proposal.changes)
  const changed = { ...none, key: wordingKey(child), changeSentences: proposal.changes.flatMap(describeChange) }
  if (reflection.known.has(changed.key)) return { ...changed, decision: 'duplicate' }
  const first = await rollouts.evaluate(child, minibatch.tried, used)
  const pairs = pairsOf(minibatch.tried, outcomes, first)
  const { old, new: score, examples } = summarisePairs(pairs)
  const tried = { ...changed, minibatch: { old, new: score, examples }, compared: { score, parentScore: old } }
  if (!passesMinibatch(pairs)) {
    return { ...tried, decision: `rejected: minibatch ${formatScore(score)}, was ${formatScore(old)}` }
  }
  const shown = minibatch.shown.flatMap(example => ((outcomes.get(example.id)?.score ?? 1) < 1 ? [example.id] : []))
  const why = { proposal: id, examples: shown, reasoning: proposal.reasoning }
  const sources = [...parent.sources, ...sourcesOf(signature, child, why)]
  return { ...tried, ...(await climb(run, { id, child, parent, sources, origin: 'reflection', grounds }, used)) }
}

/** All mined sentences at once, straight to dev. */
export async function runMined(
  run: Run,
  id: number,
  grounds: Grounds,
  child: Signature,
  sentences: readonly MinedSentence[],
  used: UsedCalls,
): Promise<StepResult> {
  const { original } = grounds
  const sources = sentences.map(({ field, text, examples, reasoning }) => ({
    part: `outputs.${field}.constraints`,
    text,
    proposal: id,
    examples,
    reasoning,
  }))
  const climbed = await climb(
    run,
    { id, child, parent: original, sources, origin: 'mined', grounds, block: Number.POSITIVE_INFINITY },
    used,
  )
  return { ...described(original, child), origin: 'mined', ...climbed }
}

/** Each mined sentence alone on the train examples that broke it; those that help go to dev together. */
export async function runSifted(
  run: Run,
  id: number,
  grounds: Grounds,
  sentences: readonly MinedSentence[],
  used: UsedCalls,
): Promise<StepResult> {
  const { signature, outcomes } = grounds.original
  const helped = await Promise.all(
    sentences.map(async sentence => {
      const examples = run.data.train.filter(example => sentence.examples.includes(example.id))
      const alone = await run.rollouts.evaluate(addConstraints(signature, [sentence]), examples, used)
      return passesMinibatch(pairsOf(examples, outcomes, alone))
    }),
  )
  const kept = sentences.filter((_, i) => helped[i])
  if (kept.length === 0 || kept.length === sentences.length) {
    const decision = `rejected: ${kept.length === 0 ? 'no mined sentence helped alone' : 'each mined sentence helped alone, not together'}`
    return { origin: 'mined', parent: 0, accepted: false, onDev: false, changeSentences: [], decision }
  }
  return runMined(run, id, grounds, addConstraints(signature, kept), kept, used)
}

/** What two parents changed, together; it has to beat the better one. */
export async function runMerge(
  run: Run,
  id: number,
  grounds: Grounds,
  better: Candidate,
  other: Candidate,
  child: Signature,
  used: UsedCalls,
): Promise<StepResult> {
  const sources = [...better.sources, ...other.sources]
  const climbed = await climb(
    run,
    { id, child, parent: better, other: other.id, sources, origin: 'merge', grounds },
    used,
  )
  return { ...described(better, child), origin: 'merge', ...climbed }
}

interface Climb {
  readonly id: number
  readonly child: Signature
  readonly parent: Candidate
  readonly other?: number
  readonly sources: readonly Source[]
  readonly origin: Origin
  readonly grounds: Grounds
  /** Dev examples between two looks at the score. */
  readonly block?: number
}

type Climbed = Pick<StepResult, 'accepted' | 'decision' | 'onDev' | 'compared' | 'devScore' | 'candidate'>

/** Evaluates a child on dev block by block against its parent, and on the reading set once it is accepted. */
async function climb(run: Run, climbing: Climb, used: UsedCalls): Promise<Climbed> {
  const { data, rollouts } = run
  const { child, parent, grounds } = climbing
  const outcomes = new Map<string, ExampleOutcome>()
  let done = 0
  let verdict = judgeDev([], 0, openScores(data.dev, parent.outcomes))
  while (verdict === 'open' && done < data.dev.length) {
    const block = data.dev.slice(done, done + (climbing.block ?? blockSize(run)))
    for (const [id, outcome] of await rollouts.evaluate(child, block, used)) outcomes.set(id, outcome)
    done += block.length
    const seen = data.dev.slice(0, done)
    const lost = seen.filter(({ id }) => outcomes.get(id)?.error !== undefined).length
    verdict = judgeDev(
      pairsOf(seen, parent.outcomes, outcomes),
      lost,
      openScores(data.dev.slice(done), parent.outcomes),
    )
  }
  const { old, new: score } = summarisePairs(pairsOf(data.dev.slice(0, done), parent.outcomes, outcomes))
  const compared = { score, parentScore: old }
  if (verdict !== 'accepted') {
    const decision = `rejected: dev ${formatScore(score)}, was ${formatScore(old)} (${verdict} after ${done} of ${data.dev.length})`
    return { accepted: false, decision, onDev: done > 0, compared }
  }
  for (const [id, outcome] of await rollouts.evaluate(child, grounds.reading, used)) outcomes.set(id, outcome)
  const devScore = devScoreOf(data.dev, grounds.original, outcomes)
  const candidate: Candidate = {
    id: climbing.id,
    parents: climbing.other === undefined ? [parent.id] : [parent.id, climbing.other],
    origin: climbing.origin,
    signature: child,
    key: wordingKey(child),
    outcomes,
    devScore,
    sources: climbing.sources,
  }
  const decision = `accepted: dev ${formatScore(score)}, was ${formatScore(old)}`
  return { accepted: true, decision, onDev: true, compared, devScore, candidate }
}

/** Several proposals share the pool, so that blocks need not fill it alone. */
function blockSize({ input, proposalsPerRound }: Run): number {
  return Math.max(8, Math.ceil(input.width / proposalsPerRound))
}

function described(parent: Candidate, child: Signature) {
  const { changes } = compareSignatures(parent.signature, child)
  return { parent: parent.id, key: wordingKey(child), changeSentences: changes.flatMap(describeChange) }
}
