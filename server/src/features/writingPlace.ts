/** Where the cursor stands in text that may be half typed: the keys above it, and what is being written there. */
import type { Span } from '../base/text.ts'
import { lineEnd, lineStart } from '../signature/editText.ts'
import { linesBefore, textStart } from './linesBefore.ts'
import { endsOf, type Flow, keysAhead, readFlow } from './writingFlow.ts'

export interface WritingPlace {
  /** Keys and list indexes above what is written; of a value, its own key is the last. */
  readonly path: readonly (string | number)[]
  /** `prose` is free text over several lines; `list` is where a list's next item would begin with its dash. */
  readonly at: 'key' | 'value' | 'item' | 'list' | 'prose'
  /** What is written, without quotes; it holds the cursor. */
  readonly span: Span
  /** From the start of `span` to the cursor. */
  readonly written: string
  readonly quote: '"' | "'" | undefined
  /** Inside `{ }` or `[ ]`. */
  readonly flow: boolean
  /** The keys beside it, without the one being written. */
  readonly keys: ReadonlySet<string>
  /** Column where the line's own text starts. */
  readonly column: number
}

/**
 * Reads the lines of the entry around the offset up to it, by indentation: a tree of half-typed text would have
 * holes just where the cursor is. `undefined` in comments.
 */
export function writingPlaceAt(text: string, offset: number): WritingPlace | undefined {
  const state: State = { frames: [], block: undefined, flow: undefined }
  const line = lineStart(text, offset)
  for (const at of linesBefore(text, line)) takeLine(state, text, at, lineEnd(text, at))
  return placeInLine(state, text, line, offset)
}

/** A mapping or list whose lines start at one column. */
interface Frame {
  readonly indent: number
  readonly list: boolean
  /** The key or index that was read last. */
  key: string | number
  readonly keys: Set<string>
  /** Whether a value stands on the line of that key. */
  valued: boolean
}

interface State {
  readonly frames: Frame[]
  /** Column of the key whose block scalar the lines belong to. */
  block: number | undefined
  flow: Flow | undefined
}

function takeLine(state: State, text: string, start: number, end: number): void {
  const from = textStart(text, start, end)
  if (from === end) return
  const column = from - start
  if (state.block !== undefined) {
    if (column > state.block) return
    state.block = undefined
  }
  if (text[from] === '#') return
  if (state.flow !== undefined) {
    // Brackets that were left open end where the next key of the mapping around them begins.
    if (column > state.flow.indent || ']}'.includes(text[from] ?? '')) {
      state.flow = readFlow(text, from, end, state.flow)
      return
    }
    state.flow = undefined
  }
  readLine(state, text, start, end)
}

interface LineReading {
  /** Behind the dashes and the key. */
  readonly at: number
  readonly dashed: boolean
  readonly keyed: boolean
}

/** Takes dashes, a key and what its value starts with. */
function readLine(state: State, text: string, start: number, end: number): LineReading {
  const { frames } = state
  let at = textStart(text, start, end)
  let dashed = false
  while (text[at] === '-' && (at + 1 >= end || text[at + 1] === ' ')) {
    enterList(frames, at - start)
    dashed = true
    at = textStart(text, at + 1, end)
  }
  const key = keyAt(text, at, end)
  if (key !== undefined) {
    enterMap(frames, at - start, key.name)
    at = key.end
  }
  const value = valueStart(text, at, end)
  const frame = frames.at(-1)
  if (frame !== undefined && key !== undefined) frame.valued = value < end && text[value] !== '#'
  if (key !== undefined || dashed) startValue(state, text, value, end)
  return { at, dashed, keyed: key !== undefined }
}

function startValue(state: State, text: string, at: number, end: number): void {
  const indent = state.frames.at(-1)?.indent ?? 0
  if (/^[|>][-+\d]*[ \t]*(?:#|$)/.test(text.slice(at, Math.min(end, at + 40)))) state.block = indent
  else if (text[at] === '{' || text[at] === '[') state.flow = readFlow(text, at, end, { indent, open: [] })
}

function enterList(frames: Frame[], column: number): void {
  while ((frames.at(-1)?.indent ?? -1) > column) frames.pop()
  const top = frames.at(-1)
  if (top?.list && top.indent === column) top.key = Number(top.key) + 1
  else frames.push({ indent: column, list: true, key: 0, keys: new Set(), valued: false })
}

function enterMap(frames: Frame[], column: number, key: string): void {
  leave(frames, column)
  const top = frames.at(-1)
  if (top !== undefined && top.indent === column) top.key = key
  else frames.push({ indent: column, list: false, key, keys: new Set(), valued: false })
  frames.at(-1)?.keys.add(key)
}

/** A key at this column ends what stands further in, and a list at the same column. */
function leave(frames: Frame[], column: number): void {
  for (let top = frames.at(-1); top !== undefined; top = frames.at(-1)) {
    if (top.indent < column || (top.indent === column && !top.list)) return
    frames.pop()
  }
}

const keyPattern =
  /(?:"((?:[^"\\\n]|\\.)*)"|'((?:[^'\n]|'')*)'|([\p{L}_<][^\s:#'"{}[\],]*(?: [^\s:#]+)*))[ \t]*:(?=\s|$)/uy

function keyAt(text: string, at: number, end: number) {
  keyPattern.lastIndex = at
  const match = keyPattern.exec(text)
  if (match === null || at + match[0].length > end) return undefined
  return { name: match[1] ?? match[2] ?? match[3] ?? '', end: at + match[0].length }
}

/** Behind blanks, an anchor and a tag. */
function valueStart(text: string, at: number, end: number): number {
  const start = textStart(text, at, end)
  const property = /[&!][^\s]*[ \t]+/y
  property.lastIndex = start
  const match = property.exec(text)
  return match === null || start + match[0].length > end ? start : valueStart(text, start + match[0].length, end)
}

function placeInLine(state: State, text: string, start: number, offset: number): WritingPlace | undefined {
  const end = lineEnd(text, offset)
  const from = textStart(text, start, end)
  const [lineColumn, cursorColumn] = [from - start, offset - start]
  const blank = from === end
  const column = blank ? cursorColumn : lineColumn
  const path = () => state.frames.map(({ key }) => key)
  const prose = { at: 'prose', span: { start: offset, end: offset }, written: text.slice(from, offset) } as const
  const plain = { quote: undefined, flow: false, keys: new Set<string>(), column }
  if (state.block !== undefined && column > state.block) return { ...prose, ...plain, path: path() }
  if (text[from] === '#' || (!blank && offset < from)) return undefined
  if (state.flow !== undefined && (column > state.flow.indent || ']}'.includes(text[from] || '.'))) {
    return placeInFlow(path(), readFlow(text, from, offset, state.flow), text, offset, column)
  }
  if (blank) return placeOfKey(state, text, offset, offset, column)
  const read = readLine({ ...state, flow: undefined, block: undefined }, text, start, offset)
  const at = valueStart(text, read.at, offset)
  if (read.keyed || read.dashed) {
    if (text[at] === '{' || text[at] === '[') {
      if (at < offset) {
        const flow = readFlow(text, at, offset, { indent: column, open: [] })
        return placeInFlow(path(), flow, text, offset, column)
      }
    }
    const written = text.slice(at, offset)
    if (/(?:^|\s)#/.test(written.replace(/"[^"]*"?|'[^']*'?/g, ''))) return undefined
    if (/^[|>]/.test(written)) return undefined
    const [quote, ...rest] = /^["']/.exec(written) ?? []
    const opened = quote !== undefined && rest.length === 0 ? (quote as '"' | "'") : undefined
    if (opened !== undefined && written.indexOf(opened, 1) !== -1) return undefined
    const begin = at + (opened === undefined ? 0 : 1)
    const frame = state.frames.at(-1)
    return {
      path: path(),
      at: read.keyed ? 'value' : 'item',
      span: { start: begin, end: endsOf(text, offset, end, opened, false) },
      written: text.slice(begin, offset),
      quote: opened,
      flow: false,
      keys: read.keyed ? beside(text, end, frame, column) : new Set(),
      column,
    }
  }
  const top = state.frames.findLast(({ indent }) => indent < column)
  if (top === state.frames.at(-1) && top?.valued) return { ...prose, ...plain, path: path() }
  return placeOfKey(state, text, from, offset, column)
}

const longestKey = 200

/** A key is being written, or nothing yet, on a line of its own. */
function placeOfKey(
  state: State,
  text: string,
  from: number,
  offset: number,
  column: number,
): WritingPlace | undefined {
  const { frames } = state
  // A sentence, or brackets at the start of a line, are no key.
  if (!/^["']?[\p{L}\p{M}\p{N}_]*$/u.test(text.slice(from, Math.min(offset, from + longestKey)))) return undefined
  while ((frames.at(-1)?.indent ?? -1) > column) frames.pop()
  const end = lineEnd(text, offset)
  const top = frames.at(-1)
  const common = {
    span: { start: from, end: endsOf(text, offset, end, undefined, true) },
    written: text.slice(from, offset),
    quote: undefined,
    flow: false,
    column,
  }
  const path = frames.map(({ key }) => key)
  if (top === undefined) {
    return column > 0 ? undefined : { ...common, at: 'key', path: [], keys: keysFrom(text, end, column) }
  }
  if (top.indent < column) {
    if (top.valued) return undefined
    const at = top.key === 'constraints' && !top.list ? 'list' : 'key'
    return { ...common, at, path, keys: keysFrom(text, end, column) }
  }
  if (top.list) return { ...common, at: 'list', path: path.slice(0, -1), keys: new Set() }
  return { ...common, at: 'key', path: path.slice(0, -1), keys: beside(text, end, top, column) }
}

function placeInFlow(
  above: readonly (string | number)[],
  flow: Flow | undefined,
  text: string,
  offset: number,
  column: number,
): WritingPlace | undefined {
  const inner = flow?.open.at(-1)
  if (flow === undefined || inner === undefined || flow.comment || inner.closed) return undefined
  const path = [...above, ...flow.open.slice(0, -1).map(open => open.key ?? open.index)]
  const end = lineEnd(text, offset)
  const { quote, tokenStart } = inner
  const begin = Math.min(offset, tokenStart + (quote === undefined ? 0 : 1))
  const at = inner.bracket === '[' ? 'item' : inner.key === undefined ? 'key' : 'value'
  return {
    path: at === 'value' ? [...path, inner.key ?? ''] : at === 'item' ? [...path, inner.index] : path,
    at,
    span: { start: begin, end: endsOf(text, offset, end, quote, at === 'key', true) },
    written: text.slice(begin, offset),
    quote,
    flow: true,
    keys: new Set([...inner.keys, ...keysAhead(text, offset, end)]),
    column,
  }
}

function beside(text: string, end: number, frame: Frame | undefined, column: number): ReadonlySet<string> {
  return new Set([...(frame?.keys ?? []), ...keysFrom(text, end, frame?.indent ?? column)])
}

/** The keys at this column on the lines below, up to where the mapping ends. */
function keysFrom(text: string, end: number, column: number): ReadonlySet<string> {
  const keys = new Set<string>()
  for (let at = text.indexOf('\n', end) + 1; at > 0 && at < text.length; ) {
    const lineStop = lineEnd(text, at)
    const from = textStart(text, at, lineStop)
    if (from < lineStop && text[from] !== '#') {
      if (from - at < column) break
      const key = from - at === column ? keyAt(text, from, lineStop) : undefined
      if (key !== undefined) keys.add(key.name)
    }
    at = text.indexOf('\n', lineStop) + 1
  }
  return keys
}
