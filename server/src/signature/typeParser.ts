/** Parser of type texts such as `list[Literal["a", "b"]] | None`: one pass over the tokens, bounded depth. */
import { fail, ok, type Result } from '../base/result.ts'
import { nearest, type Span } from '../base/text.ts'
import type { FieldType, TypeProblem } from './types.ts'

export interface TypeReading {
  readonly type: Result<FieldType, TypeProblem>
  /** Words that were understood although they are written otherwise. */
  readonly hints: readonly TypeProblem[]
}

const maxDepth = 16
const maxLength = 65_536

/** Reads a type; the first thing that is wrong ends it. */
export function readType(text: string): TypeReading {
  if (text.length > maxLength) {
    return { type: fail({ message: `a type may have at most ${maxLength} characters`, span: spanOf(0, 1) }), hints: [] }
  }
  const reader: Reader = { text, at: 0, token: endToken(0), hints: [], problem: undefined }
  advance(reader)
  const type = readUnion(reader, 0)
  if (type !== undefined && reader.token.kind !== 'end') refuse(reader, leftOver(reader.token), reader.token.span)
  const result = reader.problem === undefined && type !== undefined ? ok(type) : fail(reader.problem ?? unknownProblem)
  return { type: result, hints: reader.hints }
}

interface Token {
  readonly kind: 'word' | 'string' | 'number' | 'mark' | 'end' | 'odd'
  readonly text: string
  readonly value: string | number
  readonly span: Span
}

interface Reader {
  readonly text: string
  at: number
  token: Token
  readonly hints: TypeProblem[]
  /** The first refusal. */
  problem: TypeProblem | undefined
}

const unknownProblem: TypeProblem = { message: 'not a type', span: spanOf(0, 1) }

const simpleTypes: ReadonlyMap<string, FieldType> = new Map<string, FieldType>([
  ['str', { kind: 'str' }],
  ['int', { kind: 'int' }],
  ['float', { kind: 'float' }],
  ['bool', { kind: 'bool' }],
  ['date', { kind: 'date' }],
  ['object', { kind: 'object', fields: [] }],
])

/** Other spellings of the words that take brackets. */
const genericSpellings: ReadonlyMap<string, string> = new Map([
  ['List', 'list'],
  ['Dict', 'dict'],
  ['literal', 'Literal'],
  ['optional', 'Optional'],
])

/** Words of other languages, and what to write here. */
const foreignWords: ReadonlyMap<string, string> = new Map([
  ['string', 'str'],
  ['text', 'str'],
  ['any', 'str'],
  ['integer', 'int'],
  ['number', 'float'],
  ['double', 'float'],
  ['boolean', 'bool'],
  ['datetime', 'date'],
  ['array', 'list[str]'],
  ['tuple', 'list[str]'],
  ['set', 'list[str]'],
  ['map', 'dict[str, str]'],
  ['enum', 'Literal["a", "b"]'],
])

/** `a | b`: of unions only those with None are types here. */
function readUnion(reader: Reader, depth: number): FieldType | undefined {
  const start = reader.token.span.start
  let type: FieldType | undefined
  let optional = false
  let members = 0
  do {
    if (members > 0) advance(reader)
    members++
    if (reader.token.kind === 'word' && reader.token.text === 'None') {
      optional = true
      advance(reader)
      continue
    }
    const member = readMember(reader, depth)
    if (member === undefined) return undefined
    if (type !== undefined) {
      return refuse(reader, 'of unions only `T | None` is a type here', spanOf(start, reader.token.span.start))
    }
    type = member
  } while (isMark(reader.token, '|'))
  if (type === undefined) return refuse(reader, 'None alone is not a type, write `T | None`', spanOf(start, start + 4))
  return optional ? optionalOf(type) : type
}

function readMember(reader: Reader, depth: number): FieldType | undefined {
  const { token } = reader
  if (depth >= maxDepth) return refuse(reader, `types may nest at most ${maxDepth} deep`, token.span)
  if (token.kind === 'end') return refuse(reader, 'a type is missing here', token.span, 'str')
  if (token.kind !== 'word') return refuse(reader, `expected a type, found ${quoted(token)}`, token.span)
  advance(reader)
  const simple = simpleTypes.get(token.text)
  if (simple !== undefined) {
    if (isMark(reader.token, '[')) return refuse(reader, `${token.text} takes no brackets`, reader.token.span)
    return simple
  }
  const word = genericSpellings.get(token.text) ?? token.text
  if (word !== token.text) {
    reader.hints.push({ message: `write '${word}' for '${token.text}'`, span: token.span, suggestion: word })
  }
  switch (word) {
    case 'list': {
      const item = readBracketed(reader, token, 'list[str]', () => readUnion(reader, depth + 1))
      return item && { kind: 'list', item }
    }
    case 'Optional': {
      const item = readBracketed(reader, token, 'Optional[str]', () => readUnion(reader, depth + 1))
      return item && optionalOf(item)
    }
    case 'dict': {
      const value = readBracketed(reader, token, 'dict[str, str]', () => readDictArguments(reader, depth))
      return value && { kind: 'dict', value }
    }
    case 'Literal':
      return readBracketed(reader, token, 'Literal["a", "b"]', () => readLiteralMembers(reader))
    default:
      return refuseWord(reader, token)
  }
}

function readBracketed(
  reader: Reader,
  word: Token,
  sample: string,
  read: () => FieldType | undefined,
): FieldType | undefined {
  if (!isMark(reader.token, '[')) {
    return refuse(reader, `'${word.text}' needs brackets, such as ${sample}`, word.span, sample)
  }
  advance(reader)
  const type = read()
  if (type === undefined) return undefined
  if (!isMark(reader.token, ']')) {
    return refuse(reader, `expected ']' to end '${word.text}[', found ${quoted(reader.token)}`, reader.token.span)
  }
  advance(reader)
  return type
}

function readDictArguments(reader: Reader, depth: number): FieldType | undefined {
  const key = reader.token
  if (key.kind !== 'word' || key.text !== 'str') {
    return refuse(reader, `the keys of a dict are str, found ${quoted(key)}`, key.span, 'str')
  }
  advance(reader)
  if (!isMark(reader.token, ',')) {
    return refuse(reader, `expected ', ' and the type of the values after 'dict[str'`, reader.token.span)
  }
  advance(reader)
  return readUnion(reader, depth + 1)
}

function readLiteralMembers(reader: Reader): FieldType | undefined {
  const values = new Set<string | number | boolean>()
  let optional = false
  // A comma before the bracket is legal Python.
  while (!isMark(reader.token, ']')) {
    const { token } = reader
    if (token.kind === 'string' || token.kind === 'number') values.add(token.value)
    else if (/^[Tt]rue$/.test(token.text)) values.add(true)
    else if (/^[Ff]alse$/.test(token.text)) values.add(false)
    else if (token.text === 'None') optional = true
    else if (token.kind === 'word') {
      const suggestion = JSON.stringify(token.text)
      return refuse(reader, `text in Literal needs quotes: ${suggestion}`, token.span, suggestion)
    } else return refuse(reader, `expected a value in Literal, found ${quoted(token)}`, token.span)
    advance(reader)
    if (!isMark(reader.token, ',')) break
    advance(reader)
  }
  if (values.size === 0) return refuse(reader, 'Literal needs at least one value', reader.token.span)
  const literal: FieldType = { kind: 'literal', values: [...values] }
  return optional ? optionalOf(literal) : literal
}

function refuseWord(reader: Reader, token: Token): undefined {
  const bare = token.text.replace(/^(typing|datetime|dspy)\./, '')
  const known = foreignWords.get(bare.toLowerCase())
  const suggestion =
    bare !== token.text && known === undefined
      ? bare
      : (known ?? nearest(bare, [...simpleTypes.keys(), 'list', 'dict', 'Literal', 'Optional']))
  const tip = suggestion === undefined ? `the types are ${typeNames}` : `did you mean '${suggestion}'?`
  return refuse(reader, `unknown type '${shorten(token.text)}', ${tip}`, token.span, suggestion)
}

const typeNames = 'str, int, float, bool, date, list[T], dict[str, T], Literal["a", "b"], Optional[T] and object'

function optionalOf(item: FieldType): FieldType {
  return item.kind === 'optional' ? item : { kind: 'optional', item }
}

function refuse(reader: Reader, message: string, span: Span, suggestion?: string): undefined {
  reader.problem ??= suggestion === undefined ? { message, span } : { message, span, suggestion }
  return undefined
}

function leftOver(token: Token): string {
  if (isMark(token, ',')) return 'a type ends before this comma'
  if (isMark(token, ']')) return `this ']' has no '['`
  return `expected the type to end here, found ${quoted(token)}`
}

const wordPattern = /[\p{L}_][\p{L}\p{N}_.]*/uy
const numberPattern = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const spacePattern = /\s*/y

/** Moves to the next token; the text is read once from left to right. */
function advance(reader: Reader): void {
  const { text } = reader
  spacePattern.lastIndex = reader.at
  const start = reader.at + (spacePattern.exec(text)?.[0].length ?? 0)
  reader.token = start >= text.length ? endToken(text.length) : tokenAt(text, start)
  reader.at = reader.token.span.end
}

function tokenAt(text: string, start: number): Token {
  const char = text[start] ?? ''
  if ('[],|'.includes(char)) return { kind: 'mark', text: char, value: char, span: spanOf(start, start + 1) }
  if (char === '"' || char === "'") return stringToken(text, start)
  wordPattern.lastIndex = start
  const word = wordPattern.exec(text)?.[0]
  if (word !== undefined) return { kind: 'word', text: word, value: word, span: spanOf(start, start + word.length) }
  numberPattern.lastIndex = start
  const number = numberPattern.exec(text)?.[0]
  if (number !== undefined && Number.isFinite(Number(number))) {
    // `+ 0` turns -0 into 0, which JSON and Python's Literal cannot tell apart.
    return { kind: 'number', text: number, value: Number(number) + 0, span: spanOf(start, start + number.length) }
  }
  const odd = String.fromCodePoint(text.codePointAt(start) ?? 0)
  return { kind: 'odd', text: odd, value: odd, span: spanOf(start, start + odd.length) }
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' }

/** Python's and JSON's escapes, as far as both have them. */
function stringToken(text: string, start: number): Token {
  const quote = text[start]
  let value = ''
  let at = start + 1
  while (at < text.length && text[at] !== quote) {
    if (text[at] !== '\\') {
      value += text[at++]
      continue
    }
    const escaped = text[at + 1] ?? ''
    const hex = escaped === 'u' ? /^[0-9a-fA-F]{4}/.exec(text.slice(at + 2, at + 6))?.[0] : undefined
    if (hex !== undefined) value += String.fromCharCode(Number.parseInt(hex, 16))
    else value += Object.hasOwn(escapes, escaped) ? escapes[escaped] : escaped
    at += hex === undefined ? 2 : 6
  }
  const closed = at < text.length
  const span = spanOf(start, Math.min(at + 1, text.length))
  return { kind: closed ? 'string' : 'odd', text: text.slice(span.start, span.end), value, span }
}

function endToken(at: number): Token {
  return { kind: 'end', text: '', value: '', span: spanOf(at, at) }
}

function isMark(token: Token, mark: string): boolean {
  return token.kind === 'mark' && token.text === mark
}

function quoted(token: Token): string {
  if (token.kind === 'end') return 'the end'
  if (token.kind === 'odd' && /^["']/.test(token.text)) return `a text without its closing quote`
  return `'${shorten(token.text)}'`
}

function shorten(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`
}

function spanOf(start: number, end: number): Span {
  return { start, end }
}
