/** Which line stands at which column once formatted: read from the tree, so that texts of several lines stay whole. */
import type { Steps } from '../base/steps.ts'
import type { SignatureDocument } from '../signature/document.ts'
import { lineEnd, lineStart } from '../signature/editText.ts'
import type { YamlNode, YamlPair, YamlScalar, YamlSeq } from '../signature/yamlNode.ts'

export type Line =
  /** Starts with a key or a dash. */
  | { readonly kind: 'start'; readonly to: number }
  /** Belongs to a block scalar whose text moves from one column to another; deeper blanks are its own. */
  | { readonly kind: 'content'; readonly from: number; readonly to: number }
  /** Goes on with a quoted or plain text. */
  | { readonly kind: 'quoted' }
  /** A comment, brackets over several lines, or anything else. */
  | { readonly kind: 'other' }

export interface Layout {
  /** Must be asked line by line. */
  lineAt(start: number): Line
  /** The new column of a line that starts with `first` at the old one. */
  indentOf(line: Line, column: number, first: string): number
  /** Whether the file ends inside a text that keeps its blank lines. */
  readonly keepsEnd: boolean
}

interface Start {
  readonly from: number
  readonly to: number
}

interface Text {
  readonly end: number
  readonly line: Line
}

const itemsInStep = 1000

/** In steps, as a list of examples can be long. */
export function* layoutInSteps({ text, tree, entries }: SignatureDocument): Steps<Layout> {
  const starts = new Map<number, Start>()
  const texts = new Map<number, Text>()
  let keepsEnd = false

  function mark(at: number, to: number): void {
    const line = lineStart(text, at)
    const from = at - line
    if (text.slice(line, at).trim() === '' && !starts.has(line)) starts.set(line, { from, to })
  }

  function* visitPairs(pairs: readonly YamlPair[], to: number): Steps<void> {
    for (const { keySpan, value } of pairs) {
      mark(keySpan.start, to)
      yield* visit(value, keySpan.start, to)
    }
  }

  /** `owner` is where the key or dash that the node belongs to stands, `to` its new column. */
  function* visit(node: YamlNode, owner: number, to: number): Steps<void> {
    if (node.kind === 'scalar') visitScalar(node, owner, to)
    else if (node.kind === 'map' && !node.flow) yield* visitPairs(node.pairs, to + 2)
    else if (node.kind === 'seq' && !node.flow) yield* visitItems(node, to + 2)
  }

  function* visitItems(node: YamlSeq, to: number): Steps<void> {
    let dash = node.span.start
    for (const [index, item] of node.items.entries()) {
      if (index % itemsInStep === itemsInStep - 1) yield
      if (index > 0) dash = dashBefore(text, item.span.start, dash)
      mark(dash, to)
      // The keys of an item stand two columns behind its dash, as does a list in a list.
      yield* visit(item, dash, to)
    }
  }

  function visitScalar(node: YamlScalar, owner: number, to: number): void {
    const { start, end } = node.span
    const header = lineEnd(text, start)
    if (header >= end && node.style !== 'literal' && node.style !== 'folded') return
    if (node.style !== 'literal' && node.style !== 'folded') {
      addText(header, end, { kind: 'quoted' })
      return
    }
    const indicators = /^[|>][-+\d]*/.exec(text.slice(start, start + 10))?.[0] ?? ''
    const from = owner - lineStart(text, owner)
    const explicit = /\d/.exec(indicators)?.[0]
    const content = text.slice(header, end)
    const found = /\n( *)[^\s]/.exec(content)?.[1]?.length ?? from + 2
    const line: Line =
      explicit === undefined ? { kind: 'content', from: found, to: to + 2 } : { kind: 'content', from, to }
    let stop = end
    if (indicators.includes('+')) {
      stop = keptEnd(text, end)
      if (stop === text.length) keepsEnd = true
    }
    addText(header, stop, line)
  }

  function addText(header: number, end: number, line: Line): void {
    const first = text.indexOf('\n', header) + 1
    if (first > 0 && first <= end) texts.set(first, { end, line })
  }

  const root = tree.root
  if (root?.kind === 'map' && !root.flow) yield* visitPairs(entries, 0)

  let open: Text | undefined
  let current: Start = { from: 0, to: 0 }
  /** The columns of the lines above, each further out than the one after. */
  let above: Start[] = []
  /** Lines that start something, in order, and how far they are passed. */
  const order = [...starts].sort(([a], [b]) => a - b)
  let passed = 0
  return {
    keepsEnd,
    lineAt(at) {
      if (open !== undefined && at >= open.end) open = undefined
      open = texts.get(at) ?? open
      while (passed < order.length && (order[passed]?.[0] ?? 0) <= at) passed++
      const start = starts.get(at)
      if (start !== undefined) {
        current = start
        above = [...above.filter(({ from }) => from < start.from), start]
        open = undefined
        return { kind: 'start', to: start.to }
      }
      return open === undefined ? { kind: 'other' } : open.line
    },
    indentOf(line, column, first) {
      if (line.kind === 'start') return line.to
      if (line.kind === 'other' && first === '#') return commentColumn(column, order[passed]?.[1], above)
      // Nothing that starts at column 0 belongs to a value, except brackets that close one.
      if (above.length === 0 || column === 0) return column
      const moved = column + current.to - current.from
      const closes = first === ']' || first === '}'
      return Math.max(moved, closes ? current.to : current.to + 1)
    },
  }
}

/** A comment stands with what follows it; one that stood further in belongs to what is above. */
function commentColumn(column: number, next: Start | undefined, above: readonly Start[]): number {
  if (next !== undefined && column <= next.from) return next.to
  const same = above.findLast(({ from }) => from <= column)
  return same?.to ?? next?.to ?? 0
}

function dashBefore(text: string, item: number, after: number): number {
  let at = item - 1
  while (at > after && !(text[at] === '-' && /[\s]/.test(text[at + 1] ?? ' ') && /[\s]/.test(text[at - 1] ?? ' '))) at--
  return at
}

/** Behind the blank lines after a text. */
function keptEnd(text: string, end: number): number {
  const blank = /(?:[ \t]*\r?\n)*[ \t]*/y
  blank.lastIndex = end
  const match = blank.exec(text)?.[0] ?? ''
  const stop = end + match.length
  return stop >= text.length ? text.length : lineStart(text, stop)
}
