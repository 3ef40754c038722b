/** Reads `{ }` and `[ ]` up to a cursor: which are open, and what is being written in the innermost. */

/** What is open at a place, from the outermost in. */
export interface Flow {
  /** Column of the key that the outermost belongs to. */
  readonly indent: number
  readonly open: readonly OpenBracket[]
  /** The reading ended in a comment. */
  readonly comment?: boolean
}

export interface OpenBracket {
  readonly bracket: '{' | '['
  /** The key whose value is being written. */
  readonly key: string | undefined
  readonly index: number
  readonly keys: ReadonlySet<string>
  /** Where what is being written starts, with its quote. */
  readonly tokenStart: number
  /** Whether more than blanks stands there. */
  readonly started: boolean
  /** The quote that is open. */
  readonly quote: '"' | "'" | undefined
  /** A quoted text or a bracket ended: nothing more can be written before a comma. */
  readonly closed: boolean
}

/** `undefined` once all brackets are closed. Brackets inside a plain word belong to it, as in `list[str]`. */
export function readFlow(text: string, from: number, to: number, before: Flow): Flow | undefined {
  const open: Array<Mutable<OpenBracket>> = before.open.map(bracket => ({ ...bracket }))
  let depth = 0
  for (let at = from; at < to; at++) {
    const char = text[at] ?? ''
    const top = open.at(-1)
    if (at === from && top !== undefined && !top.started) top.tokenStart = at
    if (top?.quote !== undefined) {
      if (char === '\\' && top.quote === '"') at++
      else if (char === top.quote) {
        top.quote = undefined
        top.closed = true
      }
      continue
    }
    if (char === ' ' || char === '\t') {
      if (top !== undefined && !top.started) top.tokenStart = at + 1
      continue
    }
    if (char === '#' && (at === from || /\s/.test(text[at - 1] ?? ''))) return { ...before, open, comment: true }
    if (top === undefined || !top.started) {
      if (top !== undefined && !',:}]'.includes(char)) {
        top.tokenStart = at
        top.started = true
      }
      if (char === '{' || char === '[') {
        open.push(newBracket(char, at + 1))
        continue
      }
      if (top !== undefined && (char === '"' || char === "'")) {
        top.quote = char
        continue
      }
    } else if (char === '[') {
      depth++
      continue
    } else if (char === ']' && depth > 0) {
      depth--
      continue
    }
    if (top === undefined) return undefined
    if (char === ',' && depth === 0) {
      top.index++
      startToken(top, at + 1, undefined)
    } else if (char === ':' && top.bracket === '{' && top.key === undefined && /[\s,}]/.test(text[at + 1] ?? ' ')) {
      const key = text
        .slice(top.tokenStart, at)
        .trim()
        .replace(/^["']|["']$/g, '')
      top.keys = new Set([...top.keys, key])
      startToken(top, at + 1, key)
    } else if (char === '}' || char === ']') {
      depth = 0
      open.pop()
      const outer = open.at(-1)
      if (outer === undefined) return undefined
      outer.closed = true
    }
  }
  return { indent: before.indent, open }
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

function newBracket(bracket: '{' | '[', tokenStart: number): Mutable<OpenBracket> {
  return {
    bracket,
    key: undefined,
    index: 0,
    keys: new Set(),
    tokenStart,
    started: false,
    quote: undefined,
    closed: false,
  }
}

function startToken(bracket: Mutable<OpenBracket>, at: number, key: string | undefined): void {
  bracket.key = key
  bracket.tokenStart = at
  bracket.started = false
  bracket.quote = undefined
  bracket.closed = false
}

/** The keys that stand behind the cursor in the same `{ }`, on its line. */
export function keysAhead(text: string, offset: number, end: number): ReadonlySet<string> {
  const rest = text.slice(offset, Math.min(end, offset + 2000)).replace(/"[^"]*"|'[^']*'/g, '')
  const inner = rest.split(/[{}]/)[0] ?? ''
  return new Set([...inner.matchAll(/,\s*(\w+)\s*:/g)].map(([, key = '']) => key))
}

/** Where what is being written at the cursor ends. */
export function endsOf(
  text: string,
  offset: number,
  end: number,
  quote: '"' | "'" | undefined,
  word: boolean,
  flow = false,
): number {
  const rest = text.slice(offset, end)
  if (quote !== undefined) {
    const closing = rest.indexOf(quote)
    return closing === -1 ? end : offset + closing
  }
  const pattern = word ? /^[\p{L}\p{M}\p{N}_]*/u : flow ? /^[^,}\]#]*/ : /^(?:(?!\s#).)*/
  return offset + (pattern.exec(rest)?.[0].trimEnd().length ?? 0)
}
