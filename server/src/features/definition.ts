/** Definition: from where a field is named to the input or output that it is. */
import type { Span } from '../base/text.ts'
import type { SignatureDocument } from '../signature/document.ts'
import { nameAt } from './occurrences.ts'

export interface Definition {
  /** What was looked at. */
  readonly origin: Span
  /** The field with all that belongs to it. */
  readonly target: Span
  readonly name: Span
}

export function definition(document: SignatureDocument, offset: number): Definition | undefined {
  const named = nameAt(document, offset)
  return named && { origin: named.found.span, target: named.field.span, name: named.field.nameSpan }
}
