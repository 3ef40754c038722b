/** What can be wrong in a signature file's own text, and how bad it is. Errors keep it from running. */
import type { Span } from '../base/text.ts'

export type Severity = 'error' | 'warning' | 'info' | 'hint'

export interface ProblemRule {
  readonly severity: Severity
  /** One line for lists of rules; says what is wrong, not where. */
  readonly explanation: string
}

export const signatureProblems = {
  'yaml-syntax': { severity: 'error', explanation: 'The file is not valid YAML.' },
  'yaml-brackets': { severity: 'error', explanation: 'Brackets inside { } need quotes.' },
  'yaml-tag': { severity: 'warning', explanation: 'YAML tags mean nothing in a signature.' },
  'yaml-alias': { severity: 'error', explanation: 'An alias needs an anchor before it.' },
  'yaml-limit': { severity: 'error', explanation: 'The file is larger or nests deeper than is read.' },
  'multiple-documents': { severity: 'error', explanation: 'A file holds one YAML document.' },
  'duplicate-key': { severity: 'error', explanation: 'A key may stand once in a mapping.' },
  'forbidden-key': { severity: 'error', explanation: 'Some keys would change the program, not the data.' },
  'unknown-key': { severity: 'error', explanation: 'Only known keys are allowed.' },
  'missing-key': { severity: 'error', explanation: 'A required key is missing.' },
  'wrong-kind': { severity: 'error', explanation: 'A value is of another kind than its key needs.' },
  'empty-value': { severity: 'error', explanation: 'A key has no value.' },
  'invalid-type': { severity: 'error', explanation: 'A type is not one of the type language.' },
  'type-spelling': { severity: 'hint', explanation: 'A type word was understood but is written otherwise.' },
  'object-fields': { severity: 'error', explanation: 'The type object and the key fields belong together.' },
  'invalid-name': { severity: 'error', explanation: 'Names are Python identifiers that are not keywords.' },
  'name-style': { severity: 'warning', explanation: "A signature's name is written in PascalCase." },
  'duplicate-name': { severity: 'error', explanation: 'Names are unique across inputs and outputs.' },
  'unknown-metric': { severity: 'error', explanation: 'A metric is of a kind that does not exist.' },
  'unknown-output': { severity: 'error', explanation: 'A metric reads a field that is not an output.' },
  'metric-option': { severity: 'error', explanation: 'A metric has an option that its kind does not take.' },
  'metric-weight': { severity: 'error', explanation: 'A weight is a number above 0.' },
  'threshold-range': { severity: 'error', explanation: 'The threshold is a number from 0 to 1.' },
} as const satisfies Record<string, ProblemRule>

export type SignatureProblemCode = keyof typeof signatureProblems

export interface SignatureProblem {
  readonly code: SignatureProblemCode
  readonly severity: Severity
  /** One sentence: what is wrong and the way out. */
  readonly message: string
  /** At most one line. */
  readonly span: Span
  /** Text to put in place of the span. */
  readonly suggestion?: string
  readonly related?: readonly { readonly span: Span; readonly message: string }[]
}
