/** What a tuning run takes, what it needs from outside, and what it hands back: all of it plain JSON. */
import type { Json } from '../base/json.ts'
import type { Pool } from '../base/pool.ts'
import type { Call } from '../evaluation/evaluate.ts'
import type { ErrorGroup, FailingExample } from '../evaluation/report.ts'
import type { Example } from '../examples/example.ts'
import type { Metric } from '../metrics/metric.ts'
import type { Spending } from '../model/usage.ts'
import type { Signature, SignatureChange } from '../signature/signature.ts'

export interface TuneInput {
  readonly signature: Signature
  readonly examples: readonly Example[]
  readonly seed: number
  /** Model calls at a time; how many proposals are speculated follows from it. */
  readonly width: number
  /** Tune even at or above the threshold. */
  readonly force: boolean
  /** In 0..1: the gain on the search half that a winner needs. */
  readonly minImprovement: number
  readonly budget: TuneBudget
  readonly model: string
  readonly reflectionModel: string
  readonly parameters: { readonly [name: string]: Json }
  /** Leaves ideas out, to see what each is worth. */
  readonly without?: readonly Idea[]
}

/** What the tuner does beyond a plain loop of reflections. */
export const ideas = [
  'sample',
  'evidence',
  'mining',
  'several',
  'focus',
  'ahead',
  'effects',
  'memory',
  'removals',
] as const
export type Idea = (typeof ideas)[number]

export function hasIdea({ without }: Pick<TuneInput, 'without'>, idea: Idea): boolean {
  return without?.includes(idea) !== true
}

export interface TuneBudget {
  readonly maxCalls: number
  /** Read and written. */
  readonly maxTokens?: number | undefined
  /** US dollars. */
  readonly maxCost?: number | undefined
  /** Seconds of wall time. */
  readonly maxTime?: number | undefined
}

export interface TunePorts {
  readonly call: Call
  readonly metrics: readonly Metric[]
  readonly pool: Pool
  readonly signal: AbortSignal
  readonly progress: (progress: TuneProgress) => void
  /** Takes a decision that depends on time or money once: stored under `key`, replayed when the run is resumed. */
  readonly record: (key: string, decide: () => Json) => Json
  /** Milliseconds since the run first started, without the time between attempts. */
  readonly elapsed: () => number
  /** What all attempts spent, by purpose; judges call outside of `call`. */
  readonly spending: () => Spending
}

/** The shape of a job's progress. */
export interface TuneProgress {
  readonly phase: 'split' | 'baseline' | 'propose' | 'simplify' | 'holdout' | 'train' | 'done'
  /** 0..100, never falling. */
  readonly percent: number
  readonly calls: number
  readonly expected_calls: number
  readonly best_score?: number
  readonly old_score?: number
  /** US dollars. */
  readonly cost?: number
  readonly errors: number
  readonly message: string
  /** What budget and examples can show; before anything is spent, unless a limit of money or time needs a first look. */
  readonly preflight?: string
  /** Absent before the first candidate was concluded. */
  readonly tree?: ProgressTree
}

/** What was tried so far. */
export interface ProgressTree {
  /** In logical order: the latest, and those that the best builds upon. */
  readonly candidates: readonly ProgressCandidate[]
  /** How many more there were. */
  readonly left_out: number
  /** Id of the best; absent while that is the signature as it was. */
  readonly best?: string
}

/** A `CandidateReport` in few words. */
export interface ProgressCandidate {
  readonly id: string
  readonly parent?: string
  readonly origin: Origin
  readonly search_score?: number
  /** What `decision` begins with: `accepted`, `rejected`, `duplicate`, `no change`, `refused`, `call failed`. */
  readonly state: string
  /** Cut, as are the changes. */
  readonly decision: string
  readonly changes: readonly string[]
  /** How many more changes there are. */
  readonly more_changes?: number
}

export type Evidence = 'proven' | 'weak' | 'unproven'

export interface TuneOutcome {
  readonly tuned: boolean
  /** Over all examples, or the sample that the budget allows. */
  readonly old_score: number
  /** The winner's over the same; absent when no winner got so far. */
  readonly new_score?: number
  readonly improvement?: string
  /** Kept for an unproven winner, too; empty when nothing was found. */
  readonly changes: readonly SignatureChange[]
  readonly changeSentences: readonly string[]
  readonly provenance: readonly Provenance[]
  /** What the reflection model gave as its reasons, for the changes kept. */
  readonly reasoning?: string
  readonly reason: string
  readonly evidence?: Evidence
  readonly holdout?: HoldoutPair
  /** Why the search ended. */
  readonly stopReason?: string
  readonly preflight?: string
  readonly candidates: readonly CandidateReport[]
  /** Id of the one whose changes are kept. */
  readonly best?: number
  readonly scoreByMetric: ScorePair
  readonly scoreByField: ScorePair
  /** Examples left out of the scores because of errors. */
  readonly unscored: { readonly old: number; readonly new?: number }
  /** Examples that lost no points; absent where only a sample was scored. */
  readonly passed?: { readonly old: number; readonly new?: number }
  readonly errors: readonly ErrorGroup[]
  /** How many were scored, and were there to score. */
  readonly examples: { readonly scored: number; readonly given: number }
  /** Distinct model calls, answered from a ledger or not. */
  readonly calls: number
  readonly splits: { readonly train: number; readonly dev: number; readonly holdout: number }
  readonly seed: number
  readonly width: number
  /** SHA-256 over the decisions in logical order. */
  readonly decisionDigest: string
  readonly failing: { readonly old: readonly FailingExample[]; readonly new?: readonly FailingExample[] }
}

export interface HoldoutPair {
  readonly old_score: number
  readonly new_score: number
  readonly p_value: number
  /** Pairs without error; examples with the same inputs are one. */
  readonly examples: number
  readonly wins: number
  readonly losses: number
}

export interface ScorePair {
  readonly old: Readonly<Record<string, number>>
  readonly new?: Readonly<Record<string, number>>
}

/** Where a changed text comes from. */
export interface Provenance {
  /** Such as `outputs.answer.constraints[0]`. */
  readonly path: string
  readonly text: string
  readonly examples: readonly string[]
  readonly reasoning: string
}

export type Origin = 'mined' | 'reflection' | 'merge' | 'simplified'

export interface CandidateReport {
  readonly id: number
  /** 0 is the signature as it was; absent for what never became a candidate. */
  readonly parent?: number
  readonly origin: Origin
  readonly changeSentences: readonly string[]
  readonly searchScore?: number
  readonly minibatch?: { readonly old: number; readonly new: number; readonly examples: number }
  readonly decision: string
}
