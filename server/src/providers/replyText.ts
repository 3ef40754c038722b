/** Finds the JSON object in a model's reply, also in a fence, in prose, or written a little carelessly. */

/**
 * The last object in `text` that has all `required` keys. Beyond JSON: trailing commas, single quotes, line breaks
 * in strings, and Python's True, False and None. A reply that breaks off is never completed by guessing.
 */
export function readReplyObject(
  text: string,
  required: readonly string[],
): Readonly<Record<string, unknown>> | undefined {
  let found: Readonly<Record<string, unknown>> | undefined
  // Bounds the work on texts full of braces: each place is read at most eight times on average.
  let work = 8 * text.length
  let start = text.indexOf('{')
  while (start >= 0 && work > 0) {
    const reader: Reader = { text, at: start }
    const value = readObject(reader, 0)
    work -= reader.at - start
    if (value === broken) start = text.indexOf('{', start + 1)
    else {
      if (required.every(key => Object.hasOwn(value, key))) found = value
      start = text.indexOf('{', reader.at)
    }
  }
  return found
}

interface Reader {
  readonly text: string
  at: number
}

const broken = Symbol('broken')
type Broken = typeof broken

const maxDepth = 64

function readValue(reader: Reader, depth: number): unknown {
  switch (reader.text[reader.at]) {
    case '{':
      return readObject(reader, depth)
    case '[':
      return readArray(reader, depth)
    case '"':
      return readString(reader)
    case "'":
      return readSingleQuoted(reader)
    default:
      return readWord(reader)
  }
}

function readObject(reader: Reader, depth: number): Record<string, unknown> | Broken {
  const members: [string, unknown][] = []
  const read = () => {
    const quote = reader.text[reader.at]
    const key = quote === '"' ? readString(reader) : quote === "'" ? readSingleQuoted(reader) : broken
    if (typeof key !== 'string' || !take(reader, ':')) return false
    const value = readValue(reader, depth + 1)
    // A prototype key has no place in a reply and would be dangerous in a careless copy.
    if (key !== '__proto__') members.push([key, value])
    return value !== broken
  }
  return readItems(reader, '}', depth, read) ? Object.fromEntries(members) : broken
}

function readArray(reader: Reader, depth: number): unknown[] | Broken {
  const items: unknown[] = []
  const read = () => {
    const value = readValue(reader, depth + 1)
    items.push(value)
    return value !== broken
  }
  return readItems(reader, ']', depth, read) ? items : broken
}

/** From the opening to the closing bracket; `read` reads one item and says whether it could. */
function readItems(reader: Reader, close: string, depth: number, read: () => boolean): boolean {
  if (depth >= maxDepth) return false
  reader.at++
  skipSpace(reader)
  while (!take(reader, close)) {
    if (!read()) return false
    if (!take(reader, ',')) return take(reader, close)
  }
  return true
}

function readString(reader: Reader): string | Broken {
  const start = reader.at
  for (reader.at++; reader.at < reader.text.length; reader.at++) {
    const char = reader.text[reader.at]
    if (char === '\\') reader.at++
    else if (char === '"') {
      reader.at++
      return unquote(reader.text.slice(start + 1, reader.at - 1))
    }
  }
  return broken
}

/** An apostrophe ends the string only where the next item, a colon or a bracket follows. */
function readSingleQuoted(reader: Reader): string | Broken {
  const start = reader.at
  for (reader.at++; reader.at < reader.text.length; reader.at++) {
    const char = reader.text[reader.at]
    if (char === '\\') reader.at++
    else if (char === "'" && /^\s{0,99}[,:\]}]/.test(reader.text.slice(reader.at + 1, reader.at + 101))) {
      const inner = reader.text.slice(start + 1, reader.at)
      reader.at++
      return unquote(inner.replace(/\\.|"/gs, part => (part === '"' ? '\\"' : part === "\\'" ? "'" : part)))
    }
  }
  return broken
}

function unquote(inner: string): string | Broken {
  const strict = inner.replace(/\p{Cc}/gu, char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
  try {
    return String(JSON.parse(`"${strict}"`))
  } catch {
    return broken
  }
}

const word = /true|True|false|False|null|None|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y

function readWord(reader: Reader): boolean | null | number | Broken {
  word.lastIndex = reader.at
  const text = word.exec(reader.text)?.[0]
  if (text === undefined) return broken
  reader.at += text.length
  switch (text) {
    case 'true':
    case 'True':
      return true
    case 'false':
    case 'False':
      return false
    case 'null':
    case 'None':
      return null
    default:
      return Number.isFinite(Number(text)) ? Number(text) : broken
  }
}

/** Skips space, then `char` and the space behind it if it comes next. */
function take(reader: Reader, char: string): boolean {
  skipSpace(reader)
  if (reader.text[reader.at] !== char) return false
  reader.at++
  if (char === ':' || char === ',') skipSpace(reader)
  return true
}

function skipSpace(reader: Reader): void {
  while (/\s/.test(reader.text[reader.at] ?? '')) reader.at++
}
