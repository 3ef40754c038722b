/** Selection ranges: from the word at the cursor outwards to its value, its key with value, and so on to the file. */
import type { Span } from '../base/text.ts'
import type { SignatureDocument } from '../signature/document.ts'
import { isEmptyNode, type YamlNode, type YamlPair } from '../signature/yamlNode.ts'
import { pairSpan } from './symbols.ts'

/** From the innermost to the whole file, each wider than the one before and around it. */
export function selectionRanges(document: SignatureDocument, offset: number): readonly Span[] {
  const { text, entries } = document
  const spans: Span[] = [{ start: 0, end: text.length }]
  const holds = ({ start, end }: Span) => start <= offset && offset <= end
  const visitPairs = (pairs: readonly YamlPair[]) => {
    const pair = pairs.find(pair => holds(pairSpan(pair)))
    if (pair === undefined) return
    spans.push(pairSpan(pair))
    if (holds(pair.keySpan)) spans.push(pair.keySpan)
    else visit(pair.value)
  }
  const visit = (node: YamlNode) => {
    if (!holds(node.span) || isEmptyNode(node)) return
    spans.push(node.span)
    if (node.kind === 'map') visitPairs(node.pairs)
    if (node.kind === 'scalar') spans.push(...withinScalar(text, node.span, node.style))
    const item = node.kind === 'seq' ? node.items.find(item => holds(item.span)) : undefined
    if (item !== undefined) visit(item)
  }
  visitPairs(entries)
  const word = wordAt(text, offset)
  if (word !== undefined) spans.push(word)
  return nested(spans.filter(holds))
}

function withinScalar(text: string, { start, end }: Span, style: string): readonly Span[] {
  if (style === 'single' || style === 'double') return [{ start: start + 1, end: Math.max(start + 1, end - 1) }]
  if (style === 'plain') return []
  const body = /\S/.exec(text.slice(text.indexOf('\n', start), end))
  return body === null ? [] : [{ start: text.indexOf('\n', start) + body.index, end }]
}

function wordAt(text: string, offset: number): Span | undefined {
  const from = Math.max(0, offset - 200)
  const before = /[\p{L}\p{M}\p{N}_]*$/u.exec(text.slice(from, offset))?.[0].length ?? 0
  const after = /^[\p{L}\p{M}\p{N}_]*/u.exec(text.slice(offset, offset + 200))?.[0].length ?? 0
  return before + after === 0 ? undefined : { start: offset - before, end: offset + after }
}

/** Turned around; each inside the next, none twice. */
function nested(spans: readonly Span[]): readonly Span[] {
  const kept: Span[] = []
  for (const span of spans) {
    const outer = kept.at(-1)
    const inside = outer === undefined || (span.start >= outer.start && span.end <= outer.end)
    const same = outer !== undefined && span.start === outer.start && span.end === outer.end
    if (inside && !same) kept.push(span)
  }
  return kept.reverse()
}
