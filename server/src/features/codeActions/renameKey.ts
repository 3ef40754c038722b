/** Renames a key that is not known to the one that was meant, or takes it away. */
import type { SignatureDocument } from '../../signature/document.ts'
import type { Problem } from '../../validation/problem.ts'
import type { Fix, QuickFix } from './action.ts'
import { entryAt, removeEntry } from './entries.ts'

export const renameKey: QuickFix = {
  codes: ['unknown-key', 'metric-option', 'example-unknown-field'],
  fixes: (document, problem) => [...renamed(document, problem), ...removed(document, problem)],
}

function renamed(document: SignatureDocument, { code, span, suggestion }: Problem): readonly Fix[] {
  if (suggestion === undefined) return []
  const entry = entryAt(document, span.start)
  // There already: two of them would be the next mistake.
  if (entry === undefined || entry.map.pairs.some(({ key }) => key === suggestion)) return []
  const isCertain = code !== 'example-unknown-field'
  return [{ title: `Rename to ${suggestion}`, isCertain, edits: [{ span, text: suggestion }] }]
}

function removed(document: SignatureDocument, { span }: Problem): readonly Fix[] {
  const entry = entryAt(document, span.start)
  // A problem at a metric's name or at a value is not about the key.
  if (entry === undefined || isMetricName(document, span.start)) return []
  const edit = removeEntry(document, entry.pair.keySpan)
  return edit === undefined ? [] : [{ title: `Remove ${shorten(entry.pair.key)}`, edits: [edit] }]
}

function isMetricName({ metrics }: SignatureDocument, offset: number): boolean {
  return metrics.some(({ nameSpan }) => nameSpan.start === offset)
}

function shorten(key: string): string {
  return key.length <= 40 ? key : `${key.slice(0, 39)}…`
}
