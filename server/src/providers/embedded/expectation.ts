/** What kind of span a question asks for: a number, a name, a function, an exception. */
import type { SpanKind } from './spans.ts'
import { stem, words } from './words.ts'

export interface Expectation {
  /** What a span of each kind is worth. */
  readonly kinds: Readonly<Partial<Record<SpanKind, number>>>
  readonly like?: RegExp
  readonly unlike?: RegExp
  /** Whether a number should come with the word behind it. */
  readonly unit?: boolean
  /** Stems of the noun asked for, such as that of "argument" in "Which argument …", and of the word behind it. */
  readonly heads: ReadonlySet<string>
}

const quantity =
  /\bhow (?:many|much|long|often|far|old|big|large|tall|high|fast|deep|wide)\b|\b(?:what|which) (?:number|percentage|share|size|age|port|price|delay|limit)\b/
const codeNoun = /module|decorator|command|package|library|header|property|operator|statement|tool|api/
const anyKind: Expectation['kinds'] = { code: 1, chunk: 0.9, quote: 1, name: 0.6, number: 0.2, apposed: 1.5 }

export function expectationOf(question: string): Expectation {
  const asks = question.toLowerCase()
  const noun = askedNoun(asks)
  const heads = new Set(words(noun).map(word => stem(word.text)))
  if (quantity.test(asks))
    return { kinds: { number: 3.5 }, unit: /\bhow (?:long|much|far|big|old|tall|high|fast)\b/.test(asks), heads }
  if (/version/.test(noun)) return { kinds: { number: 3.5 }, unit: false, heads }
  if (/^\s*when\b/.test(asks) || /\b(?:date|day|year|month|time)\b/.test(noun))
    return { kinds: { date: 3.5, number: 2, chunk: 0.3 }, heads }
  if (/\b(?:who|whom|whose)\b/.test(asks)) return { kinds: { name: 3 }, heads }
  if (/exception|error|warning/.test(noun))
    return {
      kinds: { code: 3 },
      like: /(?:Error|Exception|Warning|Exit|Interrupt)s?$/,
      unlike: /\)$|^[^\p{Lu}]/u,
      heads,
    }
  if (/function|method|call|helper/.test(noun)) return { kinds: { code: 3 }, like: /\)$/, heads }
  if (/class|object|type|manager/.test(noun))
    return { kinds: { code: 2.5, chunk: 0.5 }, like: /(?:^|\.)\p{Lu}\p{L}*$/u, unlike: /\)$/, heads }
  if (/argument|parameter|keyword|option|flag|attribute|variable|setting|constant/.test(noun))
    return { kinds: { code: 2.2, apposed: 3, chunk: 0.8 }, like: /^[^().]+(?:=\w+)?$/, unlike: /\)$/, heads }
  if (codeNoun.test(noun)) return { kinds: { code: 2.5, apposed: 1.5, name: 1.5, chunk: 1.2 }, heads }
  if (/^\s*where\b/.test(asks) || /city|country|place|company|person|town|language/.test(noun))
    return { kinds: { name: 2, chunk: 1 }, heads }
  return { kinds: anyKind, heads }
}

/** The words right behind "which" or "what", up to the verb. */
function askedNoun(asks: string): string {
  const match = /\b(?:which|what)\s(?:(?:kind|type|sort) of )?((?:[\p{L}'-]{1,30}\s?){1,4})/u.exec(asks)
  const verb = /\b(?:is|are|was|were|do|does|did|can|should|must|has|have|will|would|you|to|for|of|in)\b/
  return match?.[1]?.split(verb)[0]?.trim().split(/\s+/).slice(0, nounWords).join(' ') ?? ''
}

/** The noun asked for is the first word or the second. */
const nounWords = 2
