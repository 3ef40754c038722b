/** Puts the text that a problem suggests in place of what is wrong. */
import type { Span } from '../../base/text.ts'
import { lineEnd, lineStart } from '../../signature/editText.ts'
import type { Problem, ProblemCode } from '../../validation/problem.ts'
import type { QuickFix } from './action.ts'

export const replaceWithSuggestion: QuickFix = {
  codes: [
    'yaml-syntax',
    'yaml-brackets',
    'wrong-kind',
    'invalid-type',
    'type-spelling',
    'name-style',
    'threshold-range',
    'unknown-metric',
    'unknown-output',
    'metric-fit',
  ] satisfies ProblemCode[],
  fixes({ text }, problem) {
    const { code, span, suggestion } = problem
    if (suggestion === undefined || isCut(text, span)) return []
    // Another kind of metric measures something else: that is for people to decide.
    return [
      { title: titleOf(problem, suggestion), isCertain: code !== 'metric-fit', edits: [{ span, text: suggestion }] },
    ]
  },
}

function titleOf({ code }: Problem, suggestion: string): string {
  switch (code) {
    case 'yaml-syntax':
    case 'yaml-brackets':
      return 'Put quotes around the text'
    case 'name-style':
      return `Rename to ${suggestion}`
    case 'unknown-metric':
    case 'metric-fit':
      return `Change the kind to ${suggestion}`
    case 'unknown-output':
      return `Read the output ${suggestion}`
    default:
      return `Write ${suggestion.length <= 60 ? suggestion : `${suggestion.slice(0, 59)}…`}`
  }
}

/** Whether the value goes on in the next line, where the problem's span does not reach. */
function isCut(text: string, { start, end }: Span): boolean {
  const rest = text.slice(end, lineEnd(text, end))
  const next = text.indexOf('\n', end) + 1
  return rest.trim() === '' && next > 0 && indentOf(text, next) > indentOf(text, lineStart(text, start))
}

function indentOf(text: string, line: number): number {
  return text.slice(line, lineEnd(text, line)).search(/[^ ]/)
}
