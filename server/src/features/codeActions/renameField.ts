/** Gives a name that is none the nearest one that would do, wherever the file uses it. */
import type { TextEdit } from '../../base/text.ts'
import type { SignatureDocument } from '../../signature/document.ts'
import type { QuickFix } from './action.ts'

export const renameField: QuickFix = {
  codes: ['invalid-name'],
  fixes(document, { span, suggestion }) {
    if (suggestion === undefined) return []
    const field = document.fields.find(({ nameSpan }) => nameSpan.start === span.start)
    if (field !== undefined && document.fields.some(({ name }) => name === suggestion)) return []
    const uses = field === undefined ? [] : usesOf(document, field.name, suggestion)
    return [{ title: `Rename to ${suggestion}`, isCertain: true, edits: [{ span, text: suggestion }, ...uses] }]
  },
}

/** Metrics that read the output, and inline examples. */
function usesOf({ metrics, examples }: SignatureDocument, name: string, text: string): readonly TextEdit[] {
  const reads = metrics.flatMap(({ fieldPart }) =>
    fieldPart?.value === name && fieldPart.node.kind === 'scalar' ? [{ span: fieldPart.span, text }] : [],
  )
  const keys = (examples?.items ?? []).flatMap(item =>
    item.kind === 'map'
      ? item.pairs.filter(pair => pair.key === name).map(({ keySpan }) => ({ span: keySpan, text }))
      : [],
  )
  return [...reads, ...keys]
}
