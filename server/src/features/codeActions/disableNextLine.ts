/** Puts a comment above a line that says not to complain of it. */

import type { SignatureDocument } from '../../signature/document.ts'
import { lineBreakOf, lineEnd, lineStart } from '../../signature/editText.ts'
import { placeAt } from '../../signature/locate.ts'
import { type Problem, problemCatalogue } from '../../validation/problem.ts'
import type { Fix } from './action.ts'
import { insertion } from './entries.ts'

const comment = '# signature-tuner-disable-next-line'

export function disableNextLine(document: SignatureDocument, { code, severity, span }: Problem): readonly Fix[] {
  // Silence does not make an error run.
  if (severity === 'error' || !Object.hasOwn(problemCatalogue, code)) return []
  const { text } = document
  const start = lineStart(text, span.start)
  // Inside a text of several lines a comment would become a part of it.
  if (isWithinText(document, start)) return []
  const title = `Disable ${code} on the next line`
  const before = start === 0 ? '' : text.slice(lineStart(text, start - 1), lineEnd(text, start - 1))
  if (before.trimStart().startsWith(`${comment} `)) {
    return [{ title, edits: [insertion(lineEnd(text, start - 1), `, ${code}`)] }]
  }
  const indent = /^[ \t]*/.exec(text.slice(start, lineEnd(text, start)))?.[0] ?? ''
  return [{ title, edits: [insertion(start, `${indent}${comment} ${code}${lineBreakOf(text)}`)] }]
}

function isWithinText(document: SignatureDocument, lineStart: number): boolean {
  const node = placeAt(document, lineStart)?.node
  return node?.kind === 'scalar' && node.span.start < lineStart && lineStart <= node.span.end
}
