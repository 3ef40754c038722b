/** Types written inside `{ }` without quotes, as in `{ type: Literal["a", "b"] }`, which YAML cannot read. */
import type { Span } from '../base/text.ts'

// A value that starts with a word and a bracket; `None | list[str]` too.
const start = /:[ \t]+((?:None[ \t]*\|[ \t]*)?[A-Za-z][A-Za-z.]{0,40}\[)/g
const more = /[ \t]*\|[ \t]*[A-Za-z][A-Za-z.]{0,40}(\[?)/y

/** Where such types are; some may lie in text of another kind, so the caller keeps them only if they explain an error. */
export function findBrackets(text: string): readonly Span[] {
  const spans: Span[] = []
  start.lastIndex = 0
  for (let match = start.exec(text); match !== null; match = start.exec(text)) {
    const from = match.index + match[0].length - (match[1]?.length ?? 0)
    const to = typeEnd(text, start.lastIndex)
    if (to === undefined) continue
    spans.push({ start: from, end: to })
    start.lastIndex = to
  }
  return spans
}

/** The text with letters in place of the spans. */
export function mask(text: string, spans: readonly Span[]): string {
  let result = ''
  let at = 0
  for (const span of spans) {
    result += text.slice(at, span.start) + 'x'.repeat(span.end - span.start)
    at = span.end
  }
  return result + text.slice(at)
}

/** From behind the first bracket to the end of the type, on the same line. */
function typeEnd(text: string, at: number): number | undefined {
  let end = bracketEnd(text, at)
  while (end !== undefined) {
    more.lastIndex = end
    const match = more.exec(text)
    if (match === null) return end
    end = match[1] === '[' ? bracketEnd(text, more.lastIndex) : more.lastIndex
  }
  return undefined
}

// Bounds the search, which starts anew at every candidate.
const maxTypeLength = 4096

function bracketEnd(text: string, from: number): number | undefined {
  let depth = 1
  let quote: string | undefined
  for (let at = from; at < Math.min(text.length, from + maxTypeLength); at++) {
    const char = text[at]
    if (char === '\n') return undefined
    if (quote !== undefined) {
      if (char === quote) quote = undefined
    } else if (char === '"' || char === "'") quote = char
    else if (char === '[') depth++
    else if (char === ']' && --depth === 0) return at + 1
  }
  return undefined
}
