/** Semantic tokens: what each key is for, types, metric kinds, and the names of fields wherever they are marked as such. */
import type { Span } from '../base/text.ts'
import type { SignatureDocument } from '../signature/document.ts'
import type { FieldPart, ObjectFieldPart } from '../signature/readFields.ts'
import { isEmptyNode, type YamlNode, type YamlPair } from '../signature/yamlNode.ts'
import { textSpans } from './occurrences.ts'

export const tokenTypes = [
  'keyword',
  'property',
  'parameter',
  'variable',
  'type',
  'string',
  'function',
  'enumMember',
] as const
export const tokenModifiers = ['declaration'] as const

export interface SemanticToken {
  /** Within one line. */
  readonly span: Span
  readonly type: (typeof tokenTypes)[number]
  readonly declaration: boolean
}

/** In order of place, none overlapping; those that touch `within` where it is given. */
export function semanticTokens(document: SignatureDocument, within?: Span): readonly SemanticToken[] {
  const tokens: SemanticToken[] = []
  const { text } = document
  const add = (span: Span | undefined, type: SemanticToken['type'], declaration = false) => {
    if (span === undefined || span.end <= span.start) return
    if (within !== undefined && (span.end < within.start || span.start > within.end)) return
    tokens.push({ span, type, declaration })
  }
  const types = new Map(document.fields.map(field => [field.name, nameType(field)]))
  for (const { key, keySpan } of document.entries) if (topLevelKeys.has(key)) add(keySpan, 'keyword')
  for (const field of document.fields) {
    add(oneLine(text, field.nameSpan), nameType(field), true)
    addShape(text, field, field.node, add)
    add(field.constraintsPair?.keySpan, 'property')
  }
  for (const metric of document.metrics) {
    add(oneLine(text, metric.nameSpan), 'function', true)
    add(metric.kindPart?.keySpan, 'property')
    if (metric.kind !== undefined) add(bare(text, metric.kindPart?.span), 'enumMember')
    add(metric.fieldPart?.keySpan, 'property')
    const type = types.get(metric.fieldPart?.value ?? '')
    if (type !== undefined) add(bare(text, metric.fieldPart?.span), type)
    for (const { keySpan } of metric.options) add(oneLine(text, keySpan), 'property')
  }
  for (const span of textSpans(document)) {
    if (within !== undefined && (span.end < within.start || span.start > within.end)) continue
    for (const match of text.slice(span.start, span.end).matchAll(/`([\p{L}\p{M}\p{N}_]{1,100})`/gu)) {
      const type = types.get(match[1] ?? '')
      const start = span.start + match.index + 1
      if (type !== undefined) add({ start, end: start + (match[1] ?? '').length }, type)
    }
  }
  return apart(tokens)
}

type Add = (span: Span | undefined, type: SemanticToken['type'], declaration?: boolean) => void

const topLevelKeys: ReadonlySet<string> = new Set(
  'skill_id name instructions inputs outputs metrics threshold examples'.split(' '),
)

function nameType({ direction }: FieldPart): SemanticToken['type'] {
  return direction === 'inputs' ? 'parameter' : 'variable'
}

/** The keys of a field, the words of its type, and the fields of its object. */
function addShape(text: string, part: FieldPart | ObjectFieldPart, node: YamlNode | undefined, add: Add): void {
  const pairs: readonly YamlPair[] = node?.kind === 'map' ? node.pairs : []
  add(part.typePart?.keySpan, 'property')
  add(part.desc?.keySpan, 'property')
  const { typePart } = part
  if (typePart !== undefined && typePart.node.kind === 'scalar' && !isEmptyNode(typePart.node)) {
    const { start, end } = typePart.span
    const inner = typePart.node.style === 'single' ? '"' : typePart.node.style === 'double' ? "'" : undefined
    const source = text.slice(start, end)
    // Quotes around the whole type are not those of its texts.
    const from = inner === undefined ? 0 : 1
    const words = source.slice(from, source.length - from).matchAll(/"[^"\n]*"|'[^'\n]*'|[\p{L}_][\p{L}\p{N}_]*/gu)
    for (const { 0: word, index } of words) {
      const span = { start: start + from + index, end: start + from + index + word.length }
      add(span, /^["']/.test(word) ? 'string' : 'type')
    }
  }
  const fields = pairs.find(({ key }) => key === 'fields')
  add(fields?.keySpan, 'property')
  const inside = new Map(
    fields?.value.kind === 'map' ? fields.value.pairs.map(pair => [pair.keySpan.start, pair.value]) : [],
  )
  for (const inner of part.objectFields) {
    add(oneLine(text, inner.nameSpan), 'property', true)
    addShape(text, inner, inside.get(inner.nameSpan.start), add)
  }
}

function bare(text: string, span: Span | undefined): Span | undefined {
  if (span === undefined || text[span.start] === '*') return undefined
  const quotes = /["']/.test(text[span.start] ?? '') ? 1 : 0
  return oneLine(text, { start: span.start + quotes, end: span.end - quotes })
}

function oneLine(text: string, span: Span): Span | undefined {
  return text.slice(span.start, span.end).includes('\n') ? undefined : span
}

/** Aliases lead to the same place twice. */
function apart(tokens: SemanticToken[]): readonly SemanticToken[] {
  let end = -1
  return tokens
    .sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end)
    .filter(({ span }) => {
      if (span.start < end) return false
      end = span.end
      return true
    })
}
