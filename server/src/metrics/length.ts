/** `length`: within limits of words and characters; beyond them, the score falls with the ratio. */
import { z } from 'zod'
import type { MetricScore } from './metric.ts'
import { right } from './scorer.ts'
import { counted, shown, textOf, tidied, wordsOf } from './wording.ts'

const limit = z.int().min(0).optional()

export const lengthOptions = z
  .strictObject({
    min_words: limit.describe('Fewest words that score 1.'),
    max_words: limit.describe('Most words that score 1.'),
    max_chars: limit.describe('Most characters that score 1.'),
  })
  .refine(options => Object.values(options).some(value => value !== undefined), {
    message: 'needs min_words, max_words or max_chars',
  })
  .refine(options => (options.min_words ?? 0) <= (options.max_words ?? Number.POSITIVE_INFINITY), {
    message: 'min_words is above max_words',
  })

export function length(options: z.infer<typeof lengthOptions>): (got: unknown) => MetricScore {
  const { min_words, max_words, max_chars } = options
  return got => {
    const text = tidied(textOf(got))
    const words = wordsOf(text).length
    const chars = [...text].length
    let score = 1
    const wrong: string[] = []
    const breach = (ratio: number, message: string) => {
      score = Math.min(score, ratio)
      wrong.push(message)
    }
    if (min_words !== undefined && words < min_words) {
      breach(words / min_words, `expected at least ${counted(min_words, 'word')} but got ${words}`)
    }
    if (max_words !== undefined && words > max_words) {
      breach(max_words / words, `expected at most ${counted(max_words, 'word')} but got ${words}`)
    }
    if (max_chars !== undefined && chars > max_chars) {
      breach(max_chars / chars, `expected at most ${counted(max_chars, 'character')} but got ${chars}`)
    }
    if (wrong.length === 0) return right
    const advice = words < (min_words ?? 0) ? 'longer' : 'shorter'
    return { score, feedback: `Got ${shown(got)}: ${wrong.join(', ')}; the answer should be ${advice}.` }
  }
}
