/** Dates in a text, absolute and relative, in the formats people write. */
import type { Span } from '../../base/text.ts'

export interface FoundDate extends Span {
  /** `YYYY-MM-DD` */
  readonly iso: string
  readonly relative: boolean
}

export interface DateOptions {
  /** 03/04/2025 is the 3rd of April. */
  readonly dayFirst?: boolean
  /** ISO date that relative dates and dates without a year start from. */
  readonly reference?: string | undefined
}

const months = 'january february march april may june july august september october november december'.split(' ')
const weekdays = 'sunday monday tuesday wednesday thursday friday saturday'.split(' ')
const month = `(${months.map(name => `${name}|${name.slice(0, 3)}`).join('|')}|sept)\\.?`
const day = '(\\d{1,2})(?:st|nd|rd|th)?'
const year = '(?:,?[ -]+(\\d{4})\\b)?'
const numberWords = 'one two three four five six seven eight nine ten'.split(' ')

const absolute: readonly {
  readonly pattern: RegExp
  readonly read: (match: RegExpExecArray, context: Reading) => string | undefined
}[] = [
  { pattern: /\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\b/g, read: m => iso(Number(m[1]), Number(m[2]), Number(m[3])) },
  {
    pattern: /\b(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})\b(?![.,]?\d)/g,
    read: (m, context) => {
      const [first, second, written] = [Number(m[1]), Number(m[3]), Number(m[4])]
      const full = written < 100 ? 2000 + written : written
      const dayIsFirst = m[2] !== '/' || context.dayFirst
      return dayIsFirst
        ? (iso(full, second, first) ?? iso(full, first, second))
        : (iso(full, first, second) ?? iso(full, second, first))
    },
  },
  {
    pattern: new RegExp(`\\b${day}(?: of)?[ .-]{1,2}${month}(?![a-z])${year}`, 'gi'),
    read: (m, context) => dated(m[3], monthOf(m[2]), Number(m[1]), context),
  },
  {
    pattern: new RegExp(`\\b${month}[ .-]{1,2}${day}(?!\\d|[.,:]\\d)${year}`, 'gi'),
    read: (m, context) => dated(m[3], monthOf(m[1]), Number(m[2]), context),
  },
]

interface Reading {
  readonly dayFirst: boolean
  readonly reference: number | undefined
}

/** In the order of the text; overlapping finds keep the longer one. */
export function findDates(text: string, options: DateOptions = {}): FoundDate[] {
  const reference = options.reference === undefined ? undefined : dayNumber(options.reference)
  // One date that can only be day-first settles the others in the same text.
  const dayFirst = options.dayFirst === true || /\b(?:1[3-9]|2\d|3[01])\/\d{1,2}\/\d{2,4}\b/.test(text)
  const context: Reading = { dayFirst, reference }
  const found: FoundDate[] = []
  for (const { pattern, read } of absolute) {
    for (const match of text.matchAll(pattern)) {
      const value = read(match, context)
      if (value !== undefined)
        found.push({ start: match.index, end: match.index + match[0].length, iso: value, relative: false })
    }
  }
  if (reference !== undefined) found.push(...findRelative(text, reference))
  found.sort((a, b) => a.start - b.start || b.end - a.end)
  return found.filter(
    (date, index) =>
      index === 0 || date.start >= Math.max(...found.slice(Math.max(0, index - 3), index).map(one => one.end)),
  )
}

/** The value when the text is one date and nothing else. */
export function wholeDate(text: string): string | undefined {
  const trimmed = text.trim().slice(0, 40)
  const found = findDates(trimmed)[0]
  if (found !== undefined && found.start === 0 && found.end === trimmed.length) return found.iso
  return /^\d{4}-\d{2}-\d{2}T/.test(trimmed) ? findDates(trimmed.slice(0, 10))[0]?.iso : undefined
}

const relativePattern = new RegExp(
  [
    '\\bday after tomorrow\\b',
    '\\b(?:today|tonight|tomorrow|yesterday)\\b',
    '\\b(?:end of|close of) (?:business|the day|day|this week|the week|this month|the month)\\b',
    `\\b(?:in|within) (?:the next )?(\\d{1,2}|${numberWords.join('|')}|a|an) (hours?|days?|weeks?)\\b`,
    `\\b(?:(?:this|next|coming) )?(${weekdays.join('|')})\\b`,
  ].join('|'),
  'gi',
)

function findRelative(text: string, reference: number): FoundDate[] {
  return [...text.matchAll(relativePattern)].map(match => ({
    start: match.index,
    end: match.index + match[0].length,
    iso: fromDayNumber(reference + daysAhead(match, reference)),
    relative: true,
  }))
}

function daysAhead(match: RegExpExecArray, reference: number): number {
  const phrase = match[0].toLowerCase()
  const weekday = weekdayOf(reference)
  if (match[3] !== undefined) return ((weekdays.indexOf(match[3].toLowerCase()) - weekday + 6) % 7) + 1
  if (match[1] !== undefined) {
    const word = match[1].toLowerCase()
    const amount = word.startsWith('a') ? 1 : numberWords.includes(word) ? numberWords.indexOf(word) + 1 : Number(word)
    const unit = (match[2] ?? '').toLowerCase()
    return unit.startsWith('w') ? amount * 7 : unit.startsWith('h') ? Math.ceil(amount / 24) : amount
  }
  if (phrase.includes('day after')) return 2
  if (phrase === 'tomorrow') return 1
  if (phrase === 'yesterday') return -1
  if (phrase.endsWith('week')) return (5 - weekday + 7) % 7
  if (phrase.endsWith('month')) return endOfMonth(reference) - reference
  return 0
}

export function isMonthOrWeekday(word: string): boolean {
  return weekdays.includes(word) || months.some(name => name === word || name.slice(0, 3) === word)
}

function monthOf(name: string | undefined): number {
  return months.findIndex(one => one.startsWith((name ?? '').toLowerCase().slice(0, 3))) + 1
}

/** Without a year: the year that brings the date nearest to the reference. */
function dated(
  written: string | undefined,
  monthNumber: number,
  dayOfMonth: number,
  context: Reading,
): string | undefined {
  if (written !== undefined) return iso(Number(written), monthNumber, dayOfMonth)
  const { reference } = context
  if (reference === undefined) return undefined
  const around = Number(fromDayNumber(reference).slice(0, 4))
  const options = [around - 1, around, around + 1]
    .map(one => iso(one, monthNumber, dayOfMonth))
    .filter(one => one !== undefined)
  return options.sort((a, b) => Math.abs(dayNumber(a) - reference) - Math.abs(dayNumber(b) - reference))[0]
}

function iso(fullYear: number, monthNumber: number, dayOfMonth: number): string | undefined {
  if (fullYear < 1000 || monthNumber < 1 || monthNumber > 12 || dayOfMonth < 1 || dayOfMonth > 31) return undefined
  const date = new Date(Date.UTC(fullYear, monthNumber - 1, dayOfMonth))
  return date.getUTCDate() === dayOfMonth ? date.toISOString().slice(0, 10) : undefined
}

const msPerDay = 86_400_000

function dayNumber(isoDate: string): number {
  return Math.floor(Date.parse(`${isoDate}T00:00:00Z`) / msPerDay)
}

function fromDayNumber(days: number): string {
  return new Date(days * msPerDay).toISOString().slice(0, 10)
}

function weekdayOf(days: number): number {
  return new Date(days * msPerDay).getUTCDay()
}

function endOfMonth(days: number): number {
  const date = new Date(days * msPerDay)
  return Math.floor(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0) / msPerDay)
}

/** Writes an ISO date in a format such as `DD.MM.YYYY` or `D Month YYYY`. */
export function formatDate(isoDate: string, format: string): string {
  const [fullYear = '', monthText = '', dayText = ''] = isoDate.split('-')
  const name = months[Number(monthText) - 1] ?? ''
  const capitalised = `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`
  const parts: Readonly<Record<string, string>> = {
    YYYY: fullYear,
    YY: fullYear.slice(2),
    MMMM: capitalised,
    Month: capitalised,
    MMM: capitalised.slice(0, 3),
    Mon: capitalised.slice(0, 3),
    MM: monthText,
    M: String(Number(monthText)),
    DD: dayText,
    D: String(Number(dayText)),
  }
  return format.replace(/YYYY|YY|Month|Mon|M{1,4}|D{1,2}/g, part => parts[part] ?? part)
}
