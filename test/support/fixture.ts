/** Texts of tests with a cursor in them. */

/** Takes the mark `$0` out of a text; the offset is where it stood. */
export function extractCursor(text: string): { readonly text: string; readonly offset: number } {
  const offset = text.indexOf('$0')
  if (offset === -1) throw new Error('the text has no cursor mark $0')
  return { text: text.slice(0, offset) + text.slice(offset + 2), offset }
}
