/** `numeric`: the same number within a tolerance, read out of text where it is written with signs or units. */
import { z } from 'zod'
import type { Scorer } from './scorer.ts'
import { right } from './scorer.ts'
import { expectedGot, shown } from './wording.ts'

export const numericOptions = z.strictObject({
  tolerance: z.number().min(0).default(0).describe('Largest difference that still counts as equal; default 0.'),
  relative: z
    .number()
    .min(0)
    .default(0)
    .describe('The same as a share of the gold number: 0.01 allows 1 %; default 0.'),
})

// Binary floating point: 0.1 + 0.2 must equal 0.3.
const rounding = 1e-9

export function numeric(options: z.infer<typeof numericOptions>): Scorer {
  return (gold, got) => {
    const expected = numberIn(gold)
    const actual = numberIn(got)
    if (typeof expected === 'string') return { score: 0, feedback: `The gold value ${shown(gold)} ${expected}.` }
    if (typeof actual === 'string') return { score: 0, feedback: expectedGot(gold, got, `the answer ${actual}`) }
    const difference = actual - expected
    const allowed = Math.max(options.tolerance, options.relative * Math.abs(expected), rounding * Math.abs(expected))
    if (Math.abs(difference) <= allowed * (1 + rounding)) return right
    return { score: 0, feedback: expectedGot(gold, got, offBy(expected, difference)) }
  }
}

/** The one number in a value; else what stands against it, as `holds no number`. */
export function numberIn(value: unknown): number | string {
  if (typeof value === 'number') return Number.isFinite(value) ? value : 'is not a finite number'
  if (typeof value !== 'string') return 'is not a number'
  const found = value.slice(0, 10_000).match(numberPattern) ?? []
  const [first] = found
  if (first === undefined) return 'holds no number'
  if (found.length > 1) return `holds ${found.length} numbers: give one`
  return readNumber(first) ?? 'holds no number that can be read for certain'
}

// A sign counts only where no letter, digit or bracket stands before it, so "5-10" is two numbers.
const numberPattern =
  /(?:(?<![\p{L}\d)\]])[-+\u2212])?(?<![\p{L}_.,\d])\.?\d(?:[\d.,]|[ '’\u00a0\u202f](?=\d{3}(?!\d)))*(?:(?<=\d)[eE][-+]?\d+)?/gu

/** "1,234.50", "1 234,50", "1.234.567" and "1e5" read; `undefined` for what fits no one way of writing. */
function readNumber(text: string): number | undefined {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().replace('\u2212', '-').split('e')
  const digits = mantissa.replace(/[.,]+$/, '').replace(/[ '’\u00a0\u202f]/g, '')
  const plain = withDecimalPoint(digits)
  return plain === undefined ? undefined : Number(`${plain}e${exponent}`)
}

function withDecimalPoint(digits: string): string | undefined {
  const lastDot = digits.lastIndexOf('.')
  const lastComma = digits.lastIndexOf(',')
  if (lastDot === -1 && lastComma === -1) return digits
  if (lastDot !== -1 && lastComma !== -1) {
    const [decimal, group] = lastDot > lastComma ? ['.', ','] : [',', '.']
    const [whole = '', fraction = '', more] = digits.split(decimal)
    if (more !== undefined || !isGrouped(whole, group)) return undefined
    return `${whole.replaceAll(group, '')}.${fraction}`
  }
  const mark = lastDot === -1 ? ',' : '.'
  const marks = digits.split(mark).length - 1
  // "1,234" is read as in English; "1.234" as a decimal; "1.234.567" can only be groups.
  if (isGrouped(digits, mark) && (mark === ',' || marks > 1)) return digits.replaceAll(mark, '')
  return marks === 1 ? digits.replace(mark, '.') : undefined
}

function isGrouped(text: string, mark: string): boolean {
  const [first = '', ...rest] = text.split(mark)
  return /^[-+]?\d{1,3}$/.test(first) && rest.length > 0 && rest.every(group => /^\d{3}$/.test(group))
}

function offBy(expected: number, difference: number): string {
  const actual = expected + difference
  const size = Number(Math.abs(difference).toPrecision(4))
  if (expected !== 0 && Math.abs(actual + expected) <= rounding * Math.abs(expected)) return 'the sign is wrong'
  for (const factor of [100, 1000, 1_000_000]) {
    for (const [scaled, other] of [
      [actual * factor, expected],
      [actual, expected * factor],
    ] as const) {
      if (expected !== 0 && Math.abs(scaled - other) <= rounding * Math.abs(other)) {
        return `off by a factor of ${factor}${factor === 100 ? ', as between a share and a percentage' : ''}`
      }
    }
  }
  const share =
    expected === 0 ? '' : ` (${Number(((100 * Math.abs(difference)) / Math.abs(expected)).toPrecision(3))} %)`
  return `${difference > 0 ? 'too large' : 'too small'} by ${size}${share}`
}
