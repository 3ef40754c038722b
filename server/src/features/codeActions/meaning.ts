/** Whether edits leave the meaning of a signature as it is. */
import { applyEdits, type TextEdit } from '../../base/text.ts'
import { signatureSha256 } from '../../signature/compare.ts'
import { parseSignature, type SignatureDocument } from '../../signature/document.ts'

export function keepsMeaning(document: SignatureDocument, edits: readonly TextEdit[]): boolean {
  const after = parseSignature(applyEdits(document.text, edits), document)
  if (after.problems.length !== document.problems.length) return false
  if (document.signature === undefined || after.signature === undefined) return document.signature === after.signature
  return signatureSha256(document.signature) === signatureSha256(after.signature)
}
