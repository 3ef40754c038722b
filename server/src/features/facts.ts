/** What is known of a skill beside its text: its scores, its versions, its job. Features show it; they never load it. */
import type { Version } from '../history/version.ts'

export interface SkillFacts {
  /** The signature file as a person would type it at a prompt; `undefined` until it was looked for. */
  readonly skillPath: string | undefined
  /** The evaluation that fits the text best: one of this very text, else the newest. */
  readonly score: LastScore | undefined
  /** Oldest first; empty without a history. */
  readonly versions: readonly Version[]
  /** The version whose meaning the text has now. */
  readonly currentVersion: number | undefined
  /** The newest job that runs, can be resumed, or has a result that is not applied. */
  readonly job: KnownJob | undefined
}

export interface LastScore {
  /** In 0..1, as are the others. */
  readonly score: number
  readonly byMetric: Readonly<Record<string, number>>
  readonly byField: Readonly<Record<string, number>>
  readonly examples: number
  readonly errors: number
  /** Examples that lost no points; `undefined` where the history alone knows the score. */
  readonly passed: { readonly count: number; readonly isExact: boolean } | undefined
  readonly model: string
  /** Milliseconds since 1970. */
  readonly evaluatedAt: number
  /** What differs from the text as it is now; empty for a score that holds. */
  readonly stale: readonly StaleReason[]
  /** The worst first, at most 50. */
  readonly failing: readonly KnownFailure[]
}

export type StaleReason = 'signature' | 'metrics' | 'examples' | 'model'

export interface KnownFailure {
  readonly id: string
  /** Line of the examples file, from 1. */
  readonly line: number
  readonly score: number
  readonly expected: Readonly<Record<string, unknown>>
  readonly got: Readonly<Record<string, unknown>>
  /** `metric: sentence`. */
  readonly feedback: readonly string[]
}

export interface KnownJob {
  readonly id: string
  readonly kind: 'tune' | 'evaluate'
  readonly state: 'queued' | 'running' | 'interrupted' | 'unapplied'
  /** 0..100. */
  readonly percent: number
  readonly phase: string
  readonly calls: number
  readonly bestScore: number | undefined
  /** Of an unapplied result. */
  readonly evidence: 'proven' | 'weak' | 'unproven' | undefined
  /** Of an unapplied result, in signed percentage points. */
  readonly improvement: string | undefined
  readonly reason: string | undefined
}

export const noFacts: SkillFacts = {
  skillPath: undefined,
  score: undefined,
  versions: [],
  currentVersion: undefined,
  job: undefined,
}
