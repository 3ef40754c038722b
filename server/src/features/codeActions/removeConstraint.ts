/** Takes away a constraint that says nothing, says the same as another, or contradicts one. */
import type { TextEdit } from '../../base/text.ts'
import type { SignatureDocument } from '../../signature/document.ts'
import { fieldAt } from '../../signature/locate.ts'
import { isEmptyNode } from '../../signature/yamlNode.ts'
import type { Problem } from '../../validation/problem.ts'
import type { Fix, QuickFix } from './action.ts'
import { removeEntry, removeItem } from './entries.ts'

export const removeConstraint: QuickFix = {
  codes: ['empty-value', 'duplicate-constraint', 'contradictory-constraints'],
  fixes(document, problem) {
    const edit = removal(document, problem)
    if (edit === undefined) return []
    if (problem.code !== 'contradictory-constraints') {
      const title = problem.code === 'empty-value' ? 'Remove the empty constraint' : 'Remove this copy'
      return [{ title, isCertain: true, edits: [edit] }]
    }
    const [other] = problem.related ?? []
    const otherEdit = other && removal(document, { ...problem, span: other.span })
    const fixes: Fix[] = [{ title: 'Remove this constraint', edits: [edit] }]
    return otherEdit === undefined ? fixes : [...fixes, { title: 'Remove the other constraint', edits: [otherEdit] }]
  },
}

function removal(document: SignatureDocument, { code, span }: Problem): TextEdit | undefined {
  const pair = fieldAt(document, span.start)?.constraintsPair
  if (pair?.value.kind !== 'seq') return undefined
  const { items } = pair.value
  // The problem of a constraint without text starts at the character before it.
  const at = code === 'empty-value' ? span.start + 1 : span.start
  const item = items.find(({ span }) => span.start === at)
  if (item === undefined || (code === 'empty-value' && !isEmptyNode(item) && item.kind !== 'scalar')) return undefined
  return items.length === 1 ? removeEntry(document, pair.keySpan) : removeItem(document.text, pair.value, item)
}
