/** Answers a question from a context: the sentence that fits best, and the shortest span in it that answers. */
import { type AnswerSpan, answerSpans, type SpanKind } from './spans.ts'
import { contentStems, segments, stem, words } from './words.ts'

export interface Found {
  readonly sentence: string
  /** Shortest span that answers, in the words of the context. */
  readonly span: string
  /** Share of the question's weight that the sentence covers, in 0..1. */
  readonly coverage: number
}

interface Sentence {
  readonly text: string
  readonly stems: ReadonlySet<string>
  readonly overlap: number
}

const maxSentences = 1500
const sentencesTried = 4

export function answerQuestion(context: string, wholeQuestion: string, maxWords: number): Found | undefined {
  const question = wholeQuestion.slice(0, 1000)
  const asked = [...new Set(contentStems(question))]
  const spans = segments(context).slice(0, maxSentences)
  const stemsOf = spans.map(span => new Set(contentStems(context.slice(span.start, span.end))))
  const frequency = new Map<string, number>()
  for (const stems of stemsOf) for (const one of stems) frequency.set(one, (frequency.get(one) ?? 0) + 1)
  const weight = (one: string) => Math.log(1 + (spans.length + 1) / ((frequency.get(one) ?? 0) + 0.5))
  const total = asked.reduce((sum, one) => sum + weight(one), 0)
  const sentences = spans.map((span, index): Sentence => {
    const text = context.slice(span.start, span.end)
    const stems = stemsOf[index] ?? new Set()
    // "It", "This": what the sentence before says belongs to this one, too.
    const before = /^(?:it|its|this|that|they|these|he|she)\b/i.test(text) ? stemsOf[index - 1] : undefined
    const overlap = asked.reduce((sum, one) => sum + (stems.has(one) ? 1 : before?.has(one) ? 0.6 : 0) * weight(one), 0)
    return { text, stems, overlap }
  })
  const ranked = [...sentences.entries()]
    .sort(([a, first], [b, second]) => second.overlap - first.overlap || a - b)
    .map(([, sentence]) => sentence)
  const best = ranked[0]
  if (best === undefined) return undefined
  const expected = expectation(question)
  const inQuestion = new Set(contentStems(question))
  let span = best.text
  let bestScore = Number.NEGATIVE_INFINITY
  for (const sentence of ranked.slice(0, sentencesTried)) {
    const base = best.overlap === 0 ? 0 : (6 * sentence.overlap) / best.overlap
    const matches = words(sentence.text)
      .filter(word => inQuestion.has(stem(word.text)))
      .slice(0, 20)
    for (const candidate of answerSpans(sentence.text)) {
      if (words(candidate.text).length > Math.max(1, maxWords)) continue
      const score = base + spanScore(candidate, sentence.text, expected, inQuestion, matches, weight)
      if (score > bestScore) [span, bestScore] = [candidate.text, score]
    }
  }
  return { sentence: best.text, span, coverage: total === 0 ? 0 : best.overlap / total }
}

type Expectation = Readonly<Partial<Record<SpanKind, number>>> & { readonly like?: RegExp; readonly unit?: boolean }

const codeNouns =
  /\b(?:function|method|class|exception|error|argument|parameter|keyword|module|decorator|command|variable|attribute|flag|option|object|primitive|coroutine|package|library|header|property|operator|statement|setting|constant|call|type|tool|helper|context manager|api)\b/i

/** What kind of span the question asks for. */
function expectation(question: string): Expectation {
  const asks = question.toLowerCase()
  if (
    /\bhow (?:many|much|long|often|far|old|big|large|tall|high|fast|deep|wide)\b|\bwhat (?:number|percentage|share|size|age|port|price|default (?:limit|size|timeout|number|value|delay))\b/.test(
      asks,
    )
  )
    return { number: 3.5, unit: /\bhow (?:long|much|far|big|old|tall|high|fast)\b/.test(asks) }
  if (/\b(?:which|what) (?:[\p{L}]+ )?version\b|\bsince which\b/u.test(asks)) return { number: 3.5, unit: true }
  if (/^\s*when\b|\b(?:what|which) (?:date|day|year|month|time)\b/.test(asks))
    return { date: 3.5, number: 2, chunk: 0.3 }
  if (/\bwho\b|\bwhom\b|\bwhose\b/.test(asks)) return { name: 3 }
  const head = headNoun(asks)
  if (/exception|error/.test(head)) return { code: 3, like: /(?:Error|Exception|Exit|Interrupt|Group)s?$/ }
  if (/function|method|coroutine|call|helper/.test(head)) return { code: 3, like: /\)$/ }
  if (/class|object|primitive|type|context manager/.test(head))
    return { code: 2.5, like: /(?:^|\.)\p{Lu}\p{L}*$/u, chunk: 0.5 }
  if (/argument|parameter|keyword|option|flag|attribute|variable|setting/.test(head))
    return { code: 3, like: /^[^().]+(?:=\w+)?$/ }
  if (codeNouns.test(head)) return { code: 2.5 }
  if (/^\s*where\b|\b(?:city|country|place|company|person|town)\b/.test(asks)) return { name: 2, chunk: 1 }
  return { code: 1, chunk: 0.9, quote: 1, name: 0.6, number: 0.2 }
}

/** The words right behind "which" or "what", up to the verb. */
function headNoun(asks: string): string {
  const match = /\b(?:which|what)\s((?:[\p{L}'-]+\s?){1,4})/u.exec(asks)
  const phrase = match?.[1] ?? ''
  return (
    phrase.split(/\b(?:is|are|was|were|do|does|did|can|should|must|has|have|will|would|you|to|for|of|in)\b/)[0] ?? ''
  )
}

function spanScore(
  span: AnswerSpan,
  sentence: string,
  expected: Expectation,
  asked: ReadonlySet<string>,
  matches: readonly { readonly text: string; readonly start: number; readonly end: number }[],
  weight: (stem: string) => number,
): number {
  const fresh = span.stems.filter(one => !asked.has(one)).length
  if (fresh === 0) return Number.NEGATIVE_INFINITY
  let score = (expected[span.kind] ?? 0) + (expected.like?.test(span.text) ? 1.2 : 0)
  if (fresh < span.stems.length && span.kind !== 'code') score -= 0.8
  if (span.kind === 'number') {
    const worded = words(span.text).length > 1 && /^\d[\d.,]*\s/.test(span.text)
    score += worded === (expected.unit === true) ? 0.4 : 0
    if (span.stems.length > 1 && fresh < span.stems.length) score -= 0.5
  }
  // Near the words of the question, in the same clause.
  let near = 0
  let all = 0
  for (const match of matches) {
    const one = weight(stem(match.text))
    all += one
    const [from, to] = match.start < span.start ? [match.end, span.start] : [span.end, match.start]
    if (to <= from) continue
    const between = sentence.slice(from, to)
    const clauses = between.match(/[,;:—]|\b(?:while|whereas|but|unlike|although)\b/g)?.length ?? 0
    near += one / (1 + between.length / 25 + 1.2 * clauses)
  }
  return score + (all === 0 ? 0 : (3 * near) / all)
}
