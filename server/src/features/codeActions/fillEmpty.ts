/** Gives a key that has no value a first one. */
import type { SignatureDocument } from '../../signature/document.ts'
import { columnOf, lineBreakOf } from '../../signature/editText.ts'
import type { QuickFix } from './action.ts'
import { type Entry, entryAt, fillValue, keysTo } from './entries.ts'
import { kindFor, metricStubs, toBeWritten, topStub } from './stubs.ts'

export const fillEmpty: QuickFix = {
  codes: ['empty-value'],
  fixes(document, { span }) {
    const entry = entryAt(document, span.start)
    const value = entry && valueFor(document, entry)
    if (entry === undefined || value === undefined) return []
    const title = value.includes('\n') ? `Fill in ${entry.pair.key}` : `Write ${value.trim()}`
    return [{ title, edits: [fillValue(document.text, entry.pair, value)] }]
  },
}

function valueFor(document: SignatureDocument, entry: Entry): string | undefined {
  const { map, pair } = entry
  const path = keysTo(entry)
  const { text } = document
  const [top] = path
  if (path.length === 1 && ['name', 'skill_id'].includes(pair.key)) return 'AnswerQuestion'
  if (path.length === 1 && pair.key === 'instructions') return toBeWritten
  if (path.length === 1 && (top === 'inputs' || top === 'outputs')) {
    const stub = topStub(document, top)
    if (map.flow || text[pair.value.span.start] === '{') return stub.flow.slice(stub.flow.indexOf('{'))
    const pad = ' '.repeat(columnOf(text, pair.keySpan.start))
    return stub.lines
      .slice(1)
      .map(line => `${lineBreakOf(text)}${pad}${line}`)
      .join('')
  }
  if (top === 'metrics') {
    if (pair.key === 'kind') return kindFor(undefined)
    const [stub] = metricStubs(document)
    return path.length === 2 ? stub?.value : pair.key === 'field' ? document.fields.at(-1)?.name : undefined
  }
  if (top !== 'inputs' && top !== 'outputs') return undefined
  if (pair.key === 'type') return 'str'
  if (path.length === 2) return `{ type: str, desc: ${toBeWritten} }`
  return pair.key === 'fields' ? `{ part: { type: str, desc: ${toBeWritten} } }` : undefined
}
