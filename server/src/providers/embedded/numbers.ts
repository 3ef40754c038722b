/** Numbers and currencies in a text, as people write them. */
import type { Span } from '../../base/text.ts'
import { stem } from './words.ts'

export interface FoundNumber extends Span {
  readonly value: number
  readonly percent: boolean
}

const numberPattern = /\d{1,3}(?:[ \u00a0\u202f]\d{3})+,\d{2}(?!\d)|\d[\d.,'’]*/g

const aboutShares = ['percent', 'percentage', 'rate', 'share', 'ratio', 'discount']

/** The numbers a field may mean: percentages only where its name or description speaks of them. */
export function numbersFor(text: string, taken: readonly Span[], subjects: ReadonlySet<string>): FoundNumber[] {
  const found = findNumbers(text, taken)
  return aboutShares.some(word => subjects.has(stem(word))) ? found : found.filter(number => !number.percent)
}

/** In the order of the text, without dates (`taken`), times and the digits of identifiers. */
export function findNumbers(text: string, taken: readonly Span[] = []): FoundNumber[] {
  const commaDecimals = /\d,\d{2}(?![\d,])/.test(text) && !/\d\.\d{2}(?![\d.])/.test(text)
  const found: FoundNumber[] = []
  let next = 0
  for (const match of text.matchAll(numberPattern)) {
    const raw = match[0].replace(/[.,'’]+$/, '')
    const start = match.index
    const end = start + raw.length
    while (next < taken.length && (taken[next]?.end ?? 0) <= start) next++
    if ((taken[next]?.start ?? end) < end || isPartOfWord(text, start, end)) continue
    const value = parseNumber(raw, commaDecimals)
    if (!Number.isFinite(value)) continue
    const sign = /(?:^|[\s(:])[-−]\p{Sc}?$/u.test(text.slice(Math.max(0, start - 3), start)) ? -1 : 1
    found.push({ start, end, value: sign * value, percent: /^\s?%/.test(text.slice(end, end + 2)) })
  }
  return found
}

function isPartOfWord(text: string, start: number, end: number): boolean {
  const before = text.slice(Math.max(0, start - 4), start)
  const after = text.slice(end, end + 2)
  if (/[\p{L}_]$/u.test(before))
    return !codes.has(before.slice(-3).toUpperCase()) || /[\p{L}\p{N}_]/u.test(before.slice(0, -3))
  return /[\p{L}\p{N}][-/:.]$|#$/u.test(before) || /^[-/:][\p{L}\p{N}]|^_/u.test(after)
}

/** The last separator is the decimal one unless it plainly groups thousands. */
function parseNumber(raw: string, commaDecimals: boolean): number {
  const plain = raw.replace(/['’ \u00a0\u202f]/g, '')
  const last = Math.max(plain.lastIndexOf(','), plain.lastIndexOf('.'))
  if (last < 0) return Number(plain)
  const mark = plain[last] ?? ''
  const digitsAfter = plain.length - last - 1
  const both = plain.includes(',') && plain.includes('.')
  const groups = plain.indexOf(mark) < last || (!both && digitsAfter === 3 && (mark === ',' || commaDecimals))
  if (groups && !both) return Number(plain.replace(/[.,]/g, ''))
  return Number(`${plain.slice(0, last).replace(/[.,]/g, '')}.${plain.slice(last + 1)}`)
}

export interface FoundCurrency extends Span {
  /** ISO 4217. */
  readonly code: string
  readonly text: string
}

const codes = new Set(
  'USD EUR GBP JPY CHF CAD AUD NZD SEK NOK DKK PLN CZK HUF INR CNY BRL MXN ZAR SGD HKD KRW TRY ILS AED THB'.split(' '),
)

/** Longer signs first, so that `US$` is not read as `$`. */
const signs: readonly (readonly [sign: string, code: string])[] = [
  ['US$', 'USD'],
  ['CA$', 'CAD'],
  ['AU$', 'AUD'],
  ['NZ$', 'NZD'],
  ['HK$', 'HKD'],
  ['C$', 'CAD'],
  ['A$', 'AUD'],
  ['S$', 'SGD'],
  ['R$', 'BRL'],
  ['$', 'USD'],
  ['€', 'EUR'],
  ['£', 'GBP'],
  ['¥', 'JPY'],
  ['₹', 'INR'],
  ['₩', 'KRW'],
  ['₺', 'TRY'],
  ['zł', 'PLN'],
  ['Kč', 'CZK'],
]
const currencyNames: Readonly<Record<string, string>> = {
  euro: 'EUR',
  euros: 'EUR',
  dollars: 'USD',
  pounds: 'GBP',
  sterling: 'GBP',
  yen: 'JPY',
  francs: 'CHF',
  kronor: 'SEK',
  kroner: 'DKK',
  rupees: 'INR',
}

const currencyPattern =
  /(?<!\p{L})[A-Z]{3}(?!\p{L})|[A-Z]{0,2}\p{Sc}|\bzł|\bKč|\b(?:euros?|dollars|pounds|sterling|yen|francs|kronor|kroner|rupees)\b/gu

export function findCurrencies(text: string): FoundCurrency[] {
  return [...text.matchAll(currencyPattern)].flatMap(match => {
    const written = match[0]
    const code = codeOf(written)
    return code === undefined ? [] : [{ start: match.index, end: match.index + written.length, code, text: written }]
  })
}

/** ISO 4217 code of a sign, a code or a plain name. */
export function codeOf(written: string): string | undefined {
  const text = written.trim()
  if (codes.has(text.toUpperCase())) return text.toUpperCase()
  const sign = signs.find(([one]) => text === one) ?? signs.find(([one]) => text.endsWith(one))
  if (sign !== undefined) return sign[1]
  const name = text.toLowerCase()
  return Object.hasOwn(currencyNames, name) ? currencyNames[name] : undefined
}

export function isCurrencyCode(text: string): boolean {
  return codes.has(text)
}
