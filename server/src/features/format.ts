/** Formatting: blanks, indentation and blank lines alone; comments, quotes and what the file means stay as they are. */
import { atOnce, type Steps } from '../base/steps.ts'
import { applyEdits, type Span, type TextEdit } from '../base/text.ts'
import { parseInSteps, type SignatureDocument } from '../signature/document.ts'
import { lineBreakOf, lineEnd, lineStart } from '../signature/editText.ts'
import type { YamlNode, YamlPair } from '../signature/yamlNode.ts'
import { type Layout, layoutInSteps } from './formatLayout.ts'
import { formatWithin } from './formatWithin.ts'

/** Edits of blanks only; none for text that is not valid YAML. With `within` only those in its lines. */
export function format(document: SignatureDocument, within?: Span): readonly TextEdit[] {
  return atOnce(formatInSteps(document, within))
}

/** The same in steps. */
export function* formatInSteps(document: SignatureDocument, within?: Span): Steps<readonly TextEdit[]> {
  const { text, tree } = document
  if (tree.issues.some(({ code }) => code !== 'yaml-tag')) return []
  const layout = yield* layoutInSteps(document)
  yield
  const ofLines = yield* lineEdits(text, layout)
  yield
  const all = [...ofLines, ...formatWithin(text, document.entries)]
  yield
  const edits = within === undefined ? all : all.filter(({ span }) => touches(text, span, within))
  const real = edits.filter(({ span, text: after }) => text.slice(span.start, span.end) !== after)
  return real.length === 0 || (yield* keepsMeaning(document, real)) ? real : []
}

function touches(text: string, span: Span, within: Span): boolean {
  return span.start >= lineStart(text, within.start) && span.end <= lineEnd(text, within.end)
}

function* keepsMeaning(document: SignatureDocument, edits: readonly TextEdit[]): Steps<boolean> {
  const after = yield* parseInSteps(applyEdits(document.text, edits), document)
  return (
    !after.tree.issues.some(({ code }) => code !== 'yaml-tag') &&
    means(document.tree.root, after.tree.root) &&
    (document.signature === undefined) === (after.signature === undefined)
  )
}

/** Whether two trees say the same: equal but for where and how it is written. */
function means(a: YamlNode | undefined, b: YamlNode | undefined): boolean {
  if (a === undefined || b === undefined || a.kind === 'alias' || b.kind === 'alias') {
    return a?.kind === b?.kind && (a?.kind !== 'alias' || b?.kind !== 'alias' || a.name === b.name)
  }
  if (a.anchor !== b.anchor) return false
  if (a.kind === 'scalar') return b.kind === 'scalar' && Object.is(a.value, b.value)
  if (a.kind === 'seq') {
    return b.kind === 'seq' && a.items.length === b.items.length && a.items.every((item, i) => means(item, b.items[i]))
  }
  const isSame = ({ key, value }: YamlPair, other: YamlPair | undefined) =>
    key === other?.key && means(value, other.value)
  return b.kind === 'map' && a.pairs.length === b.pairs.length && a.pairs.every((pair, i) => isSame(pair, b.pairs[i]))
}

const linesInStep = 2000

/** Indentation, blanks at the ends of lines, and blank lines. */
function* lineEdits(text: string, layout: Layout): Steps<readonly TextEdit[]> {
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
  let count = 0
  for (let at = first; at < text.length; ) {
    if (++count % linesInStep === 0) yield
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
