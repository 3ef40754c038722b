/** Entries of mappings and items of lists: where they stand, and the edits that put them in and take them out. */
import type { Span, TextEdit } from '../../base/text.ts'
import type { SignatureDocument } from '../../signature/document.ts'
import { addToFlow, columnOf, keyColumn, lineBreakOf, lineEnd, lineStart } from '../../signature/editText.ts'
import { isEmptyNode, type YamlMap, type YamlNode, type YamlPair, type YamlSeq } from '../../signature/yamlNode.ts'

export interface Entry {
  readonly map: YamlMap
  readonly pair: YamlPair
  /** The entry around its mapping; `undefined` at the top. */
  readonly parent: Entry | undefined
}

/** Keys from the top, its own last; lists between them do not count. */
export function keysTo({ pair, parent }: Entry): readonly string[] {
  return parent === undefined ? [pair.key] : [...keysTo(parent), pair.key]
}

/** The entry whose key starts at an offset. */
export function entryAt(document: SignatureDocument, offset: number): Entry | undefined {
  const known = indexes.get(document)
  const index = known ?? indexEntries(document)
  if (known === undefined) indexes.set(document, index)
  return index.get(offset)
}

// One walk for each version of a document, however many of its problems are looked at.
const indexes = new WeakMap<SignatureDocument, ReadonlyMap<number, Entry>>()

function indexEntries({ tree }: SignatureDocument): ReadonlyMap<number, Entry> {
  const index = new Map<number, Entry>()
  const walk = (node: YamlNode | undefined, parent: Entry | undefined): void => {
    if (node?.kind === 'seq') for (const item of node.items) walk(item, parent)
    if (node?.kind !== 'map') return
    for (const pair of node.pairs) {
      const entry: Entry = { map: node, pair, parent }
      index.set(pair.keySpan.start, entry)
      walk(pair.value, entry)
    }
  }
  walk(tree.root, undefined)
  return index
}

/** A new entry as it stands in `{ }`, and as the lines of a block; the lines are indented from the key on. */
export interface NewEntry {
  readonly key: string
  readonly flow: string
  readonly lines: readonly string[]
}

/** Puts an entry behind those that come before it in `order`. */
export function insertEntry(text: string, map: YamlMap, order: readonly string[], entry: NewEntry): TextEdit {
  const rank = (key: string) => (order.includes(key) ? order.indexOf(key) : order.length)
  const at = map.pairs.findLastIndex(pair => rank(pair.key) < rank(entry.key))
  const [before, next] = [map.pairs[at], map.pairs[at + 1]]
  if (map.flow) {
    if (next === undefined) return addToFlow(text, map, entry.flow)
    return insertion(next.keySpan.start, `${entry.flow}, `)
  }
  const lineBreak = lineBreakOf(text)
  const pad = ' '.repeat(keyColumn(text, map))
  const lines = entry.lines.map(line => (line === '' ? '' : pad + line))
  if (before === undefined && next !== undefined) {
    return insertion(next.keySpan.start, `${lines.join(lineBreak).trimStart()}${lineBreak}${pad}`)
  }
  const end = lineEnd(text, before === undefined ? map.span.end : pairEnd(text, before))
  return insertion(end, lines.map(line => lineBreak + line).join(''))
}

/** Takes away the entry of a key, with its lines; `undefined` where its layout leaves no simple way. */
export function removeEntry(document: SignatureDocument, keySpan: Span): TextEdit | undefined {
  const { text } = document
  const entry = entryAt(document, keySpan.start)
  const start = lineStart(text, keySpan.start)
  const isAlone = text.slice(start, keySpan.start).trim() === ''
  // The second of two keys at the top is in no tree.
  if (isAlone && entry?.map.flow !== true) return removal(start, blockEnd(text, keySpan))
  if (entry === undefined) return undefined
  const { pairs, flow } = entry.map
  const at = pairs.indexOf(entry.pair)
  const [before, next] = [pairs[at - 1], pairs[at + 1]]
  if (next !== undefined) return removal(keySpan.start, next.keySpan.start)
  if (!flow) return undefined
  return removal(before === undefined ? keySpan.start : pairEnd(text, before), pairEnd(text, entry.pair))
}

/** Takes away an item of a list that has others. */
export function removeItem(text: string, seq: YamlSeq, item: YamlNode): TextEdit | undefined {
  const at = seq.items.indexOf(item)
  const [before, next] = [seq.items[at - 1], seq.items[at + 1]]
  if (seq.flow) {
    if (next !== undefined) return removal(item.span.start, next.span.start)
    return before === undefined ? undefined : removal(before.span.end, item.span.end)
  }
  const start = lineStart(text, item.span.start)
  if (!/^\s*-\s*$/.test(text.slice(start, item.span.start))) return undefined
  return removal(start, nextLine(text, item.span.end))
}

/** Puts a value where an entry has none, or an empty one. */
export function fillValue(text: string, { keySpan, value }: YamlPair, written: string): TextEdit {
  if (!isEmptyNode(value)) return { span: value.span, text: written }
  const colon = text.indexOf(':', keySpan.end) + 1
  const blanks = /^[ \t]+(?=,)/.exec(text.slice(colon, colon + 100))?.[0].length ?? 0
  return { span: { start: colon, end: colon + blanks }, text: /^\s/.test(written) ? written : ` ${written}` }
}

/** Behind the value, or behind the colon where there is none. */
export function pairEnd(text: string, { keySpan, value }: YamlPair): number {
  if (!isEmptyNode(value)) return value.span.end
  return keySpan.end + (/^\s*:/.exec(text.slice(keySpan.end, keySpan.end + 100))?.[0].length ?? 0)
}

export function insertion(at: number, text: string): TextEdit {
  return { span: { start: at, end: at }, text }
}

function removal(start: number, end: number): TextEdit {
  return { span: { start, end }, text: '' }
}

/** Behind the last line that belongs to a key: those further in, and the items of a list below it. */
function blockEnd(text: string, keySpan: Span): number {
  const column = columnOf(text, keySpan.start)
  let end = nextLine(text, keySpan.end)
  for (let at = end; at < text.length; at = nextLine(text, at)) {
    const line = text.slice(at, lineEnd(text, at))
    if (line.trim() === '') continue
    const indent = line.search(/\S/)
    if (indent < column || (indent === column && !/^\s*-(?:\s|$)/.test(line))) break
    end = nextLine(text, at)
  }
  return end
}

function nextLine(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset)
  return newline === -1 ? text.length : newline + 1
}
