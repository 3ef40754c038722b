/** Writes a field that stands on one line over several, and the other way round. */
import type { TextEdit } from '../../base/text.ts'
import type { SignatureDocument } from '../../signature/document.ts'
import { columnOf, flowPlace, lineBreakOf, lineEnd } from '../../signature/editText.ts'
import { fieldAt, metricAt } from '../../signature/locate.ts'
import type { YamlMap, YamlNode, YamlPair } from '../../signature/yamlNode.ts'
import { scalarText } from '../../signature/yamlText.ts'
import type { Action, Change, Refactoring, Refusal } from './action.ts'
import { entryAt } from './entries.ts'
import { keepsMeaning } from './meaning.ts'

export const fieldLayout: Refactoring = ({ document, span }) => {
  const part = fieldAt(document, span.start) ?? metricAt(document, span.start)
  const entry = part && entryAt(document, part.nameSpan.start)
  if (entry?.pair.value.kind !== 'map' || entry.map.flow || entry.pair.value.pairs.length === 0) return []
  const map = entry.pair.value
  const written = map.flow ? spread(document, entry.pair, map) : join(document, entry.pair, map)
  if (written === undefined) return []
  const title = map.flow ? `Write ${entry.pair.key} over several lines` : `Write ${entry.pair.key} on one line`
  return [{ title, kind: 'refactor.rewrite', change: () => checked(document, written) } satisfies Action]
}

function checked(document: SignatureDocument, edit: TextEdit): Change | Refusal {
  const edits = [edit]
  return keepsMeaning(document, edits) ? { edits } : { refusal: 'Written otherwise, this would mean something else.' }
}

/** From `{ a: 1, b: 2 }` to a line for each; lists of sentences get a line for each item. */
function spread({ text }: SignatureDocument, { keySpan }: YamlPair, map: YamlMap): TextEdit | undefined {
  if (hasComment(text, map)) return undefined
  const lineBreak = lineBreakOf(text)
  const pad = ' '.repeat(columnOf(text, keySpan.start) + 2)
  const lines: string[] = []
  for (const { keySpan: key, key: name, value } of map.pairs) {
    const source = sourceOf(text, value)
    if (name === 'constraints' && value.kind === 'seq' && value.items.length > 0) {
      const items = value.items.map(item => sourceOf(text, item))
      if (items.includes(undefined)) return undefined
      lines.push(`${text.slice(key.start, key.end)}:`, ...items.map(item => `  - ${item}`))
    } else if (source === undefined) return undefined
    else lines.push(`${text.slice(key.start, key.end)}: ${source}`.trimEnd())
  }
  const colon = text.indexOf(':', keySpan.end) + 1
  // A comment behind the braces goes to the line of the name.
  const rest = text.slice(map.span.end, lineEnd(text, map.span.end))
  if (rest.trim() !== '' && !/^\s+#/.test(rest)) return undefined
  const block = lines.map(line => lineBreak + pad + line).join('')
  return { span: { start: colon, end: map.span.end + rest.length }, text: rest.trimEnd() + block }
}

/** Columns; what would be longer stays as it is. */
const longLine = 120

/** From a line for each key to `{ a: 1, b: 2 }`. */
function join({ text }: SignatureDocument, { keySpan }: YamlPair, map: YamlMap): TextEdit | undefined {
  const parts = map.pairs.map(({ keySpan: key, value }) => {
    const written = flowText(text, value)
    return written === undefined ? undefined : `${text.slice(key.start, key.end)}: ${written}`
  })
  const line = `{ ${parts.join(', ')} }`
  const tooLong = columnOf(text, keySpan.end) + 2 + line.length > longLine
  if (parts.includes(undefined) || tooLong || hasComment(text, map)) return undefined
  const colon = text.indexOf(':', keySpan.end) + 1
  if (text.slice(colon, map.span.start).trim() !== '') return undefined
  return { span: { start: colon, end: map.span.end }, text: ` ${line}` }
}

/** As inside `{ }`; `undefined` for what takes several lines. */
function flowText(text: string, node: YamlNode): string | undefined {
  if (node.kind === 'seq' && !node.flow) {
    const items = node.items.map(item => (item.kind === 'scalar' ? flowText(text, item) : undefined))
    return items.includes(undefined) ? undefined : `[${items.join(', ')}]`
  }
  if (node.kind === 'scalar' && typeof node.value === 'string' && node.style === 'plain') {
    return node.source.includes('\n') ? undefined : scalarText(node.value, 'plain', flowPlace)
  }
  if (node.kind === 'map' && !node.flow) return undefined
  if (node.kind === 'scalar' && (node.style === 'literal' || node.style === 'folded')) return undefined
  return sourceOf(text, node)
}

/** The value as written, if that is one line; anchors are left alone. */
function sourceOf(text: string, node: YamlNode): string | undefined {
  const source = text.slice(node.span.start, node.span.end)
  return /[\r\n]/.test(source) || (node.kind !== 'alias' && node.anchor !== undefined) ? undefined : source
}

/** Whether there is a comment between the values, which has no place in the other layout. */
function hasComment(text: string, map: YamlMap): boolean {
  let at = map.span.start
  return [...map.pairs, undefined].some(pair => {
    const next = pair === undefined ? map.span.end : pair.keySpan.start
    const gap = text.slice(at, next)
    at = pair === undefined ? next : Math.max(pair.keySpan.end, pair.value.span.end)
    return gap.includes('#') || (pair?.value.kind === 'seq' && hasItemComment(text, pair.value))
  })
}

function hasItemComment(text: string, { items, span }: YamlNode & { readonly kind: 'seq' }): boolean {
  let at = span.start
  return items.some(item => {
    const gap = text.slice(at, item.span.start)
    at = item.span.end
    return gap.includes('#')
  })
}
