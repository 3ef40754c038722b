/** Folding ranges: every key whose value takes further lines, and comments of more than one line. */
import type { Span } from '../base/text.ts'
import type { SignatureDocument } from '../signature/document.ts'
import type { YamlNode, YamlPair } from '../signature/yamlNode.ts'
import { pairSpan } from './symbols.ts'

export interface Fold extends Span {
  readonly kind: 'comment' | 'region'
}

/** Spans over more than one line, in order of place. */
export function foldingRanges({ text, entries }: SignatureDocument): readonly Fold[] {
  const folds: Fold[] = commentFolds(text)
  const add = (span: Span) => {
    if (text.slice(span.start, span.end).includes('\n')) folds.push({ ...span, kind: 'region' })
  }
  const visitPair = (pair: YamlPair) => {
    add(pairSpan(pair))
    visit(pair.value)
  }
  const visit = (node: YamlNode) => {
    if (node.kind === 'map') node.pairs.forEach(visitPair)
    if (node.kind !== 'seq') return
    for (const item of node.items) {
      if (item.kind === 'map') add(item.span)
      visit(item)
    }
  }
  entries.forEach(visitPair)
  return folds.sort((a, b) => a.start - b.start || b.end - a.end)
}

function commentFolds(text: string): Fold[] {
  return [...text.matchAll(/^[ \t]*#[^\n]*(?:\n[ \t]*#[^\n]*)+/gm)].map(match => ({
    start: match.index,
    end: match.index + match[0].trimEnd().length,
    kind: 'comment',
  }))
}
