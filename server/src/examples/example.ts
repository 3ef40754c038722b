/** An example: the values of a signature's fields for one case, with its gold outputs. */
import type { Values } from '../signature/signature.ts'

export type SplitName = 'train' | 'dev' | 'holdout'

export interface Example {
  /** `_id`, else its number from 1, as text; unique within a dataset. */
  readonly id: string
  /** Inputs and gold outputs by field name; a null-prototype or plain object without prototype keys. */
  readonly values: Values
  /** `_split`, where the author fixed it. */
  readonly split?: SplitName
  /** `_weight`, above 0; 1 unless given. */
  readonly weight: number
  /** 1-based line in its file (for inline examples: in the signature file). */
  readonly line: number
}

/** One thing wrong with an examples file. */
export interface ExampleProblem {
  readonly code: string
  readonly message: string
  readonly severity: 'error' | 'warning'
  readonly line: number
  readonly column: number
  readonly exampleId?: string
}

export interface Dataset {
  readonly examples: readonly Example[]
  readonly problems: readonly ExampleProblem[]
}
