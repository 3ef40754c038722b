/** References and highlights: every place that names the field at the cursor. */
import type { SignatureDocument } from '../signature/document.ts'
import { nameAt, type Occurrence, occurrencesOf } from './occurrences.ts'

export interface References {
  readonly name: string
  readonly occurrences: readonly Occurrence[]
}

export function references(document: SignatureDocument, offset: number): References | undefined {
  const named = nameAt(document, offset)
  return named && { name: named.field.name, occurrences: occurrencesOf(document, named.field.name) }
}
