/** `set_f1`: overlap of two lists, whatever their order. */
import { z } from 'zod'
import { canonicalJson } from '../base/json.ts'
import type { Scorer } from './scorer.ts'
import { right } from './scorer.ts'
import { expectedGot, listed, tidied } from './wording.ts'

export const setF1Options = z.strictObject({})

export function setF1(): Scorer {
  return (gold, got) => {
    if (!Array.isArray(gold) || !Array.isArray(got)) {
      return { score: 0, feedback: expectedGot(gold, got, 'a list is needed') }
    }
    const [expected, actual] = [keyed(gold), keyed(got)]
    const missing = [...expected].filter(([key]) => !actual.has(key)).map(([, item]) => item)
    const extra = [...actual].filter(([key]) => !expected.has(key)).map(([, item]) => item)
    if (missing.length + extra.length === 0) return right
    const score = (2 * (expected.size - missing.length)) / (expected.size + actual.size)
    const parts: string[] = []
    if (missing.length > 0) parts.push(`missing ${listed(missing)}`)
    if (extra.length > 0) parts.push(`not expected ${listed(extra)}`)
    return { score, feedback: expectedGot(gold, got, parts.join('; ')) }
  }
}

function keyed(items: readonly unknown[]): ReadonlyMap<string, unknown> {
  return new Map(items.map(item => [typeof item === 'string' ? `"${tidied(item)}` : canonicalJson(item), item]))
}
