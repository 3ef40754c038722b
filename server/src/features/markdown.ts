/** Markdown made of text that others wrote: shown as it is, on one line, never as links, markup or commands. */
import { canonicalJson } from '../base/json.ts'

/** Text of a file or a model, for a paragraph, a list or a table; cut to `most` characters. */
export function escaped(text: string, most = 300): string {
  return oneLine(text, most)
    .replace(/[\\`*_{}[\]<>#|~&!$@^]/g, '\\$&')
    .replace(/:(?=\/\/)|\.(?<=www\.)/gi, '\\$&')
    .replace(/^([-+=]|\d+(?=[.)]))/, match => (/\d/.test(match) ? `${match}\\` : `\\${match}`))
}

/** Text as code, whatever back-quotes it holds. Not for tables: a bar would end the cell. */
export function code(text: string, most = 300): string {
  const line = oneLine(text, most)
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  const gap = line === '' || line.startsWith('`') || line.endsWith('`') ? ' ' : ''
  return `${fence}${gap}${line}${gap}${fence}`
}

/** A value of an example or a reply: text as it is, anything else as JSON. */
export function codeOfValue(value: unknown, most = 80): string {
  const text = typeof value === 'string' ? value : canonicalJson(value)
  return code(text, most)
}

/** Rows of cells that are Markdown already. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n')
}

/** White space, control characters and those that turn the direction of text become single spaces. */
function oneLine(text: string, most: number): string {
  // Far more than is shown, so that a long text costs little.
  const line = text
    .slice(0, 4 * most)
    .replace(/[\s\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+/gu, ' ')
    .trim()
  return line.length <= most ? line : `${line.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`
}
