/** A problem of a signature or its examples, and the one table of what can be wrong. */
import type { LineColumn, Span } from '../base/text.ts'
import { type ProblemRule, type Severity, type SignatureProblem, signatureProblems } from '../signature/problem.ts'

/** Every code with its severity and what it means; codes never change once released. */
export const problemCatalogue = {
  ...signatureProblems,
  'metric-option': { severity: 'error', explanation: 'The options of a metric do not fit its kind.' },
  'metric-fit': { severity: 'warning', explanation: 'The kind of a metric does not suit the type of its field.' },
  'no-metrics': { severity: 'info', explanation: 'Without metrics a signature cannot be evaluated or tuned.' },
  'no-examples': { severity: 'info', explanation: 'Without examples a signature cannot be evaluated or tuned.' },
  'examples-unreadable': { severity: 'error', explanation: 'The file of examples is missing or cannot be read.' },
  'script-unreadable': {
    severity: 'error',
    explanation: 'The script of a metric is missing or outside the workspace.',
  },
  'vague-description': { severity: 'hint', explanation: 'A description says no more than the name.' },
  'no-description': { severity: 'hint', explanation: 'A field has no description for the model to read.' },
  'contradictory-constraints': { severity: 'warning', explanation: 'Two constraints cannot both be met.' },
  'duplicate-constraint': { severity: 'warning', explanation: 'A constraint is there twice.' },
  'example-kind': { severity: 'error', explanation: 'An example is not an object.' },
  'example-missing-field': { severity: 'error', explanation: 'An example lacks an input or a gold output.' },
  'example-unknown-field': { severity: 'warning', explanation: 'An example holds a field the signature has not.' },
  'few-examples': { severity: 'hint', explanation: 'There are too few examples to prove that tuning helped.' },
  'contradicting-examples': {
    severity: 'warning',
    explanation: 'Two examples ask the same, expect different answers.',
  },
  'duplicate-example': { severity: 'warning', explanation: 'Two examples ask the same and expect the same.' },
  'score-below-threshold': { severity: 'info', explanation: 'The last score is below the threshold.' },
  'score-stale': { severity: 'info', explanation: 'The last score was of something else than the text as it is now.' },
  'example-type': { severity: 'error', explanation: 'A value of an example is not of the type of its field.' },
} as const satisfies Record<string, ProblemRule>

export type ProblemCode = keyof typeof problemCatalogue

export interface Problem extends Omit<SignatureProblem, 'code'> {
  /** One of the catalogue's; problems of an examples file bring their own. */
  readonly code: string
  /** The examples file it is in; absent for the signature itself, whose `span` then counts. */
  readonly path?: string
  /** Place in that file; absent for the signature itself. */
  readonly at?: LineColumn
}

/** A problem with the severity of its code. */
export function problem(
  code: ProblemCode,
  message: string,
  span: Span,
  more: Pick<Problem, 'suggestion' | 'related'> = {},
): Problem {
  const severity: Severity = problemCatalogue[code].severity
  return { code, severity, message, span, ...more }
}
