/** Makes a constraint of a sentence in a description: the one at the cursor, or those selected. */
import type { Span } from '../../base/text.ts'
import type { SignatureDocument } from '../../signature/document.ts'
import { applyChanges } from '../../signature/edit.ts'
import type { FieldPart } from '../../signature/readFields.ts'
import type { Action, Change, Refactoring, Refusal } from './action.ts'
import { touches } from './selection.ts'

export const extractConstraint: Refactoring = ({ document, span }) => {
  const field = document.fields.find(({ desc }) => desc !== undefined && touches(span, desc.span))
  const { desc } = field ?? {}
  if (field === undefined || desc?.node.kind !== 'scalar' || !isWithin(span, desc.span)) return []
  const sentences = sentencesOf(desc.value)
  const skipped = skippedAtStart(document.text, desc.span, desc.node.style)
  const valueAt = (offset: number) => offsetOfVisible(desc.value, visible(document.text, skipped, offset))
  const chosen = { start: valueAt(span.start), end: valueAt(span.end) }
  const taken = sentences.filter(sentence => isChosen(sentence, chosen))
  // A description that says nothing any more would be the next problem.
  if (taken.length === 0 || taken.length === sentences.length) return []
  const title = taken.length === 1 ? 'Make a constraint of this sentence' : 'Make constraints of these sentences'
  return [{ title, kind: 'refactor.extract', change: () => extract(document, field, taken) } satisfies Action]
}

function extract(document: SignatureDocument, field: FieldPart, taken: readonly Span[]): Change | Refusal {
  const before = field.desc?.value ?? ''
  let after = ''
  let at = 0
  for (const { start, end } of taken) {
    after += before.slice(at, start)
    at = end
  }
  after = (after + before.slice(at))
    .replace(/[ \t]+(?=\n|$)/g, '')
    .replace(/([.!?])[ \t]{2,}/g, '$1 ')
    .trim()
  const { direction, name } = field
  const texts = field.constraints.map(({ text }) => text)
  const added = taken.map(({ start, end }) => asConstraint(before.slice(start, end)))
  const changed = applyChanges(document, [
    { part: 'desc', direction, field: name, before, after },
    { part: 'constraints', direction, field: name, before: texts, after: [...texts, ...added] },
  ])
  if (!changed.ok) return { refusal: changed.error.message }
  if (changed.value.conflicts.length > 0) return { refusal: 'This field is written in a way that cannot be edited.' }
  return { edits: changed.value.edits }
}

/** One line, and no full stop: constraints are items of a list. */
function asConstraint(sentence: string): string {
  return sentence.replace(/\s+/g, ' ').trim().replace(/\.$/, '')
}

// A line break ends a sentence before an item of a list and before an empty line.
const sentence = /\S(?:[^\n.!?]|\n(?![ \t]*(?:\n|[-*]|\d+[.)]))|[.!?](?!\s|$))*[.!?]*/g

/** Sentences, each without the blanks around it. */
function sentencesOf(text: string): readonly Span[] {
  const spans: Span[] = []
  for (const match of text.matchAll(sentence)) {
    spans.push({ start: match.index, end: match.index + match[0].trimEnd().length })
  }
  return spans
}

function isChosen(sentence: Span, { start, end }: Span): boolean {
  if (start === end) return sentence.start <= start && start <= sentence.end
  return sentence.start < end && start < sentence.end
}

function isWithin(span: Span, outer: Span): boolean {
  return outer.start <= span.start && span.end <= outer.end
}

/** Where the words of a scalar begin: behind its quote or its header. */
function skippedAtStart(text: string, span: Span, style: string): number {
  if (style === 'plain') return span.start
  if (style === 'single' || style === 'double') return span.start + 1
  const newline = text.indexOf('\n', span.start)
  return newline === -1 ? span.end : newline + 1
}

/** Characters that are seen between two offsets: layout differs between a file and the text it means, they do not. */
function visible(text: string, start: number, end: number): number {
  return text.slice(start, Math.max(start, end)).replace(/\s+/g, '').length
}

/** The offset in front of which so many visible characters stand, and the blanks before the next. */
function offsetOfVisible(text: string, count: number): number {
  let seen = 0
  for (let at = 0; at < text.length; at++) {
    if (/\s/.test(text[at] ?? '')) continue
    if (seen === count) return at
    seen++
  }
  return text.length
}
