/** `contains`: the gold text occurs in the prediction; of a gold list, the share that does. */
import { z } from 'zod'
import type { Scorer } from './scorer.ts'
import { right } from './scorer.ts'
import { listed, shown, textOf, tidied } from './wording.ts'

export const containsOptions = z.strictObject({
  ignore_case: z.boolean().default(false).describe('Upper and lower case count as the same; default false.'),
})

export function contains(options: z.infer<typeof containsOptions>): Scorer {
  const normal = (value: unknown) => {
    const text = tidied(textOf(value))
    return options.ignore_case ? text.toLowerCase() : text
  }
  return (gold, got) => {
    const wanted = Array.isArray(gold) ? gold : [gold]
    const text = Array.isArray(got) ? got.map(normal).join('\n') : normal(got)
    const missing = wanted.filter(value => !text.includes(normal(value)))
    if (missing.length === 0) return right
    const score = (wanted.length - missing.length) / wanted.length
    const folded = text.toLowerCase()
    const caseOnly = missing.every(value => folded.includes(normal(value).toLowerCase()))
    const why = caseOnly ? ', but for upper and lower case' : ''
    return { score, feedback: `Expected the answer to contain ${listed(missing)}, got ${shown(got)}${why}.` }
  }
}
