/** `f1`: overlap of words, as SQuAD scores answers: case, punctuation and English articles do not count. */
import { z } from 'zod'
import type { Scorer } from './scorer.ts'
import { right } from './scorer.ts'
import { differenceOf, expectedGot, listed, textOf } from './wording.ts'

export const f1Options = z.strictObject({})

export function f1(): Scorer {
  return (gold, got) => {
    const [expected, actual] = [tokensOf(textOf(gold)), tokensOf(textOf(got))]
    const score = tokenF1(expected, actual)
    if (score === 1) return right
    const missing = without(expected, actual)
    const extra = without(actual, expected)
    const parts: string[] = []
    const difference = differenceOf(textOf(gold), textOf(got))
    if (difference !== undefined) parts.push(difference)
    else {
      if (missing.length > 0) parts.push(`missing ${listed(missing)}`)
      if (extra.length > 0) parts.push(`not expected ${listed(extra)}`)
    }
    return { score, feedback: expectedGot(gold, got, parts.join('; ')) }
  }
}

/** Harmonic mean of precision and recall over multisets of tokens; 1 when both are empty. */
export function tokenF1(expected: readonly string[], actual: readonly string[]): number {
  if (expected.length === 0 || actual.length === 0) return expected.length === actual.length ? 1 : 0
  const shared = expected.length - without(expected, actual).length
  return (2 * shared) / (expected.length + actual.length)
}

/** Lower-case words without punctuation and articles; scripts written without spaces count by character. */
export function tokensOf(text: string): readonly string[] {
  const plain = text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[\p{P}$+<=>^`|~]+/gu, '')
    .replace(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/gu, ' $& ')
  return plain.split(/\s+/).filter(token => token !== '' && token !== 'a' && token !== 'an' && token !== 'the')
}

/** The tokens of `tokens` left when each of `others` takes one equal token away. */
function without(tokens: readonly string[], others: readonly string[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const token of others) counts.set(token, (counts.get(token) ?? 0) + 1)
  return tokens.filter(token => {
    const count = counts.get(token) ?? 0
    if (count > 0) counts.set(token, count - 1)
    return count === 0
  })
}
