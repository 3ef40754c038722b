/** Spans of text as UTF-16 offsets, and the way from an offset to a line and column. */

/** Half-open range of UTF-16 code units: `start` inclusive, `end` exclusive. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** Replaces `span` of the old text with `text`. */
export interface TextEdit {
  readonly span: Span
  readonly text: string
}

/** Line and column, both from 1. */
export interface LineColumn {
  readonly line: number
  readonly column: number
}

/** Start offset of each line; a line ends at LF, CRLF or a lone CR. */
export function lineStarts(text: string): readonly number[] {
  const starts = [0]
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 10 || (code === 13 && text.charCodeAt(i + 1) !== 10)) starts.push(i + 1)
  }
  return starts
}

export function lineColumnAt(starts: readonly number[], offset: number): LineColumn {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 }
}

/** The last of the spans, which are in order, that begins at or before an offset. */
export function lastSpanFrom<T extends Span>(spans: readonly T[], offset: number): T | undefined {
  let low = 0
  let high = spans.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((spans[middle]?.start ?? offset) <= offset) low = middle + 1
    else high = middle
  }
  return spans[low - 1]
}

/** Applies edits that do not overlap, in any order. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const sorted = [...edits].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end)
  let result = ''
  let at = 0
  for (const edit of sorted) {
    if (edit.span.start < at) throw new Error(`edits overlap at offset ${edit.span.start}`)
    result += text.slice(at, edit.span.start) + edit.text
    at = edit.span.end
  }
  return result + text.slice(at)
}

/** The one of `words` nearest to `word` by edit distance, if near enough to be a slip of the hand. */
export function nearest(word: string, words: Iterable<string>): string | undefined {
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(Math.max(word.length, 3) / 2.5)) + 0.5
  const lower = word.toLowerCase()
  for (const other of words) {
    if (Math.abs(other.length - word.length) >= bestDistance) continue
    const distance = editDistance(lower, other.toLowerCase())
    if (distance < bestDistance) {
      best = other
      bestDistance = distance
    }
  }
  return best
}

/** Levenshtein distance in UTF-16 code units; O(a × b) time, O(b) memory. */
export function editDistance(a: string, b: string): number {
  const row: number[] = []
  for (let j = 0; j <= b.length; j++) row.push(j)
  for (let i = 1; i <= a.length; i++) {
    const code = a.charCodeAt(i - 1)
    let diagonal = i - 1
    let left = i
    row[0] = i
    for (let j = 1; j <= b.length; j++) {
      const above = row[j] ?? 0
      const substitution = diagonal + (code === b.charCodeAt(j - 1) ? 0 : 1)
      left = Math.min(substitution, above + 1, left + 1)
      row[j] = left
      diagonal = above
    }
  }
  return row[b.length] ?? 0
}
