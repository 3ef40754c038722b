/** `similarity`: 1 minus the edit distance over the length of the longer text. */
import { z } from 'zod'
import type { Scorer } from './scorer.ts'
import { right } from './scorer.ts'
import { differenceOf, expectedGot, textOf, tidied } from './wording.ts'

export const similarityOptions = z.strictObject({})

/** Longer texts are compared by this many characters from their start. */
export const longestCompared = 20_000

export function similarity(): Scorer {
  return (gold, got) => {
    const [expected, actual] = [tidied(textOf(gold)), tidied(textOf(got))]
    if (expected === actual) return right
    const score = editSimilarity(expected, actual)
    const percent = Math.min(99, Math.round(100 * score))
    const difference = differenceOf(expected, actual)
    const why = difference === undefined ? '' : `; ${difference}`
    return { score, feedback: expectedGot(gold, got, `${percent} % alike${why}`) }
  }
}

/** In 0..1; 1 for equal texts. */
export function editSimilarity(a: string, b: string): number {
  const [x, y] = [a.slice(0, longestCompared), b.slice(0, longestCompared)]
  const longer = Math.max(x.length, y.length)
  return longer === 0 ? 1 : 1 - distance(x, y) / longer
}

/**
 * Levenshtein distance by bit vectors (Myers 1999 in Hyyrö's form): 32 rows of the table per step, so that
 * two texts of 20,000 characters take tens of milliseconds.
 */
export function distance(a: string, b: string): number {
  let start = 0
  let [aEnd, bEnd] = [a.length, b.length]
  while (start < aEnd && start < bEnd && a.charCodeAt(start) === b.charCodeAt(start)) start++
  while (aEnd > start && bEnd > start && a.charCodeAt(aEnd - 1) === b.charCodeAt(bEnd - 1)) {
    aEnd--
    bEnd--
  }
  const rows = aEnd - start
  const columns = bEnd - start
  if (rows === 0 || columns === 0) return rows + columns
  // Horizontal differences of the row above the current block, per column: +1 in `plus`, -1 in `minus`.
  const plus = new Uint8Array(columns).fill(1)
  const minus = new Uint8Array(columns)
  const equal = new Int32Array(65_536)
  let total = columns
  for (let top = 0; top < rows; top += 32) {
    const height = Math.min(32, rows - top)
    const last = 1 << (height - 1)
    for (let i = 0; i < height; i++) {
      const code = a.charCodeAt(start + top + i)
      equal[code] = (equal[code] ?? 0) | (1 << i)
    }
    let verticalPlus = -1
    let verticalMinus = 0
    total = top + height
    for (let j = 0; j < columns; j++) {
      const fromAbovePlus = plus[j] ?? 0
      const fromAboveMinus = minus[j] ?? 0
      let match = equal[b.charCodeAt(start + j)] ?? 0
      const vertical = match | verticalMinus
      match |= fromAboveMinus
      const diagonal = ((((match & verticalPlus) + verticalPlus) | 0) ^ verticalPlus) | match
      let horizontalPlus = verticalMinus | ~(diagonal | verticalPlus)
      let horizontalMinus = verticalPlus & diagonal
      const downPlus = (horizontalPlus & last) === 0 ? 0 : 1
      const downMinus = (horizontalMinus & last) === 0 ? 0 : 1
      plus[j] = downPlus
      minus[j] = downMinus
      total += downPlus - downMinus
      horizontalPlus = (horizontalPlus << 1) | fromAbovePlus
      horizontalMinus = (horizontalMinus << 1) | fromAboveMinus
      verticalPlus = horizontalMinus | ~(vertical | horizontalPlus)
      verticalMinus = horizontalPlus & vertical
    }
    for (let i = 0; i < height; i++) equal[a.charCodeAt(start + top + i)] = 0
  }
  return total
}
