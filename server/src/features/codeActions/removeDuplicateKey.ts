/** Takes away the second of two entries with the same key. */
import type { SignatureDocument } from '../../signature/document.ts'
import type { QuickFix } from './action.ts'
import { entryAt, removeEntry } from './entries.ts'

export const removeDuplicateKey: QuickFix = {
  codes: ['duplicate-key'],
  fixes(document, { span, related }) {
    const edit = removeEntry(document, span)
    if (edit === undefined) return []
    const [first] = related ?? []
    const same = first !== undefined && valueText(document, first.span.start) === valueText(document, span.start)
    const title = `Remove this second ${document.text.slice(span.start, span.end)}`
    return [{ title, isCertain: same, edits: [edit] }]
  },
}

/** The value as written; `undefined` for one that is in no tree. */
function valueText(document: SignatureDocument, offset: number): string | undefined {
  const span = entryAt(document, offset)?.pair.value.span
  return span && document.text.slice(span.start, span.end)
}
