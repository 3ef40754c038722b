/** Answers a question from a context: the sentence that fits best, and the shortest span in it that answers. */
import { type Expectation, expectationOf } from './expectation.ts'
import { type AnswerSpan, answerSpans } from './spans.ts'
import { contentStems, segments, stem, words } from './words.ts'

export interface Found {
  readonly sentence: string
  /** Shortest span that answers, in the words of the context. */
  readonly span: string
  /** Share of the question's words that the context holds, half of it counted in the best sentence; in 0..1. */
  readonly coverage: number
}

interface Sentence {
  readonly text: string
  readonly stems: ReadonlySet<string>
  readonly overlap: number
}

/** A word of the sentence that the question has, too. */
interface Match {
  readonly start: number
  readonly end: number
  readonly weight: number
}

const maxQuestionChars = 1000
const maxSentences = 1500
const sentencesTried = 4
const maxMatches = 20

export function answerQuestion(context: string, wholeQuestion: string, maxWords: number): Found | undefined {
  const question = wholeQuestion.slice(0, maxQuestionChars)
  const asked = new Set(contentStems(question))
  const { sentences, weight } = readSentences(context, asked)
  const ranked = [...sentences.entries()]
    .sort(([a, first], [b, second]) => second.overlap - first.overlap || a - b)
    .map(([, sentence]) => sentence)
  const best = ranked[0]
  if (best === undefined) return undefined
  const expected = expectationOf(question)
  const little = new Set(
    words(question)
      .map(word => word.text)
      .filter(word => turning.has(word)),
  )
  let span = best.text
  let bestScore = Number.NEGATIVE_INFINITY
  for (const sentence of ranked.slice(0, sentencesTried)) {
    const base = best.overlap === 0 ? 0 : (6 * sentence.overlap) / best.overlap
    const matches = matchesIn(sentence.text, asked, little, weight)
    for (const candidate of answerSpans(sentence.text, expected.heads)) {
      if (candidate.text.split(/\s+/).length > Math.max(1, maxWords) || isAsked(candidate, question, asked)) continue
      const score = base + kindScore(candidate, expected, asked) + nearness(candidate, sentence.text, matches)
      if (score > bestScore) [span, bestScore] = [candidate.text, score]
    }
  }
  const whole = new Set(sentences.flatMap(sentence => [...sentence.stems]))
  return { sentence: best.text, span, coverage: (shareHeld(asked, whole) + shareHeld(asked, best.stems)) / 2 }
}

function shareHeld(asked: ReadonlySet<string>, stems: ReadonlySet<string>): number {
  return asked.size === 0 ? 0 : [...asked].filter(one => stems.has(one)).length / asked.size
}

/** The sentences and how much of the question each holds; words that few sentences have weigh more. */
function readSentences(
  context: string,
  asked: ReadonlySet<string>,
): { readonly sentences: readonly Sentence[]; readonly weight: (stem: string) => number } {
  const texts = segments(context)
    .slice(0, maxSentences)
    .map(span => context.slice(span.start, span.end))
  const stemsOf = texts.map(text => new Set(contentStems(text)))
  const frequency = new Map<string, number>()
  for (const stems of stemsOf) for (const one of stems) frequency.set(one, (frequency.get(one) ?? 0) + 1)
  const weight = (one: string) => Math.log(1 + (texts.length + 1) / ((frequency.get(one) ?? 0) + 0.5))
  const sentences = texts.map((text, index): Sentence => {
    const stems = stemsOf[index] ?? new Set()
    // "It", "This": what the sentence before says belongs to this one, too.
    const before = /\b(?:it|its|this|that|they|their|these|he|she)\b/i.test(text) ? stemsOf[index - 1] : undefined
    let overlap = 0
    for (const one of asked) overlap += (stems.has(one) ? 1 : before?.has(one) ? 0.5 : 0) * weight(one)
    return { text, stems, overlap }
  })
  return { sentences, weight }
}

/** Little words that tell one half of a sentence from the other. */
const turning = new Set('on off at after before from into out up down again not first last only end'.split(' '))
const turningWeight = 0.5

function matchesIn(
  sentence: string,
  asked: ReadonlySet<string>,
  little: ReadonlySet<string>,
  weight: (stem: string) => number,
): Match[] {
  return words(sentence)
    .flatMap(({ text, start, end }): Match[] => {
      const one = stem(text)
      if (asked.has(one)) return [{ start, end, weight: weight(one) }]
      return little.has(text) ? [{ start, end, weight: turningWeight }] : []
    })
    .slice(0, maxMatches)
}

/** What the question says itself is no answer; a name may repeat its words, as `lock.locked()` does. */
function isAsked(span: AnswerSpan, question: string, asked: ReadonlySet<string>): boolean {
  if (span.kind === 'code') return question.includes(span.text.slice(span.text.lastIndexOf('.') + 1))
  return span.stems.every(one => asked.has(one))
}

function kindScore(span: AnswerSpan, expected: Expectation, asked: ReadonlySet<string>): number {
  let score = expected.kinds[span.kind] ?? 0
  if (expected.like?.test(span.text)) score += 1.2
  if (expected.unlike?.test(span.text)) score -= 1.5
  const known = span.stems.filter(one => asked.has(one)).length
  if (known > 0 && span.kind !== 'code') score -= 0.8
  if (span.kind === 'number' && known === 0) {
    const withUnit = /^\d[\d.,]*\s/.test(span.text)
    score += withUnit === (expected.unit === true) ? 0.4 : 0
  }
  return score
}

/** Near the words of the question, in the same clause; 0..3. */
function nearness(span: AnswerSpan, sentence: string, matches: readonly Match[]): number {
  let near = 0
  let all = 0
  for (const match of matches) {
    all += match.weight
    const [from, to] = match.start < span.start ? [match.end, span.start] : [span.end, match.start]
    if (to < from) continue
    const between = sentence.slice(from, to)
    const clauses = between.match(/[,;:—]|\b(?:while|whereas|but|unlike|although|and then)\b/g)?.length ?? 0
    near += match.weight / (1 + between.length / 25 + 1.2 * clauses)
  }
  return all === 0 ? 0 : (3 * near) / all
}
