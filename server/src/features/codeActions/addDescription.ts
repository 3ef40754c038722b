/** Adds the key `desc`, for a person to say what the field holds. */
import { applyChanges } from '../../signature/edit.ts'
import type { QuickFix } from './action.ts'
import { toBeWritten } from './stubs.ts'

export const addDescription: QuickFix = {
  codes: ['no-description'],
  fixes(document, { span }) {
    const field = document.fields.find(({ nameSpan }) => nameSpan.start === span.start)
    if (field === undefined) return []
    const { direction, name } = field
    const changed = applyChanges(document, [{ part: 'desc', direction, field: name, before: '', after: toBeWritten }])
    return changed.ok && changed.value.edits.length > 0
      ? [{ title: 'Add a description', edits: changed.value.edits }]
      : []
  },
}
