/** Where in a JSON text something is: the first mistake, or the value at a path. */

import { parseJson } from '../base/json.ts'
import type { Span } from '../base/text.ts'

export interface JsonError {
  readonly offset: number
  readonly message: string
}

/** Deeper nesting is refused: no file of ours needs it. */
const maxDepth = 100

/** The first place where `text` is not JSON; `undefined` when all of it is. Linear in the text. */
export function findJsonError(text: string): JsonError | undefined {
  return scanJson(text).error
}

/** The value at `path`, or the innermost value on the way that is there. Of names that occur twice, the last one. */
export function findInJson(text: string, path: readonly (string | number)[]): Span {
  return scanJson(text, path).found
}

function scanJson(text: string, path: readonly (string | number)[] = []) {
  let at = 0
  let found: Span = { start: 0, end: text.length }
  let error: JsonError | undefined

  const skipSpace = () => {
    while (at < text.length && ' \t\n\r'.includes(text.charAt(at))) at++
  }
  const stop = (message: string): false => {
    error ??= { offset: at, message: at >= text.length ? 'the file ends too early' : message }
    return false
  }
  const token = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    const match = pattern.exec(text)?.[0]
    if (match !== undefined) at += match.length
    return match
  }
  const string = (what: string): string | undefined => {
    if (text.charAt(at) !== '"') {
      stop(what)
      return undefined
    }
    const end = closingQuote(text, at)
    const quoted = text.slice(at, end + 1)
    if (end < 0 || parseJson(quoted) === undefined) {
      stop('a string is not closed or holds a wrong escape')
      return undefined
    }
    at = end + 1
    return quoted
  }

  /** `rest`: what of the path is still below this value; `undefined` off the path. */
  function value(depth: number, rest: readonly (string | number)[] | undefined): boolean {
    skipSpace()
    if (rest === undefined) return content(depth, rest)
    const start = at
    found = { start, end: start }
    const read = content(depth, rest)
    if (found.start === start) found = { start, end: at }
    return read
  }

  function content(depth: number, rest: readonly (string | number)[] | undefined): boolean {
    if (depth > maxDepth) return stop('nested too deeply')
    const first = text.charAt(at)
    if (first === '{') return object(depth, rest)
    if (first === '[') return list(depth, rest)
    if (first === '"') return string('') !== undefined
    if (token(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y) !== undefined) return true
    return stop('a value is missing or is no JSON')
  }

  function object(depth: number, rest: readonly (string | number)[] | undefined): boolean {
    at++
    skipSpace()
    if (text.charAt(at) === '}') return next()
    for (;;) {
      skipSpace()
      const name = string("a name in quotes or '}' is missing")
      if (name === undefined) return false
      skipSpace()
      if (text.charAt(at) !== ':') return stop("':' is missing")
      at++
      const below = rest !== undefined && rest.length > 0 && JSON.parse(name) === rest[0] ? rest.slice(1) : undefined
      if (!value(depth + 1, below)) return false
      skipSpace()
      if (text.charAt(at) === '}') return next()
      if (text.charAt(at) !== ',') return stop("',' or '}' is missing")
      at++
    }
  }

  function list(depth: number, rest: readonly (string | number)[] | undefined): boolean {
    at++
    skipSpace()
    if (text.charAt(at) === ']') return next()
    for (let index = 0; ; index++) {
      const below = rest !== undefined && rest.length > 0 && rest[0] === index ? rest.slice(1) : undefined
      if (!value(depth + 1, below)) return false
      skipSpace()
      if (text.charAt(at) === ']') return next()
      if (text.charAt(at) !== ',') return stop("',' or ']' is missing")
      at++
    }
  }

  const next = (): true => {
    at++
    return true
  }

  if (value(0, path)) {
    skipSpace()
    if (at < text.length) stop('something follows the end of the JSON')
  }
  return { error, found }
}

/** Offset of the quote that closes the string opened at `start`, or -1. */
function closingQuote(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let first = end
    while (text.charAt(first - 1) === '\\') first--
    if ((end - first) % 2 === 0) return end
  }
  return -1
}
