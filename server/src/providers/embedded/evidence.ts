/** Which of several dates or numbers a field means, judged by the words around each. */
import type { Span } from '../../base/text.ts'
import { isCurrencyCode } from './numbers.ts'
import type { Rules } from './rules.ts'
import { segments, stem, type Word, words } from './words.ts'

export interface Judged<T> {
  readonly candidate: T
  readonly score: number
  /** An anchor of the rules stands before it. */
  readonly anchored: boolean
}

/** Judges candidates in the order of the text; what the rules say weighs most, the field's name least. */
export function judge<T extends Span>(
  text: string,
  candidates: readonly T[],
  rules: Rules,
  bounded = true,
): Judged<T>[] {
  const contexts = contextsOf(text, candidates, bounded)
  return candidates.map((candidate, index) => {
    const { zone, after } = contexts[index] ?? { zone: [], after: [] }
    const anchor = Math.max(0, ...rules.anchors.map(one => anchorStrength(zone, one, text)))
    const avoided = Math.max(0, ...rules.avoided.map(one => anchorStrength(zone, one, text)))
    let score = anchor - 1.5 * avoided
    for (const hint of rules.hints) {
      if (zone.some(word => stem(word.text) === hint)) score += 2
      else if (after.some(word => stem(word.text) === hint)) score += 0.7
    }
    for (const hint of rules.avoidedHints) if (zone.some(word => stem(word.text) === hint)) score -= 2
    for (const name of rules.name) if (zone.some(word => word.text.includes(name))) score += 0.5
    return { candidate, score, anchored: anchor > 0 && anchor > avoided }
  })
}

export interface Surroundings {
  /** Words of the sentence or line before it, back to the candidate before. */
  readonly zone: readonly Word[]
  /** A few words behind it. */
  readonly after: readonly Word[]
}

/** One pass over the text; candidates must be in order. `bounded`: no zone reaches past the candidate before. */
export function contextsOf(text: string, candidates: readonly Span[], bounded = true): Surroundings[] {
  const lines = segments(text)
  const all = words(text)
  let line = 0
  let first = 0
  return candidates.map((candidate, index) => {
    while (line + 1 < lines.length && (lines[line]?.end ?? 0) <= candidate.start) line++
    while (first < all.length && (all[first]?.end ?? 0) <= candidate.start) first++
    const previous = bounded ? (candidates[index - 1]?.end ?? 0) : 0
    const from = Math.max(lines[line]?.start ?? 0, previous)
    let zone = takeBack(text, all, first, from)
    // A label may stand alone on the line above.
    if (zone.every(word => isFiller(word.text)))
      zone = takeBack(text, all, first, Math.max(lines[line - 1]?.start ?? 0, previous))
    const after = all
      .slice(first, first + 8)
      .filter(word => word.start >= candidate.end)
      .slice(0, 3)
    return { zone, after }
  })
}

const maxZone = 16
const maxBack = 40

/** Percentages are passed over: in "VAT 20 % 12.00" the word before 12.00 is VAT. */
function takeBack(text: string, all: readonly Word[], before: number, from: number): Word[] {
  const zone: Word[] = []
  for (let i = before - 1; i >= Math.max(0, before - maxBack) && zone.length < maxZone; i--) {
    const word = all[i]
    if (word === undefined || word.start < from) break
    if (!/^\d+(?:[.,]\d+)?\s?%/.test(text.slice(word.start, word.start + 12))) zone.unshift(word)
  }
  return zone
}

const fillers = new Set('a an the of is was are to on at in for amounts comes came s'.split(' '))

export function isFiller(word: string): boolean {
  return fillers.has(word) || /^\p{L}$/u.test(word) || isCurrencyCode(word.toUpperCase())
}

/** Right before the candidate 10 and more, elsewhere before it 5 and more, absent 0. */
function anchorStrength(zone: readonly Word[], anchor: readonly string[], text: string): number {
  if (endsWith(zone, anchor, text)) return 11 + anchor.length
  let end = zone.length
  while (end > 0 && isFiller(zone[end - 1]?.text ?? '')) {
    end--
    if (endsWith(zone.slice(0, end), anchor, text)) return 10 + anchor.length
  }
  for (let at = end - 1; at >= anchor.length; at--)
    if (endsWith(zone.slice(0, at), anchor, text)) return 5 + anchor.length
  return 0
}

function endsWith(zone: readonly Word[], anchor: readonly string[], text: string): boolean {
  const offset = zone.length - anchor.length
  if (offset < 0) return false
  // "Sub-total" is not "total".
  if (text[(zone[offset]?.start ?? 0) - 1] === '-') return false
  return anchor.every((word, index) => zone[offset + index]?.text === word)
}
