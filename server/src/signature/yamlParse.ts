/** Parses one piece of YAML with eemeli/yaml: bounded, never throwing, with few and short complaints. */
import {
  Composer,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  Parser,
  type Range,
  type Scalar,
  Schema,
  type YAMLError,
} from 'yaml'
import { atOnce, type Steps } from '../base/steps.ts'
import { lastSpanFrom, type Span } from '../base/text.ts'
import { findBrackets, mask } from './yamlBrackets.ts'
import { describeError } from './yamlErrors.ts'
import { createGuard, limitIssue, maxDepth } from './yamlGuard.ts'
import type { YamlIssue, YamlNode, YamlPair, YamlScalar } from './yamlNode.ts'

/** A parsed piece; its spans count from the start of the piece. */
export interface ParsedPiece {
  readonly root: YamlNode | undefined
  readonly issues: readonly YamlIssue[]
  /** Whether it holds anchors or aliases. */
  readonly references: boolean
  /** A measure of the work it took, for the cap on a whole file. */
  readonly tokens: number
}

// Shared by all documents: making one per document costs more than parsing a short piece.
const schema = new Schema({ schema: 'core', merge: false, resolveKnownTags: false })
const options = { schema, uniqueKeys: false, prettyErrors: false, logLevel: 'silent', strict: true } as const

/** Parses a piece. Unquoted brackets inside `{ }` are read as the text that was meant, with one complaint. */
export function parsePiece(text: string): ParsedPiece {
  return atOnce(parsePieceInSteps(text))
}

export function* parsePieceInSteps(text: string): Steps<ParsedPiece> {
  const plain = yield* compose(text)
  if (plain.errors.length === 0) return convert(text, plain, [])
  const brackets = findBrackets(text)
  if (brackets.length > 0) {
    const masked = yield* compose(mask(text, brackets))
    if (masked.errors.length < plain.errors.length) return convert(text, masked, brackets)
  }
  return convert(text, plain, [])
}

interface Composed {
  readonly documents: readonly Document.Parsed[]
  readonly errors: readonly YAMLError[]
  readonly warnings: readonly YAMLError[]
  readonly limit: YamlIssue | undefined
  readonly tokens: number
}

/** Tokens that are parsed in one step. */
const stepLength = 10_000

function* compose(text: string): Steps<Composed> {
  const guard = createGuard()
  const documents: Document.Parsed[] = []
  try {
    const parser = new Parser()
    const composer = new Composer(options)
    for (const lexeme of new Lexer().lex(text)) {
      if (guard.exceeded(lexeme)) break
      if (guard.tokens % stepLength === 0) yield
      for (const token of parser.next(lexeme)) documents.push(...(composer.next(token) as Iterable<Document.Parsed>))
    }
    if (guard.limit === undefined) {
      if (guard.tokens > stepLength) yield
      for (const token of parser.end()) documents.push(...(composer.next(token) as Iterable<Document.Parsed>))
      documents.push(...(composer.end(true, text.length) as Iterable<Document.Parsed>))
    }
  } catch (error) {
    // The parser recurses: what the guard lets through may still be too deep for the stack.
    if (!(error instanceof RangeError)) throw error
    guard.limit = limitIssue(`YAML may nest at most ${maxDepth} deep`, 0)
  }
  const { limit, tokens } = guard
  if (tokens > stepLength) yield
  if (limit !== undefined) return { documents: [], errors: [], warnings: [], limit, tokens }
  const errors = documents.flatMap(document => document.errors)
  return { documents, errors, warnings: documents.flatMap(document => document.warnings), limit, tokens }
}

interface Conversion {
  readonly text: string
  readonly brackets: readonly Span[]
  readonly issues: YamlIssue[]
  references: boolean
}

function convert(text: string, composed: Composed, brackets: readonly Span[]): ParsedPiece {
  const issues: YamlIssue[] = composed.limit === undefined ? [] : [composed.limit]
  const conversion: Conversion = { text, brackets, issues, references: false }
  for (const error of composed.errors) issues.push(describeError(text, error))
  for (const warning of composed.warnings) issues.push(describeError(text, warning))
  const [first, second] = composed.documents
  if (second !== undefined) {
    const start = second.range[0]
    issues.push({
      code: 'multiple-documents',
      message: 'a file holds one YAML document',
      span: { start, end: Math.min(start + 3, text.length) },
    })
  }
  // An empty document has an empty scalar as its content, where nothing is written.
  const contents = first?.contents
  const empty = contents === undefined || contents === null || (isScalar(contents) && contents.source === '')
  const root = empty ? undefined : convertNode(contents, conversion, 0)
  return { root, issues, references: conversion.references, tokens: composed.tokens }
}

type Content = NonNullable<Document.Parsed['contents']>

function convertNode(node: Content, conversion: Conversion, depth: number): YamlNode {
  const [start, end] = node.range as Range
  if (depth > maxDepth) {
    conversion.issues.push(limitIssue(`YAML may nest at most ${maxDepth} deep`, start))
    return emptyScalar(start)
  }
  if (isAlias(node)) {
    conversion.references = true
    return { kind: 'alias', span: { start, end }, name: node.source }
  }
  const anchor = node.anchor === undefined ? undefined : { anchor: node.anchor }
  if (anchor !== undefined) conversion.references = true
  if (isScalar(node)) return { ...convertScalar(node as Scalar.Parsed, conversion), ...anchor }
  const flow = node.flow === true
  if (isSeq(node)) {
    const items = node.items.map(item => convertNode(item as Content, conversion, depth + 1))
    const last = items.at(-1)?.span.end ?? end
    return { kind: 'seq', span: { start, end: flow ? end : last }, flow, items, ...anchor }
  }
  if (isMap(node)) {
    const pairs = convertPairs(node.items, conversion, depth)
    const last = pairs.at(-1)
    const span = flow || last === undefined ? { start, end } : { start, end: pairEnd(last) }
    return { kind: 'map', span, flow, pairs, ...anchor }
  }
  return emptyScalar(start)
}

function convertPairs(
  items: readonly { readonly key: unknown; readonly value: unknown }[],
  conversion: Conversion,
  depth: number,
): readonly YamlPair[] {
  const first = new Map<string, Span>()
  const pairs: YamlPair[] = []
  for (const item of items) {
    const keyNode = convertNode(item.key as Content, conversion, depth + 1)
    const keySpan = keyNode.span
    const value =
      item.value === null || item.value === undefined
        ? emptyScalar(keySpan.end)
        : convertNode(item.value as Content, conversion, depth + 1)
    if (keyNode.kind !== 'scalar') {
      conversion.issues.push({
        code: 'yaml-syntax',
        message: 'a key must be a single word',
        span: firstLine(keySpan, conversion.text),
      })
      continue
    }
    const key = keyNode.source
    const earlier = first.get(key)
    if (key === '__proto__') {
      conversion.issues.push({ code: 'forbidden-key', message: `the key '__proto__' is not allowed`, span: keySpan })
      continue
    }
    if (earlier !== undefined) {
      conversion.issues.push({
        code: 'duplicate-key',
        message: `the key '${key}' is there twice`,
        span: keySpan,
        related: earlier,
      })
    } else first.set(key, keySpan)
    pairs.push({ key, keySpan, value })
  }
  return pairs
}

const styles = {
  PLAIN: 'plain',
  QUOTE_SINGLE: 'single',
  QUOTE_DOUBLE: 'double',
  BLOCK_LITERAL: 'literal',
  BLOCK_FOLDED: 'folded',
} as const

function convertScalar(node: Scalar.Parsed, conversion: Conversion): YamlScalar {
  const [start, end] = node.range
  const style = styles[node.type ?? 'PLAIN']
  const bracket = lastSpanFrom(conversion.brackets, end - 1)
  if (bracket !== undefined && bracket.end > start && style === 'plain')
    return bracketScalar({ start, end }, conversion)
  const value = node.value
  const known = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
  const trimmed = style === 'literal' || style === 'folded' ? trimmedEnd(conversion.text, start, end) : end
  return { kind: 'scalar', span: { start, end: trimmed }, value: known, source: node.source, style }
}

/** A type that was written in `{ }` without quotes: taken as it was meant. */
function bracketScalar(span: Span, conversion: Conversion): YamlScalar {
  const source = conversion.text.slice(span.start, span.end)
  const suggestion = `'${source.replaceAll("'", "''")}'`
  conversion.issues.push({
    code: 'yaml-brackets',
    message: `brackets inside { } need quotes: ${suggestion}`,
    span,
    suggestion,
  })
  return { kind: 'scalar', span, value: source, source, style: 'plain' }
}

function emptyScalar(at: number): YamlScalar {
  return { kind: 'scalar', span: { start: at, end: at }, value: null, source: '', style: 'plain' }
}

/** Where a pair ends: at its value, or at its key when there is none. */
function pairEnd(pair: YamlPair): number {
  return Math.max(pair.keySpan.end, pair.value.span.end)
}

function trimmedEnd(text: string, start: number, end: number): number {
  let at = end
  while (at > start && ' \t\r\n'.includes(text[at - 1] ?? '')) at--
  return at
}

function firstLine(span: Span, text: string): Span {
  const newline = text.indexOf('\n', span.start)
  return { start: span.start, end: newline === -1 ? span.end : Math.min(span.end, newline) }
}
