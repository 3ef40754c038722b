/** The words of metric feedback: values shortened for one sentence, and what sets two texts apart. */
import { canonicalJson } from '../base/json.ts'

const longestShown = 100

/** A value as text: strings as they are, everything else as JSON with sorted keys. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : canonicalJson(value)
}

/** A value as feedback shows it: strings in quotes, one line, at most about 100 characters. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : canonicalJson(value)
  if (text.length <= longestShown) return text
  const end = typeof value === 'string' ? '…"' : '…'
  return text.slice(0, longestShown).replace(/[\ud800-\udbff]$/, '') + end
}

/** Up to `most` values, and how many more there are. */
export function listed(values: readonly unknown[], most = 5): string {
  const more = values.length > most ? ` and ${values.length - most} more` : ''
  return values.slice(0, most).map(shown).join(', ') + more
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** `Expected …, got …: <difference>.` */
export function expectedGot(expected: unknown, got: unknown, difference?: string): string {
  const why = difference === undefined ? '' : `: ${difference}`
  return `Expected ${shown(expected)}, got ${shown(got)}${why}.`
}

/** Trimmed and composed (NFC), so that only visible differences count. */
export function tidied(text: string): string {
  return text.normalize('NFC').trim()
}

export function wordsOf(text: string): readonly string[] {
  return text.split(/\s+/).filter(word => word !== '')
}

/** The most telling difference between two unequal texts, if one stands out. */
export function differenceOf(expected: string, got: string): string | undefined {
  const [a, b] = [tidied(expected), tidied(got)]
  if (b === '') return 'the answer is empty'
  if (a === '') return 'the answer should be empty'
  if (a.toLowerCase() === b.toLowerCase()) return 'the same but for upper and lower case'
  if (bare(a) === bare(b)) return 'the same but for punctuation and white space'
  const [number, rest] = [a.match(/^[-+]?[\d.,]+$/)?.[0], bare(b).replace(bare(a), '')]
  const contained = b.toLowerCase().includes(a.toLowerCase())
  if (number !== undefined && contained && !/\d/.test(rest))
    return `the right number, but with extra text: give the number alone`
  const [expectedWords, gotWords] = [wordsOf(a).length, wordsOf(b).length]
  if (contained && gotWords > expectedWords) {
    return `it holds the expected text among ${counted(gotWords - expectedWords, 'other word')}: give the answer alone`
  }
  if (gotWords < expectedWords && a.toLowerCase().includes(b.toLowerCase())) return 'only a part of the expected text'
  const counts = `expected ${counted(expectedWords, 'word')} but got ${gotWords}`
  if (gotWords >= 2 * expectedWords + 2) return `${counts}: the answer should be shorter`
  if (expectedWords >= 2 * gotWords + 2) return `${counts}: the answer should be longer`
  return undefined
}

function bare(text: string): string {
  return text.toLowerCase().replace(/[\p{P}\p{S}\s]+/gu, '')
}
