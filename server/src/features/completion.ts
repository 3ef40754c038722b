/** Completion: what can be written at the cursor, with what it means, in text that may be half typed. */
import type { Span } from '../base/text.ts'
import type { SignatureDocument } from '../signature/document.ts'
import type { Completion, CompletionEntry, Surroundings } from './completionEntry.ts'
import { exampleKeys, fieldKeys, metricKeys, newFields, newMetrics, topLevelKeys } from './completionKeys.ts'
import { mentions, valueEntries } from './completionValues.ts'
import { constraintPhrases } from './constraintPhrases.ts'
import { newSignature } from './newSignature.ts'
import { endsOf } from './writingFlow.ts'
import { type WritingPlace, writingPlaceAt } from './writingPlace.ts'

/** `undefined` where free text is written, or nothing fits. */
export function completion(
  document: SignatureDocument,
  offset: number,
  surroundings: Surroundings,
  place = writingPlaceAt(document.text, offset),
): Completion | undefined {
  const { text } = document
  if (place === undefined) return undefined
  const mention = mentions(document, place, offset)
  if (mention !== undefined) return mention
  const entries = entriesAt(document, place, surroundings)
  if (entries.length === 0) return undefined
  const indent = ' '.repeat(place.column)
  if (place.at === 'key') {
    const named = /^\s*:/.test(text.slice(place.span.end, place.span.end + 20))
    return { span: place.span, indent, entries: named ? entries.map(nameAlone) : entries }
  }
  const span =
    place.at === 'value' && wordsOnly.has(String(place.path.at(-1))) ? wordAt(text, place, offset) : place.span
  const missingBlank = place.quote === undefined && /[:-]/.test(text[span.start - 1] ?? '')
  return {
    span,
    indent,
    entries: missingBlank ? entries.map(entry => ({ ...entry, snippet: ` ${entry.snippet}` })) : entries,
  }
}

/** Whether a file of the skill's folder is asked for here, so that the folder need not be read otherwise. */
export function asksForFiles(place: WritingPlace | undefined): boolean {
  if (place === undefined || (place.at === 'key' && place.path.length === 0)) return place !== undefined
  return place.at === 'value' && /^(?:examples|path)$/.test(String(place.path.at(-1)))
}

function entriesAt(
  document: SignatureDocument,
  place: WritingPlace,
  surroundings: Surroundings,
): readonly CompletionEntry[] {
  const { path, at } = place
  const [first, second] = path
  const isField = first === 'inputs' || first === 'outputs'
  if (at === 'prose') return []
  if (at === 'value') return valueEntries(document, place, surroundings)
  if (at === 'item' || at === 'list') {
    if (isField && (path.at(-1) === 'constraints' || path.at(-2) === 'constraints')) {
      return constraintPhrases(document, place)
    }
    return first === 'examples' && path.length <= 2 ? exampleKeys(document, place) : []
  }
  if (path.length === 0) {
    const whole = place.keys.size === 0 && !place.flow && isEmptyBut(document.text, place.span)
    return [...(whole ? [newSignature(surroundings)] : []), ...topLevelKeys(document, place, surroundings)]
  }
  if (isField && isWithinFields(path)) {
    return path.length % 2 === 1 ? newFields(document, place) : fieldKeys(document, place)
  }
  if (first === 'metrics') return second === undefined ? newMetrics(document, place) : metricKeys(document, place)
  return first === 'examples' && path.length === 2 ? exampleKeys(document, place) : []
}

/** Types are completed word by word: what stands around a word is a part of the type. */
const wordsOnly: ReadonlySet<string> = new Set(['type'])

function wordAt(text: string, { written }: WritingPlace, offset: number): Span {
  const before = /\w*$/.exec(written)?.[0].length ?? 0
  return { start: offset - before, end: endsOf(text, offset, text.length, undefined, true) }
}

/** Whether the keys at the path are names of fields, or those of a field: nothing else is between. */
function isWithinFields(path: readonly (string | number)[]): boolean {
  return path.every((key, index) => index === 0 || index % 2 === 1 || key === 'fields')
}

function nameAlone(entry: CompletionEntry): CompletionEntry {
  return { ...entry, snippet: /^[^:\n]*/.exec(entry.snippet)?.[0] ?? entry.snippet }
}

function isEmptyBut(text: string, { start, end }: Span): boolean {
  return `${text.slice(0, start)}${text.slice(end)}`.split('\n').every(line => /^\s*(?:#|$)/.test(line))
}
