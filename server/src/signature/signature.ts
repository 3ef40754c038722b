/** What a signature means: the plain values that evaluation and tuning work on, without text or spans. */
import type { FieldType } from './types.ts'

/** Values of an example or a prediction, by field name. */
export type Values = Readonly<Record<string, unknown>>

export type Direction = 'inputs' | 'outputs'

export interface Field {
  readonly name: string
  readonly type: FieldType
  /** Empty when the file gives none. */
  readonly desc: string
  readonly constraints: readonly string[]
}

export interface MetricSpec {
  readonly name: string
  readonly kind: MetricKind
  /** The output it reads; `script` and `llm_judge` may have none. */
  readonly field?: string
  /** Above 0; the signature's score is the mean weighted by these. */
  readonly weight: number
  /** The kind's own options as written (`ignore_case`, `pattern`, `tolerance` …). */
  readonly options: Readonly<Record<string, unknown>>
}

export const metricKinds = [
  'exact_match',
  'f1',
  'contains',
  'regex',
  'numeric',
  'length',
  'similarity',
  'set_f1',
  'json_match',
  'llm_judge',
  'script',
] as const

export type MetricKind = (typeof metricKinds)[number]

/** Where the examples are: a path relative to the signature file, or inline objects as parsed from YAML. */
export type ExamplesSource =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'inline'; readonly items: readonly unknown[] }

export interface Signature {
  readonly skillId: string | undefined
  readonly name: string
  readonly instructions: string
  readonly inputs: readonly Field[]
  readonly outputs: readonly Field[]
  readonly metrics: readonly MetricSpec[]
  /** In 0..1; 0.75 when the file gives none. */
  readonly threshold: number
  readonly examples: ExamplesSource | undefined
}

export const defaultThreshold = 0.75

/**
 * A change of the wording, the only thing tuning may touch. `before` is what the change was made against:
 * applied to a text in which that part reads otherwise, it is a conflict.
 */
export type SignatureChange =
  | { readonly part: 'instructions'; readonly before: string; readonly after: string }
  | {
      readonly part: 'desc'
      readonly direction: Direction
      readonly field: string
      readonly before: string
      readonly after: string
    }
  | {
      readonly part: 'constraints'
      readonly direction: Direction
      readonly field: string
      readonly before: readonly string[]
      readonly after: readonly string[]
    }
