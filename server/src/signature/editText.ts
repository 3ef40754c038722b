/** Edits of single texts: replaces a scalar in its own style, or adds a key beside others. */
import type { Span, TextEdit } from '../base/text.ts'
import type { FieldPart } from './readFields.ts'
import { isEmptyNode, type YamlMap, type YamlNode, type YamlPair } from './yamlNode.ts'
import { canBlock, canFold, foldedLines, type ScalarPlace, scalarText } from './yamlText.ts'

interface TextPlace {
  readonly text: string
  readonly keySpan: Span
  readonly node: YamlNode
  /** Inside `{ }`. */
  readonly flow: boolean
}

/** Puts `after` where a text is. */
export function replaceText(place: TextPlace, after: string): TextEdit {
  const { text, keySpan, node, flow } = place
  if (isEmptyNode(node)) {
    const colon = text.indexOf(':', keySpan.end) + 1
    return { span: { start: colon, end: colon }, text: ` ${scalarText(after, 'plain', scalarPlace(place, colon))}` }
  }
  const style = node.kind === 'scalar' ? node.style : 'plain'
  if (!flow && (style === 'literal' || style === 'folded')) return replaceBlock(place, node.span, style, after)
  return { span: node.span, text: scalarText(after, style, scalarPlace(place, node.span.end)) }
}

/** A scalar before a comment cannot become a block: the comment would become a part of it. */
function scalarPlace({ text, keySpan, flow }: TextPlace, end: number): ScalarPlace {
  const rest = text.slice(end, lineEnd(text, end)).trim()
  return { flow: flow || rest !== '', indent: columnOf(text, keySpan.start) + 2, lineBreak: lineBreakOf(text) }
}

/** Keeps the header with its comment, and the indentation. */
function replaceBlock(place: TextPlace, span: Span, style: 'literal' | 'folded', after: string): TextEdit {
  const { text, keySpan } = place
  const header = text.slice(span.start, Math.min(span.end, lineEnd(text, span.start)))
  const [indicators = '|', chomping = ''] = /^[|>][-+\d]*/.exec(header)?.[0].match(/[|>]|[-+]/g) ?? []
  const rest = header.replace(/^[|>][-+\d]*/, '')
  if (!canBlock(after)) return { span, text: scalarText(after, 'double', scalarPlace(place, span.end)) + rest }
  const explicit = /^[|>][-+]?\d/.test(header)
  const content = text.slice(span.start + header.length, span.end)
  const found = explicit ? undefined : /\n([ ]+)[^\s]/.exec(content)?.[1]?.length
  const pad = ' '.repeat(found ?? columnOf(text, keySpan.start) + 2)
  const fold = style === 'folded' && canFold(after)
  const lines = fold ? foldedLines(after, 100 - pad.length) : after.split('\n')
  const first = `${fold || indicators === '|' ? indicators : '|'}${chomping}${rest}`
  const written = [first, ...lines.map(line => (line === '' ? '' : pad + line))].join(lineBreakOf(text))
  return { span, text: written }
}

/** A new key with a text in the mapping of a field. */
export function addKey(text: string, field: FieldPart, map: YamlMap, key: string, value: string): readonly TextEdit[] {
  if (map.flow) return [addToFlow(text, map, `${key}: ${scalarText(value, 'plain', flowPlace)}`)]
  const indent = keyColumn(text, map)
  const place: ScalarPlace = { flow: false, indent: indent + 2, lineBreak: lineBreakOf(text) }
  return [addLines(text, field, map, [`${key}: ${scalarText(value, 'plain', place)}`])]
}

export const flowPlace: ScalarPlace = { flow: true, indent: 0, lineBreak: '\n' }

/** Adds `key: value` at the end of `{ }`. */
export function addToFlow(text: string, map: YamlMap, entry: string): TextEdit {
  const last = map.pairs.at(-1)
  if (last === undefined) {
    const at = map.span.start + 1
    return { span: { start: at, end: at }, text: ` ${entry} ` }
  }
  const end = flowPairEnd(text, last)
  return { span: { start: end, end }, text: `, ${entry}` }
}

/** A pair without a value still has its colon. */
function flowPairEnd(text: string, pair: YamlPair): number {
  if (!isEmptyNode(pair.value)) return pair.value.span.end
  const colon = /^\s*:/.exec(text.slice(pair.keySpan.end, pair.keySpan.end + 100))?.[0].length ?? 0
  return pair.keySpan.end + colon
}

/** Adds lines at the indentation of a field's keys: behind its description, else behind its type. */
export function addLines(text: string, field: FieldPart, map: YamlMap, lines: readonly string[]): TextEdit {
  const [pad, lineBreak] = [' '.repeat(keyColumn(text, map)), lineBreakOf(text)]
  const before = map.pairs.find(pair => pair.key === 'desc') ?? map.pairs.find(pair => pair.key === 'type')
  const pair = before ?? map.pairs.at(-1)
  const at = lineEnd(text, pair === undefined ? field.span.end : Math.max(pair.keySpan.end, pair.value.span.end))
  return { span: { start: at, end: at }, text: lines.map(line => `${lineBreak}${pad}${line}`).join('') }
}

/** Column of a mapping's keys, from 0. */
export function keyColumn(text: string, map: YamlMap): number {
  return columnOf(text, map.pairs[0]?.keySpan.start ?? map.span.start)
}

export function columnOf(text: string, offset: number): number {
  const start = lineStart(text, offset)
  // A byte order mark takes no column.
  return offset - start - (start === 0 && text.charCodeAt(0) === 0xfeff ? 1 : 0)
}

export function lineStart(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1
}

/** Where the line break begins, or the text ends. */
export function lineEnd(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset)
  if (newline === -1) return text.length
  return newline > offset && text[newline - 1] === '\r' ? newline - 1 : newline
}

export function lineBreakOf(text: string): '\n' | '\r\n' {
  const newline = text.indexOf('\n')
  return newline > 0 && text[newline - 1] === '\r' ? '\r\n' : '\n'
}
