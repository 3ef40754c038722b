/** Steps: how one proposal becomes a candidate or is rejected. Each depends on its arguments and replies alone. */
import { createRandom } from '../base/random.ts'
import type { ExampleOutcome } from '../evaluation/evaluate.ts'
import type { Example } from '../examples/example.ts'
import { compareSignatures, describeChange, withChanges } from '../signature/compare.ts'
import type { Signature, SignatureChange } from '../signature/signature.ts'
import { failureAnalysis, type Rejected } from './analyse.ts'
import { type Candidate, pairsOf, type Source, scoreOver, sourcesOf } from './candidate.ts'
import { fieldGain, fieldPairs } from './fieldScores.ts'
import { formatChange } from './figures.ts'
import type { Composite } from './front.ts'
import { tooManyLost } from './gates.ts'
import type { MinedSentence } from './mine.ts'
import { lengthLimit, type Proposal, propose } from './propose.ts'
import { type CandidateReport, hasIdea, type Origin } from './result.ts'
import type { UsedCalls } from './rollouts.ts'
import type { Run } from './run.ts'
import { drawShown } from './search.ts'
import { summarisePairs } from './statistics.ts'
import { addConstraints, newTexts, type Removal, withoutQuotes, withoutTexts, wordingKey } from './wording.ts'

export interface StepResult {
  readonly origin: Origin
  readonly parent: number | undefined
  readonly decision: string
  /** Of the proposed wording, when there was a usable one. */
  readonly key?: string
  readonly changeSentences: readonly string[]
  /** Evaluated on the whole search half. */
  readonly candidate?: Candidate
  /** It was evaluated, at least in part. */
  readonly evaluated: boolean
  /** It scored lower than what it was made from. */
  readonly isLower?: boolean
  readonly minibatch?: NonNullable<CandidateReport['minibatch']>
  /** Changes that did not earn their place. */
  readonly rejected: readonly Rejected[]
  /** Why the reflection model gave nothing. */
  readonly failure?: string
}

/** What all steps of a run build on. */
export interface Grounds {
  readonly original: Candidate
  /** Train examples that are evaluated first, for reflection to read. */
  readonly reading: readonly Example[]
  /** The rest of the search half. */
  readonly rest: readonly Example[]
}

export interface ProposalGrounds {
  readonly grounds: Grounds
  readonly id: number
  /** What the examples say by themselves joins the first proposal. */
  readonly mined: readonly MinedSentence[]
  readonly front: Composite
  /** Outputs that lose points, most first. */
  readonly fields: readonly string[]
  readonly rejected: readonly Rejected[]
  /** Wordings evaluated before. */
  readonly known: ReadonlySet<string>
  /** What proposals before it write that are not concluded yet. */
  readonly ahead: readonly Promise<Written>[]
  /** Texts of the front that it goes without, to see whether they are missed. */
  readonly removed: readonly Removal[]
}

/** TuneSignature calls of one proposal. */
export const reflectionsPerProposal = 2

export interface Written {
  /** The front with what proposals ahead have written. */
  readonly base: Signature
  readonly child: Signature
  /** Of what the child has beyond the base. */
  readonly sources: readonly Source[]
  /** Of all that it has beyond the front. */
  readonly allSources: readonly Source[]
  readonly answers: readonly Proposal[]
}

/** What the reflections of one proposal add up to is evaluated once. */
export async function runProposal(
  run: Run,
  proposal: ProposalGrounds,
  { base, child, sources, allSources, answers }: Written,
  used: UsedCalls,
): Promise<StepResult> {
  const { front, grounds, mined, removed } = proposal
  if (wordingKey(child) === wordingKey(base)) {
    const none = { parent: front.lead.id, evaluated: false, changeSentences: [], rejected: [] }
    return { ...none, origin: 'reflection', ...whyNothing(answers) }
  }
  const origin = sources.length > mined.length ? 'reflection' : 'mined'
  const shorter = withoutTexts(grounds.original.signature, child, removed)
  const own = origin === 'reflection' ? compareSignatures(base, child).changes : []
  return evaluateChild(run, { ...proposal, child: shorter, own, sources: allSources, origin }, used)
}

/**
 * TuneSignature calls one after the other, each about another output and each reading what the ones before have added,
 * so that none says it again.
 */
export async function writeTexts(run: Run, proposal: ProposalGrounds, used: UsedCalls): Promise<Written> {
  const { input, rollouts } = run
  const { id, front, fields, grounds, mined, rejected } = proposal
  const { signature } = front
  const count = hasIdea(input, 'several') ? reflectionsPerProposal : 1
  const { read, outcomes, stale } = readable(run, grounds, front)
  const before = (await Promise.all(proposal.ahead)).flatMap(({ sources }) => sources)
  const base = addConstraints(signature, before.flatMap(constraintOf))
  const begun = addConstraints(base, mined)
  let child = begun
  const sources: Source[] = [...sourcesOfMined(mined, id)]
  const answers: Proposal[] = []
  /** With few failures two may be alike, and the same question is not asked twice. */
  const asked = new Set<string>()
  for (let n = 0; n < count; n++) {
    const focus = hasIdea(input, 'focus') ? fields[(n + (count === 1 ? id : 0)) % fields.length] : undefined
    // Where older answers led nowhere, those of the current wording are read alone.
    const useful = n > 0 && child === begun ? read.filter(example => !stale.has(example.id)) : read
    const shown = drawShown(signature, focus, useful, outcomes, createRandom(`${input.seed} proposal ${id} ${n}`))
    const analysis = failureAnalysis({
      signature,
      outcomes,
      read,
      stale,
      shown,
      untried: newTexts(signature, child).map(({ text }) => text),
      rejected: hasIdea(input, 'memory') ? rejected : [],
      ...(focus !== undefined && { focus }),
    })
    if (asked.has(analysis)) continue
    asked.add(analysis)
    const answer = await propose(
      {
        signature: child,
        analysis,
        model: input.reflectionModel,
        parameters: input.parameters,
        repeat: id * reflectionsPerProposal + n,
        maxLength: lengthLimit(input.signature),
      },
      request => rollouts.ask(request, used),
    )
    answers.push(answer)
    if (answer.kind !== 'proposed') continue
    const changed = withoutQuotes(child, withChanges(child, answer.changes), inputTexts(signature, shown))
    if (wordingKey(changed) === wordingKey(child)) continue
    const failing = shown.flatMap(example => ((outcomes.get(example.id)?.score ?? 1) < 1 ? [example.id] : []))
    sources.push(...sourcesOf(child, changed, { proposal: id, examples: failing, reasoning: answer.reasoning }))
    child = changed
  }
  return { base, child, sources, allSources: [...before, ...sources], answers }
}

/** Constraints alone can be added to another wording. */
function constraintOf({ part, text }: Source): readonly { readonly field: string; readonly text: string }[] {
  const [, field] = /^outputs\.(.+)\.constraints$/.exec(part) ?? []
  return field === undefined ? [] : [{ field, text }]
}

function inputTexts({ inputs }: Signature, examples: readonly Example[]): readonly string[] {
  return examples.flatMap(({ values }) =>
    inputs.flatMap(({ name }) => {
      const value = Object.hasOwn(values, name) ? values[name] : undefined
      return value === undefined ? [] : [typeof value === 'string' ? value : JSON.stringify(value)]
    }),
  )
}

/** Each mined sentence alone on the examples that broke it; those that help are evaluated together. */
export async function runSifted(
  run: Run,
  sifting: Pick<ProposalGrounds, 'id' | 'front' | 'mined' | 'grounds'>,
  used: UsedCalls,
): Promise<StepResult> {
  const { id, front, mined, grounds } = sifting
  const helped = await Promise.all(
    mined.map(async sentence => {
      const examples = run.data.train.filter(example => sentence.examples.includes(example.id))
      const alone = await run.rollouts.evaluate(addConstraints(front.signature, [sentence]), examples, used)
      return summarisePairs(pairsOf(examples, front.outcomes, alone)).gain > 1e-9
    }),
  )
  const kept = mined.filter((_, i) => helped[i])
  const child = addConstraints(front.signature, kept)
  if (kept.length === 0) {
    const none = {
      origin: 'mined',
      parent: front.lead.id,
      evaluated: false,
      changeSentences: [],
      rejected: [],
    } as const
    return { ...none, decision: 'rejected: no mined sentence helped alone' }
  }
  return evaluateChild(run, { id, child, front, sources: sourcesOfMined(kept, id), origin: 'mined', grounds }, used)
}

/** What reflection may read: the front's answers, and those of the first wording where the front has none. */
function readable({ data }: Run, { original }: Grounds, front: Composite) {
  const ofFirst = data.more.flatMap(({ id }) => {
    const outcome = original.outcomes.get(id)
    return outcome === undefined || front.outcomes.has(id) ? [] : [[id, outcome] as const]
  })
  const outcomes = new Map([...front.outcomes, ...ofFirst])
  const stale = new Set(front.key === original.key ? [] : ofFirst.map(([id]) => id))
  return { read: [...data.train, ...data.more].filter(({ id }) => outcomes.has(id)), outcomes, stale }
}

function sourcesOfMined(mined: readonly MinedSentence[], proposal: number): readonly Source[] {
  return mined.map(({ field, text, examples, reasoning }) => {
    return { part: `outputs.${field}.constraints`, text, proposal, examples, reasoning }
  })
}

function whyNothing(answers: readonly Proposal[]): Pick<StepResult, 'decision' | 'failure'> {
  const failed = answers.find(answer => answer.kind === 'failed')
  if (failed !== undefined && answers.every(({ kind }) => kind === 'failed')) {
    return { decision: `call failed: ${failed.error.message}`, failure: failed.error.message }
  }
  const refused = answers.find(answer => answer.kind === 'refused')
  return { decision: refused === undefined ? 'no change' : `refused: ${refused.why}` }
}

/** The fields of several candidates together. */
export function runMerge(
  run: Run,
  id: number,
  grounds: Grounds,
  front: Composite,
  used: UsedCalls,
): Promise<StepResult> {
  const child = front.signature
  return evaluateChild(run, { id, child, front, sources: [], origin: 'merge', grounds, whole: true }, used)
}

/** Without texts of the front. */
export function runRemovals(
  run: Run,
  removal: Pick<Child, 'id' | 'child' | 'front' | 'grounds' | 'whole'>,
  used: UsedCalls,
): Promise<StepResult> {
  return evaluateChild(run, { ...removal, sources: [], origin: 'simplified' }, used)
}

interface Child {
  readonly id: number
  readonly child: Signature
  /** What it is compared with. */
  readonly front: Pick<Composite, 'signature' | 'outcomes' | 'sources' | 'lead'> & {
    readonly parents?: readonly number[]
  }
  /** Of what it has beyond that. */
  readonly sources: readonly Source[]
  readonly origin: Origin
  readonly grounds: Grounds
  readonly known?: ReadonlySet<string>
  /** What the reflections have changed; to remember what helped nothing. */
  readonly own?: readonly SignatureChange[]
  /** Without a first look at the examples that were read. */
  readonly whole?: boolean
}

/** Evaluates a child on the examples that were read and, where any output has gained there, on the rest of the search half. */
async function evaluateChild(run: Run, made: Child, used: UsedCalls): Promise<StepResult> {
  const { data, rollouts } = run
  const { id, child, front, origin, grounds, whole = false } = made
  const { changes } = compareSignatures(origin === 'merge' ? front.lead.signature : front.signature, child)
  const { outputs, metrics } = child
  const described = {
    origin,
    parent: front.lead.id,
    key: wordingKey(child),
    changeSentences: changes.flatMap(describeChange),
    rejected: [],
  } as const
  if (made.known?.has(described.key)) return { ...described, evaluated: false, decision: 'duplicate' }
  const outcomes = new Map<string, ExampleOutcome>()
  const evaluate = async (examples: readonly Example[]) => {
    for (const [id, outcome] of await rollouts.evaluate(child, examples, used)) outcomes.set(id, outcome)
  }
  const changed = outputs.filter((field, at) => !isSameField(field, front.signature.outputs[at]))
  const isWhole = whole || grounds.rest.length === 0
  await evaluate(whole ? [...grounds.reading, ...grounds.rest] : grounds.reading)
  const first = summarisePairs(pairsOf(grounds.reading, front.outcomes, outcomes))
  const minibatch = { old: first.old, new: first.new, examples: first.examples }
  const rejectedOf = (examples: readonly Example[]) =>
    changed.flatMap((field): Rejected[] => {
      const { gain, old, new: score } = summarisePairs(fieldPairs(metrics, field, examples, front.outcomes, outcomes))
      const own = (made.own ?? []).filter(change => 'field' in change && change.field === field.name)
      return gain > 1e-9 || own.length === 0
        ? []
        : [{ changeSentences: own.flatMap(describeChange), score, parentScore: old }]
    })
  // What was evaluated as a whole tells of its texts, whatever it scored.
  if (!isWhole) {
    // What costs nothing may still help elsewhere, or be shorter.
    const ofFields = changed.map(field => fieldGain(metrics, field, grounds.reading, front.outcomes, outcomes))
    const hope = [first.gain, ...ofFields].some(gain => gain > -1e-9)
    if (!hope) {
      const decision = `rejected: ${formatChange(first.old, first.new, ` on ${first.examples} examples`)}`
      return { ...described, minibatch, evaluated: true, decision, rejected: rejectedOf(grounds.reading) }
    }
    await evaluate(grounds.rest)
  }
  const { old, new: score, gain } = summarisePairs(pairsOf(data.search, front.outcomes, outcomes))
  const lost = data.search.filter(({ id }) => outcomes.get(id)?.error !== undefined).length
  const decision = formatChange(old, score)
  const result = {
    ...described,
    isLower: gain < -1e-9,
    minibatch,
    evaluated: true,
    decision,
    rejected: rejectedOf(data.search),
  }
  if (tooManyLost(lost, data.search.length)) return { ...result, decision: 'rejected: too many calls failed' }
  const candidate: Candidate = {
    id,
    parents: front.parents ?? [front.lead.id],
    origin,
    signature: child,
    key: described.key,
    outcomes,
    searchScore: scoreOver(data.search, grounds.original, outcomes),
    sources: [...front.sources, ...made.sources],
  }
  return { ...result, candidate }
}

function isSameField(a: Signature['outputs'][number], b: Signature['outputs'][number] | undefined): boolean {
  return a.desc === b?.desc && a.constraints.join('\n') === b.constraints.join('\n')
}
