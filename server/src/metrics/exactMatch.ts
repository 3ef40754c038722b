/** `exact_match`: the same value, after trimming and Unicode composition. */
import { z } from 'zod'
import { canonicalJson } from '../base/json.ts'
import type { Scorer } from './scorer.ts'
import { right } from './scorer.ts'
import { differenceOf, expectedGot, textOf, tidied } from './wording.ts'

export const exactMatchOptions = z.strictObject({
  ignore_case: z.boolean().default(false).describe('Upper and lower case count as the same; default false.'),
  ignore_punctuation: z.boolean().default(false).describe('Leaves out punctuation; default false.'),
  ignore_articles: z.boolean().default(false).describe('Leaves out the English words a, an and the; default false.'),
})

export function exactMatch(options: z.infer<typeof exactMatchOptions>): Scorer {
  const normal = (value: unknown) => canonicalJson(mapStrings(value, text => normalised(text, options)))
  return (gold, got) => {
    if (normal(gold) === normal(got)) return right
    return { score: 0, feedback: expectedGot(gold, got, differenceOf(textOf(gold), textOf(got))) }
  }
}

function normalised(text: string, options: z.infer<typeof exactMatchOptions>): string {
  let result = text.normalize('NFC')
  if (options.ignore_case) result = result.toLowerCase()
  if (options.ignore_punctuation) result = result.replace(/\p{P}+/gu, ' ')
  if (options.ignore_articles) result = result.replace(/\b(?:a|an|the)\b/giu, ' ')
  // What was left out leaves gaps; without an option inner white space counts.
  if (options.ignore_punctuation || options.ignore_articles) result = result.replace(/\s+/g, ' ')
  return tidied(result)
}

function mapStrings(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map(item => mapStrings(item, change))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, mapStrings(member, change)]))
}
