/** Edits of a field's constraints: the sentences that stay are not touched. */
import type { TextEdit } from '../base/text.ts'
import { normalText } from './compare.ts'
import {
  addLines,
  addToFlow,
  columnOf,
  flowPlace,
  keyColumn,
  lineBreakOf,
  lineEnd,
  lineStart,
  replaceText,
} from './editText.ts'
import type { FieldPart } from './readFields.ts'
import { isEmptyNode, type YamlMap, type YamlNode, type YamlPair, type YamlSeq } from './yamlNode.ts'
import { type ScalarStyle, scalarText } from './yamlText.ts'

/** Adds the key `constraints` with its sentences. */
export function addConstraints(
  text: string,
  field: FieldPart,
  map: YamlMap,
  after: readonly string[],
): readonly TextEdit[] {
  if (map.flow) {
    const list = flowList(after)
    const column = columnOf(text, field.nameSpan.start)
    const width = lineEnd(text, map.span.end) - lineStart(text, map.span.end) + list.length
    return [addToFlow(text, map, `constraints: ${width > longLine ? tallFlowList(text, column + 4, after) : list}`)]
  }
  const step = Math.max(1, keyColumn(text, map) - columnOf(text, field.nameSpan.start))
  const lines = after.map(constraint => `${' '.repeat(step)}- ${itemText(constraint, 'plain')}`)
  return [addLines(text, field, map, ['constraints:', ...lines])]
}

/** Columns; a list that would make a longer line gets a line for each sentence. */
const longLine = 100

/** Makes the sentences below `pair` those of `after`. */
export function changeConstraints(
  text: string,
  field: FieldPart,
  map: YamlMap,
  pair: YamlPair,
  after: readonly string[],
): readonly TextEdit[] {
  const { value } = pair
  if (isEmptyNode(value)) {
    const colon = text.indexOf(':', pair.keySpan.end) + 1
    if (map.flow) return [{ span: { start: colon, end: colon }, text: ` ${flowList(after)}` }]
    const at = lineEnd(text, colon)
    const step = Math.max(1, keyColumn(text, map) - columnOf(text, field.nameSpan.start))
    const pad = ' '.repeat(keyColumn(text, map) + step)
    return [{ span: { start: at, end: at }, text: itemLines(text, pad, after) }]
  }
  if (value.kind !== 'seq') return [{ span: value.span, text: flowList(after) }]
  if (after.length === 0) return [removeAll(text, pair, value)]
  const steps = align(
    field.constraints.map(constraint => constraint.text),
    after,
  )
  if (value.flow) return flowEdits(text, value, steps)
  return blockEdits(text, value, steps) ?? [rewrite(text, value, after)]
}

type Step =
  | { readonly kind: 'replace' | 'insert'; readonly index: number; readonly text: string }
  | { readonly kind: 'delete'; readonly index: number }

/**
 * The steps from one list to the other with the longest common part left alone. `index` is that of the old item;
 * an insertion stands behind it, or before all at -1.
 */
function align(before: readonly string[], after: readonly string[]): readonly Step[] {
  const [a, b] = [before.map(normalText), after.map(normalText)]
  const common = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0))
  const at = (i: number, j: number) => common[i]?.[j] ?? 0
  for (let i = a.length - 1; i >= 0; i--) {
    const row = common[i]
    if (row === undefined) continue
    for (let j = b.length - 1; j >= 0; j--)
      row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), row[j + 1] ?? 0)
  }
  const steps: Step[] = []
  let removed: number[] = []
  let added: string[] = []
  let last = -1
  const flush = () => {
    for (const index of removed) {
      const text = added.shift()
      steps.push(text === undefined ? { kind: 'delete', index } : { kind: 'replace', index, text })
    }
    const anchor = removed.at(-1) ?? last
    for (const text of added) steps.push({ kind: 'insert', index: anchor, text })
    removed = []
    added = []
  }
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      flush()
      last = i
      i++
      j++
    } else if (j >= b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1))) removed.push(i++)
    else added.push(after[j++] ?? '')
  }
  flush()
  return steps
}

/** One line for each sentence; `undefined` where the list is laid out in another way. */
function blockEdits(text: string, seq: YamlSeq, steps: readonly Step[]): readonly TextEdit[] | undefined {
  const regular = seq.items.every(item =>
    /^[ ]*-[ ]+$/.test(text.slice(lineStart(text, item.span.start), item.span.start)),
  )
  const first = seq.items[0]
  if (!regular || first === undefined) return undefined
  const firstLine = lineStart(text, first.span.start)
  const pad = / */.exec(text.slice(firstLine, first.span.start))?.[0] ?? ''
  const edits: TextEdit[] = []
  for (const step of steps) {
    const item = seq.items[step.index]
    if (step.kind === 'insert') {
      const style = styleOf(item ?? first)
      const line = `${pad}- ${itemText(step.text, style)}`
      const at = item === undefined ? firstLine : lineEnd(text, item.span.end)
      const lineBreak = lineBreakOf(text)
      edits.push({ span: { start: at, end: at }, text: item === undefined ? line + lineBreak : lineBreak + line })
    } else if (item === undefined) return undefined
    else if (step.kind === 'replace') edits.push(replaceItem(text, item, step.text, false))
    else {
      const end = lineEnd(text, item.span.end)
      const next = text.startsWith('\r\n', end) ? end + 2 : Math.min(end + 1, text.length)
      edits.push({ span: { start: lineStart(text, item.span.start), end: next }, text: '' })
    }
  }
  return edits
}

function flowEdits(text: string, seq: YamlSeq, steps: readonly Step[]): readonly TextEdit[] {
  const { items } = seq
  const deleted = new Set(steps.flatMap(step => (step.kind === 'delete' ? [step.index] : [])))
  let prefix = 0
  while (deleted.has(prefix)) prefix++
  const edits: TextEdit[] = []
  const first = items[0]
  // The first ones take the comma behind them along, all others the one before.
  if (prefix > 0 && first !== undefined) {
    edits.push({ span: { start: first.span.start, end: items[prefix]?.span.start ?? first.span.end }, text: '' })
  }
  for (const step of steps) {
    const item = items[step.index]
    if (step.kind === 'insert') {
      const written = scalarText(step.text, styleOf(item ?? first), flowPlace)
      const at = item?.span.end ?? first?.span.start ?? seq.span.start + 1
      const insertion = item !== undefined ? `, ${written}` : first !== undefined ? `${written}, ` : written
      edits.push({ span: { start: at, end: at }, text: insertion })
    } else if (item !== undefined && step.kind === 'replace') edits.push(replaceItem(text, item, step.text, true))
    else if (item !== undefined && step.index >= prefix) {
      edits.push({ span: { start: items[step.index - 1]?.span.end ?? item.span.start, end: item.span.end }, text: '' })
    }
  }
  // Insertions into an empty list stand beside each other.
  return first === undefined ? [mergeInsertions(edits)] : edits
}

function mergeInsertions(edits: readonly TextEdit[]): TextEdit {
  const span = edits[0]?.span ?? { start: 0, end: 0 }
  return { span, text: edits.map(edit => edit.text).join(', ') }
}

function replaceItem(text: string, item: YamlNode, after: string, flow: boolean): TextEdit {
  const keySpan = { start: item.span.start, end: item.span.start }
  return replaceText({ text, node: item, keySpan, flow }, after)
}

/** Takes the key away with its lines; what is inside `{ }` becomes an empty list. */
function removeAll(text: string, pair: YamlPair, seq: YamlSeq): TextEdit {
  const start = lineStart(text, pair.keySpan.start)
  const alone = text.slice(start, pair.keySpan.start).trim() === ''
  const end = lineEnd(text, seq.span.end)
  const rest = text.slice(seq.span.end, end).trim()
  if (!alone || (rest !== '' && !rest.startsWith('#'))) return { span: seq.span, text: '[]' }
  const next = text.startsWith('\r\n', end) ? end + 2 : Math.min(end + 1, text.length)
  return { span: { start, end: next }, text: '' }
}

function rewrite(text: string, seq: YamlSeq, after: readonly string[]): TextEdit {
  return { span: seq.span, text: itemLines(text, ' '.repeat(columnOf(text, seq.span.start)), after).trimStart() }
}

function itemLines(text: string, pad: string, after: readonly string[]): string {
  return after.map(constraint => `${lineBreakOf(text)}${pad}- ${itemText(constraint, 'plain')}`).join('')
}

/** A sentence stays in one line. */
function itemText(text: string, style: ScalarStyle): string {
  const oneLine = style === 'literal' || style === 'folded' ? 'plain' : style
  return scalarText(text, text.includes('\n') ? 'double' : oneLine, { ...flowPlace, flow: false })
}

function styleOf(node: YamlNode | undefined): ScalarStyle {
  return node?.kind === 'scalar' && node.style !== 'literal' && node.style !== 'folded' ? node.style : 'plain'
}

function flowList(after: readonly string[]): string {
  return `[${after.map(text => scalarText(text, 'plain', flowPlace)).join(', ')}]`
}

/** YAML wants the lines of a list in brackets further in than the key it belongs to, the last one included. */
function tallFlowList(text: string, indent: number, after: readonly string[]): string {
  const start = lineBreakOf(text) + ' '.repeat(indent)
  return `[${after.map(item => start + scalarText(item, 'plain', flowPlace)).join(',')}]`
}
