/** Values that may follow a label in a text: what a colon introduces, tokens with digits, capitalised runs. */
import type { Span } from '../../base/text.ts'
import { isFiller } from './evidence.ts'

export interface FoundValue extends Span {
  readonly text: string
}

const patterns = [
  /(?<=[:#]\s{0,4})[^\s:#,;|][^\n,;|]{0,80}/g,
  /(?<![\p{L}\p{N}/_.,'’-])[\p{L}\p{N}/_.-]{0,40}\d[\p{L}\p{N}/_.,'’-]{0,40}/gu,
  /\p{Lu}[\p{L}&.'-]{0,40}(?:[ \t]\p{Lu}[\p{L}&.'-]{0,40}){0,4}/gu,
]

/** In the order of the text; they may overlap. */
export function valuesIn(text: string): FoundValue[] {
  const found = new Map<string, FoundValue>()
  for (const pattern of patterns) {
    for (const match of text.matchAll(pattern)) {
      const kept = match[0].replace(/[\s.,;:/'’-]{1,10}$/, '')
      const value = { start: match.index, end: match.index + kept.length, text: kept }
      if (kept !== '' && !(isFiller(kept.toLowerCase()) && !/\d/.test(kept)))
        found.set(`${value.start} ${value.end}`, value)
    }
  }
  return [...found.values()].sort((a, b) => a.start - b.start || a.end - b.end)
}
