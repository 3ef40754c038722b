/** Short spans of a sentence that could be an answer: code, names, numbers, dates, noun chunks. */
import type { Span } from '../../base/text.ts'
import { findDates } from './dates.ts'
import { contentStems, isContentWord, stem, words } from './words.ts'

export type SpanKind = 'code' | 'number' | 'date' | 'name' | 'quote' | 'chunk' | 'apposed'

export interface AnswerSpan extends Span {
  readonly kind: SpanKind
  readonly text: string
  readonly stems: readonly string[]
}

interface Token extends Span {
  readonly text: string
  /** Punctuation or the end follows, so that a chunk cannot go on. */
  readonly closes: boolean
}

const maxSentenceChars = 2000
const maxTokens = 400
const maxChunkTokens = 4

/** `heads` are stems of the noun asked for: in "the timeout argument" the word before it may be the answer. */
export function answerSpans(whole: string, heads: ReadonlySet<string>): AnswerSpan[] {
  const sentence = whole.slice(0, maxSentenceChars)
  const tokens = tokenise(sentence).slice(0, maxTokens)
  const spans: AnswerSpan[] = []
  const add = (kind: SpanKind, start: number, end: number) => {
    const text = sentence.slice(start, end)
    // Number words are stop words elsewhere, but not as an answer.
    const stems = kind === 'number' ? words(text).map(word => stem(word.text)) : contentStems(text)
    spans.push({ kind, start, end, text, stems })
  }
  for (const date of findDates(sentence)) add('date', date.start, date.end)
  for (const match of sentence.matchAll(/"([^"\n]{1,80})"|“([^”\n]{1,80})”|`([^`\n]{1,80})`/g))
    add(match[3] === undefined ? 'quote' : 'code', match.index + 1, match.index + match[0].length - 1)
  tokens.forEach((token, index) => {
    const next = tokens[index + 1]
    const previous = tokens[index - 1]
    const numbered = next !== undefined && !token.closes && /^\d/.test(next.text) && /^\p{L}+$/u.test(token.text)
    if (isCode(token.text) && !numbered) add('code', token.start, token.end)
    if (
      next !== undefined &&
      !token.closes &&
      heads.has(stem(next.text.toLowerCase())) &&
      (isContentWord(token.text.toLowerCase()) || isNumberWord(token.text))
    )
      add('apposed', token.start, token.end)
    if (/^\p{Sc}?\d/u.test(token.text)) {
      add('number', token.start, token.end)
      if (
        next !== undefined &&
        !token.closes &&
        /^[\p{L}%°]+$/u.test(next.text) &&
        isContentWord(next.text.toLowerCase())
      )
        add('number', token.start, next.end)
      if (previous !== undefined && !previous.closes && /^\p{Lu}[\p{L}]+$/u.test(previous.text))
        for (const kind of ['number', 'name'] as const) add(kind, previous.start, token.end)
    } else if (isNumberWord(token.text)) {
      add('number', token.start, token.end)
      if (next !== undefined && !token.closes && isContentWord(next.text.toLowerCase()))
        add('number', token.start, next.end)
    }
  })
  addRuns(
    tokens,
    token => /^\p{Lu}/u.test(token.text) && token.start > 0,
    (start, end) => add('name', start, end),
  )
  addRuns(tokens, isChunkWord, (start, end) => add('chunk', start, end))
  return spans
}

/** Runs of tokens that pass; long ones are cut to their last words. */
function addRuns(
  tokens: readonly Token[],
  passes: (token: Token) => boolean,
  add: (start: number, end: number) => void,
): void {
  let run: Token[] = []
  const close = () => {
    const first = run[Math.max(0, run.length - maxChunkTokens)]
    const last = run.at(-1)
    if (first !== undefined && last !== undefined) add(first.start, last.end)
    run = []
  }
  for (const token of tokens) {
    if (!passes(token)) {
      close()
      continue
    }
    run.push(token)
    if (token.closes) close()
  }
  close()
}

/** White-space tokens without the punctuation around them; `()` and dots inside stay. */
function tokenise(sentence: string): Token[] {
  return [...sentence.matchAll(/\S+/g)].flatMap(match => {
    const raw = match[0]
    let from = 0
    let to = raw.length
    while (from < to && '"\'`“‘([{<*'.includes(raw.charAt(from))) from++
    while (to > from && '"\'`”’.,;:!?)]}>*'.includes(raw.charAt(to - 1))) {
      // A call keeps its brackets.
      if (raw[to - 1] === ')' && raw.slice(from, to).includes('(')) break
      if (raw[to - 1] === ']' && raw.slice(from, to).includes('[')) break
      to--
    }
    if (to === from) return []
    const start = match.index + from
    const behind = raw.slice(to)
    return [{ start, end: match.index + to, text: raw.slice(from, to), closes: /[.,;:!?)]/.test(behind) }]
  })
}

function isCode(token: string): boolean {
  if (token.length > 80) return false
  return (
    /[\p{L}\p{N}]\(.*\)$|[\p{L}\p{N}]_[\p{L}\p{N}]|^__?\p{L}|::|[\p{L}]\.[\p{L}_]{2,}|^--?\p{L}/u.test(token) ||
    /\p{Ll}\p{Lu}|^\p{Lu}\p{Ll}+\p{Lu}|^\p{Lu}{2,}\p{Ll}{2,}|^[\p{Lu}\p{N}_]*\p{Lu}[\p{Lu}\p{N}_]+$/u.test(token) ||
    /[\p{L}\p{N}_]=[\p{L}\p{N}"'_]/u.test(token)
  )
}

const numberWords = new Set(
  'zero one two three four five six seven eight nine ten eleven twelve twenty thirty hundred thousand'.split(' '),
)

function isNumberWord(token: string): boolean {
  return numberWords.has(token.toLowerCase())
}

/** Common verbs end a noun chunk; compared as stems. */
const verbs = new Set(
  `hand return raise run start stop wait schedule call block cancel allow require provide produce create work make accept
  support hold happen appear become remain mean follow open close read write send receive finish end begin turn set
  add remove replace show hide lead prevent keep let need help include contain offer cause affect apply live lie stand
  belong depend expect consist pass take carry handle wrap convert launch release acquire deprecate introduce catch
  deliver process complete exit enter yield switch execute ignore report propagate arrive ship cost measure weigh found
  invent discover win lose sell buy pay charge visit meet grow rise fall locate situate name rely trigger attach
  register resume pause suspend collect gather join invoke`
    .split(/\s+/)
    .map(stem),
)

function isChunkWord(token: Token): boolean {
  const word = token.text.toLowerCase()
  return isContentWord(word) && !verbs.has(stem(word)) && !word.endsWith('ly')
}
