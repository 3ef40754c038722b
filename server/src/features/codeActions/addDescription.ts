/** Adds the key `desc`, for a person to say what the field holds. */
import { addKey, replaceText } from '../../signature/editText.ts'
import type { QuickFix } from './action.ts'
import { toBeWritten } from './stubs.ts'

export const addDescription: QuickFix = {
  codes: ['no-description'],
  fixes({ text, fields }, { span }) {
    const field = fields.find(({ nameSpan }) => nameSpan.start === span.start)
    // What an alias stands for is described where its anchor is.
    if (field?.node.kind !== 'map') return []
    const { desc, node } = field
    const edits =
      desc === undefined
        ? addKey(text, field, node, 'desc', toBeWritten)
        : [replaceText({ text, ...desc, flow: node.flow }, toBeWritten)]
    return [{ title: 'Add a description', edits }]
  },
}
