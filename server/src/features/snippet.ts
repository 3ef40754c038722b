/** Snippets in the editors' syntax, and the plain text they stand for. */

/** A place to fill in, with what stands there at first. */
export function stop(index: number, text = ''): string {
  return text === '' ? `$${index}` : `\${${index}:${text.replace(/[\\$}]/g, '\\$&')}}`
}

/** A place to fill in with one of several words; of one word, just that. */
export function choice(index: number, words: readonly string[]): string {
  const [only = '', ...more] = words
  if (more.length === 0) return stop(index, only)
  return `\${${index}|${words.map(word => word.replace(/[\\$},|]/g, '\\$&')).join(',')}|}`
}

export function verbatim(text: string): string {
  return text.replace(/[\\$}]/g, '\\$&')
}

/** What is inserted where the client has no snippets: the first words, the lines moved in by `indent`. */
export function plainText(snippet: string, indent: string): string {
  return snippet
    .replace(/\$\{\d+\|((?:\\.|[^\\,|])*)(?:\\.|[^\\|])*\|\}/g, '$1')
    .replace(/\$\{\d+:((?:\\.|[^\\}])*)\}/g, '$1')
    .replace(/(?<!\\)\$\d+/g, '')
    .replace(/\\([\\$},|])/g, '$1')
    .replace(/\n(?!\n|$)/g, `\n${indent}`)
}
