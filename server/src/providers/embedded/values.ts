/** Values that may follow a label in a text: what a colon introduces, tokens with digits, capitalised runs. */
import type { Span } from '../../base/text.ts'
import { isFiller } from './evidence.ts'

export interface FoundValue extends Span {
  readonly text: string
}

const valuePattern =
  /(?<=[:#]\s{0,4})[^\s:#,;|][^\n,;|]{0,80}|(?<![\p{L}\p{N}])[\p{L}\p{N}/_.-]{0,40}\d[\p{L}\p{N}/_.-]{0,40}|\p{Lu}[\p{L}&.'-]{0,40}(?:[ \t]\p{Lu}[\p{L}&.'-]{0,40}){0,4}/gu

export function valuesIn(text: string): FoundValue[] {
  return [...text.matchAll(valuePattern)].flatMap(match => {
    const kept = match[0].replace(/[\s.,;:/-]{1,10}$/, '')
    return kept === '' || isFiller(kept.toLowerCase())
      ? []
      : [{ start: match.index, end: match.index + kept.length, text: kept }]
  })
}
