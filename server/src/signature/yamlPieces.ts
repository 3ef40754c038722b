/** Cuts a file into its top-level entries, and long inline examples into items, by looking at the starts of lines. */
import type { Span } from '../base/text.ts'

/** An entry with all lines up to the next one. With `items` it ends where they begin. */
export interface Piece extends Span {
  readonly items?: readonly Span[]
}

/** A signature has nine keys; of more than these only the first are read. */
export const maxEntries = 1000

const odd = Symbol('odd')

/**
 * The entries of a block mapping at column 0; `undefined` for anything else (flow roots, several documents,
 * directives, explicit keys …), which is then parsed whole. Parsing pieces and parsing the whole give the same
 * for every file without errors, because YAML lets nothing in an entry's value reach column 0 except comments,
 * blank lines, the dashes of a sequence and a closing bracket.
 */
export function splitPieces(text: string): readonly Piece[] | undefined {
  const starts: number[] = []
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0
  let marked = false
  while (at < text.length) {
    const kind = lineKind(text, at, starts.length === 0)
    if (kind === odd) {
      // One line `---` may open the file.
      if (marked || starts.length > 0 || !matchesAt(startMark, text, at)) return undefined
      marked = true
    } else if (kind === 'entry') starts.push(at)
    const newline = text.indexOf('\n', at)
    at = newline === -1 ? text.length : newline + 1
  }
  return starts.slice(0, maxEntries + 1).map((start, index) => {
    const end = starts[index + 1] ?? text.length
    return splitItems(text, start, end) ?? { start, end }
  })
}

function lineKind(text: string, at: number, beforeEntries: boolean): 'entry' | 'inside' | typeof odd {
  const next = text[at + 1]
  switch (text[at]) {
    case '#':
    case '\n':
      return 'inside'
    case '\r':
      return next === '\n' ? 'inside' : odd
    case ' ':
      // Before the first entry an indented line may only be blank or a comment.
      return beforeEntries && !matchesAt(blankOrComment, text, at) ? odd : 'inside'
    case ']':
    case '}':
      return beforeEntries ? odd : 'inside'
    case '-':
      if (next === undefined || ' \t\r\n'.includes(next)) return beforeEntries ? odd : 'inside'
      return text.startsWith('---', at) ? odd : 'entry'
    case '.':
      return text.startsWith('...', at) ? odd : 'entry'
    case '?':
    case ':':
    case ',':
    case '\t':
    case '[':
    case '{':
    case '&':
    case '*':
    case '!':
    case '|':
    case '>':
    case '%':
    case '@':
    case '`':
    case '\ufeff':
      return odd
    default:
      return 'entry'
  }
}

const startMark = /---[ \t]*(?:#[^\n]*)?(?:\r?\n|$)/y
const blankOrComment = /[ \t]*(?:#|\r?\n|$)/y
const examplesHead = /examples:[ \t]*(?:#[^\n]*)?\r?\n/y

/** The length of what a sticky pattern matches there; 0 when it does not. */
function matchesAt(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex - at : 0
}

/** The items of `examples:` when they are a block sequence. */
function splitItems(text: string, start: number, end: number): Piece | undefined {
  const head = matchesAt(examplesHead, text, start)
  if (head === 0) return undefined
  let at = start + head
  let indent = -1
  const starts: number[] = []
  while (at < end) {
    const newline = text.indexOf('\n', at)
    const next = newline === -1 || newline >= end ? end : newline + 1
    const column = leadingSpaces(text, at, next)
    const char = text[at + column]
    const blank = char === undefined || char === '#' || char === '\n' || char === '\r'
    if (!blank) {
      if (indent === -1) indent = column
      const dash = char === '-' && ' \t\r\n'.includes(text[at + column + 1] ?? '\n')
      if (column < indent || (column === indent && !dash)) return undefined
      if (column === indent) starts.push(at)
    }
    at = next
  }
  const first = starts[0]
  if (first === undefined) return undefined
  return { start, end: first, items: starts.map((from, index) => ({ start: from, end: starts[index + 1] ?? end })) }
}

function leadingSpaces(text: string, from: number, to: number): number {
  let at = from
  while (at < to && text.charCodeAt(at) === 0x20) at++
  return at - from
}
