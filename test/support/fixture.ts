/** Texts with marks in them: `$0` is the cursor. */

/** The text without its mark, and where that stood; two marks are a selection. */
export function extractCursor(marked: string): {
  readonly text: string
  readonly offset: number
  readonly end: number
} {
  const [before = '', selected, after] = marked.split('$0')
  if (selected === undefined) throw new Error('the text has no $0')
  const offset = before.length
  return after === undefined
    ? { text: before + selected, offset, end: offset }
    : { text: before + selected + after, offset, end: offset + selected.length }
}
