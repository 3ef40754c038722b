/** JSON as text: where it is broken and why, and where the members of an object stand. */

export interface JsonError {
  readonly offset: number
  readonly message: string
  /** The text ends before the value does. */
  readonly early: boolean
}

/** The first error in a text that should hold one JSON value; iterative, so that depth costs no stack. */
export function jsonErrorIn(text: string): JsonError | undefined {
  const open: string[] = []
  let expecting: Expecting = 'value'
  let at = 0
  for (;;) {
    at = skipSpace(text, at)
    const char = text[at]
    if (char === undefined) {
      if (expecting === 'end') return undefined
      const missing = open.at(-1) === '{' ? '}' : open.at(-1) === '[' ? ']' : undefined
      const message = missing === undefined ? 'there is no value' : `it ends too early: ${missing} is missing`
      return { offset: text.trimEnd().length, message, early: true }
    }
    const closes = (char === '}' && open.at(-1) === '{') || (char === ']' && open.at(-1) === '[')
    if (closes && mayClose.has(expecting)) {
      open.pop()
      expecting = open.length === 0 ? 'end' : 'comma'
      at++
    } else if (expecting === 'comma' && char === ',') {
      expecting = open.at(-1) === '{' ? 'key' : 'value'
      at++
    } else if (expecting === 'colon' && char === ':') {
      expecting = 'value'
      at++
    } else if (char === '"' && (expecting === 'key' || expecting === 'firstKey')) {
      const end = stringEnd(text, at)
      if (typeof end !== 'number') return end
      expecting = 'colon'
      at = end
    } else if (expecting === 'value' || expecting === 'firstValue') {
      if (char === '{' || char === '[') {
        open.push(char)
        expecting = char === '{' ? 'firstKey' : 'firstValue'
        at++
        continue
      }
      const end = char === '"' ? stringEnd(text, at) : wordEnd(text, at)
      if (typeof end !== 'number') return end
      expecting = open.length === 0 ? 'end' : 'comma'
      at = end
    } else return { offset: at, message: unexpected(text, at, expecting, open.at(-1)), early: false }
  }
}

type Expecting = 'value' | 'firstValue' | 'key' | 'firstKey' | 'colon' | 'comma' | 'end'

const mayClose: ReadonlySet<Expecting> = new Set<Expecting>(['firstValue', 'firstKey', 'comma'])

function unexpected(text: string, at: number, expecting: Expecting, open: string | undefined): string {
  const char = text[at] ?? ''
  if (char === '/' && (text[at + 1] === '/' || text[at + 1] === '*')) return 'comments are not allowed'
  if (char === "'") return 'double quotes are needed'
  switch (expecting) {
    case 'key':
      if (char === '}') return 'there is a comma too many before }'
      return 'a key in double quotes is expected here'
    case 'firstKey':
      return 'a key in double quotes or } is expected here'
    case 'colon':
      return 'a colon is expected after the key'
    case 'comma':
      return `a comma or ${open === '{' ? '}' : ']'} is expected here`
    default:
      return 'there is more text after the value'
  }
}

/** After the closing quote. */
function stringEnd(text: string, start: number): number | JsonError {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x22) return at + 1
    if (code < 0x20) {
      const message = code === 9 ? 'a tab in a string must be written \\t' : 'the string is not closed on its line'
      return { offset: at, message, early: false }
    }
    if (code !== 0x5c) continue
    const escaped = /["\\/bfnrt]|u[0-9a-fA-F]{4}/y
    escaped.lastIndex = at + 1
    if (!escaped.test(text))
      return { offset: at, message: 'there is no such escape: write \\\\ for a backslash', early: false }
    at++
  }
  return { offset: start, message: 'the string that starts here is not closed', early: true }
}

/** After a number, true, false or null. */
function wordEnd(text: string, start: number): number | JsonError {
  const word = /-?[\w.+-]+/y
  word.lastIndex = start
  const found = word.exec(text)?.[0].slice(0, 40) ?? ''
  if (/^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/.test(found)) return start + found.length
  const meant = { True: 'true', False: 'false', None: 'null', NaN: 'null', undefined: 'null' }[found]
  if (meant !== undefined) return { offset: start, message: `${found} is written ${meant}`, early: false }
  const char = text[start] ?? ''
  if (char === "'") return { offset: start, message: 'double quotes are needed', early: false }
  if (char === ']') return { offset: start, message: 'there is a comma too many before ]', early: false }
  if (char === '/') return { offset: start, message: 'comments are not allowed', early: false }
  const message = /^[-+.\d]/.test(found) ? `${found} is not a number in JSON` : 'a value is expected here'
  return { offset: start, message, early: false }
}

/** A member of an object, by offsets into its text. */
export interface Member {
  readonly key: string
  readonly keyStart: number
  readonly valueStart: number
}

/** The members of an object, repeated keys included. `text` must be valid JSON and start with `{` or white space. */
export function membersOf(text: string): readonly Member[] {
  const members: Member[] = []
  let at = skipSpace(text, skipSpace(text, 0) + 1)
  while (text[at] === '"') {
    const keyStart = at
    at = quotedEnd(text, at)
    const raw = text.slice(keyStart + 1, at - 1)
    const key = raw.includes('\\') ? String(JSON.parse(`"${raw}"`)) : raw
    const valueStart = skipSpace(text, skipSpace(text, at) + 1)
    members.push({ key, keyStart, valueStart })
    at = skipSpace(text, valueEnd(text, valueStart))
    if (text[at] === ',') at = skipSpace(text, at + 1)
  }
  return members
}

/** Where the elements of a list start. `text` must hold valid JSON with a `[` at `start`. */
export function elementsOf(text: string, start: number): readonly number[] {
  const starts: number[] = []
  let at = skipSpace(text, start + 1)
  while (at < text.length && text[at] !== ']') {
    starts.push(at)
    at = skipSpace(text, valueEnd(text, at))
    if (text[at] === ',') at = skipSpace(text, at + 1)
  }
  return starts
}

function quotedEnd(text: string, start: number): number {
  let at = start + 1
  for (;;) {
    const quote = text.indexOf('"', at)
    if (quote === -1) return text.length
    let slashes = 0
    while (text.charCodeAt(quote - 1 - slashes) === 0x5c) slashes++
    if (slashes % 2 === 0) return quote + 1
    at = quote + 1
  }
}

function valueEnd(text: string, start: number): number {
  let depth = 0
  let at = start
  while (at < text.length) {
    const char = text[at]
    if (char === '"') {
      at = quotedEnd(text, at)
      if (depth === 0) return at
      continue
    }
    if (char === '{' || char === '[') depth++
    else if (char === '}' || char === ']') {
      if (depth === 0) return at
      depth--
      if (depth === 0) return at + 1
    } else if (char === ',' && depth === 0) return at
    at++
  }
  return at
}

function skipSpace(text: string, start: number): number {
  let at = start
  for (;;) {
    const code = text.charCodeAt(at)
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at
    at++
  }
}
