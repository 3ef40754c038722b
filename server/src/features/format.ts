/** Formatting: blanks, indentation and blank lines alone; comments, quotes and what the file means stay as they are. */
import { applyEdits, type Span, type TextEdit } from '../base/text.ts'
import { parseSignature, type SignatureDocument } from '../signature/document.ts'
import { lineBreakOf, lineEnd, lineStart } from '../signature/editText.ts'
import { toValue } from '../signature/yamlValue.ts'
import { type Layout, layoutOf } from './formatLayout.ts'
import { formatWithin } from './formatWithin.ts'

/** Edits of blanks only; none for text that is not valid YAML. With `within` only those in its lines. */
export function format(document: SignatureDocument, within?: Span): readonly TextEdit[] {
  const { text, tree } = document
  if (tree.issues.some(({ code }) => code !== 'yaml-tag')) return []
  const layout = layoutOf(document)
  const all = [...lineEdits(text, layout), ...formatWithin(text, document.entries)]
  const edits = within === undefined ? all : all.filter(({ span }) => touches(text, span, within))
  const real = edits.filter(({ span, text: after }) => text.slice(span.start, span.end) !== after)
  return real.length === 0 || keepsMeaning(document, real) ? real : []
}

function touches(text: string, span: Span, within: Span): boolean {
  return span.start >= lineStart(text, within.start) && span.end <= lineEnd(text, within.end)
}

function keepsMeaning(document: SignatureDocument, edits: readonly TextEdit[]): boolean {
  const after = parseSignature(applyEdits(document.text, edits), document)
  return (
    !after.tree.issues.some(({ code }) => code !== 'yaml-tag') &&
    JSON.stringify(meaningOf(document)) === JSON.stringify(meaningOf(after)) &&
    (document.signature === undefined) === (after.signature === undefined)
  )
}

function meaningOf({ tree }: SignatureDocument): unknown {
  return tree.root === undefined ? null : toValue(tree.root, tree.resolve)
}

/** Indentation, blanks at the ends of lines, and blank lines. */
function lineEdits(text: string, layout: Layout): readonly TextEdit[] {
  const edits: TextEdit[] = []
  let blanks: Span | undefined
  let begun = false
  let last = 0
  const endBlanks = (next: number, kept: boolean) => {
    if (blanks === undefined) return
    // One blank line stays between two lines with text.
    const text = kept && begun ? lineBreak : ''
    edits.push({ span: { start: blanks.start, end: next }, text })
    blanks = undefined
  }
  const lineBreak = lineBreakOf(text)
  const first = text.charCodeAt(0) === 0xfeff ? 1 : 0
  for (let at = first; at < text.length; ) {
    const end = lineEnd(text, at)
    const newline = text.indexOf('\n', end)
    const next = newline === -1 ? text.length : newline + 1
    const from = blankEnd(text, at, end)
    const line = layout.lineAt(at)
    if (line.kind === 'quoted' && from === end) {
      // A blank line in such a text is a line break of the text.
      endBlanks(at, true)
    } else if (line.kind === 'content') {
      endBlanks(at, true)
      begun = true
      last = next
      const depth = from - at
      if (from === end && depth <= line.from) edits.push({ span: { start: at, end }, text: '' })
      else edits.push(...shift(text, at, from, depth + line.to - line.from))
    } else if (from === end) {
      blanks ??= { start: at, end }
    } else {
      endBlanks(at, true)
      begun = true
      last = next
      edits.push(...shift(text, at, from, layout.indentOf(line, from - at, text[from] ?? '')))
      if (line.kind !== 'quoted') edits.push({ span: { start: textEnd(text, from, end), end }, text: '' })
    }
    at = next
  }
  // What a block scalar keeps of the blank lines behind it is a part of its text.
  if (layout.keepsEnd) return edits
  endBlanks(text.length, false)
  if (begun && !text.endsWith('\n') && last === text.length) {
    edits.push({ span: { start: text.length, end: text.length }, text: lineBreak })
  }
  return edits
}

/** Only as many blanks as must come or go. */
function shift(text: string, start: number, from: number, column: number): readonly TextEdit[] {
  const wanted = ' '.repeat(Math.max(0, column))
  return text.slice(start, from) === wanted ? [] : [{ span: { start, end: from }, text: wanted }]
}

function blankEnd(text: string, from: number, to: number): number {
  let at = from
  while (at < to && (text[at] === ' ' || text[at] === '\t')) at++
  return at
}

function textEnd(text: string, from: number, to: number): number {
  let at = to
  while (at > from && (text[at - 1] === ' ' || text[at - 1] === '\t')) at--
  return at
}
