/** The terminal: where text goes, what it may hold, and how it is laid out in 80 columns. */
import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

export interface Terminal {
  /** Standard output; a line feed is added. */
  print(text: string): void
  /** Standard error, silent with `--quiet`. */
  tell(text: string): void
  /** What went wrong, on standard error: wrapped for a person, on one line for a log. */
  complain(message: string): void
  /** Colours only where standard output is a terminal and NO_COLOR is not set. */
  style(style: Style, text: string): string
  /** Columns of standard output, 40..120; 80 where it is no terminal. */
  readonly columns: number
  /** Rows of standard output; 24 where it is no terminal. */
  readonly rows: number
  /** A person can see progress and answer questions. */
  readonly interactive: boolean
  readonly quiet: boolean
}

export function createTerminal(quiet: boolean): Terminal {
  return {
    print: text => void process.stdout.write(`${withoutControls(text)}\n`),
    tell: text => void (quiet || process.stderr.write(`${withoutControls(text)}\n`)),
    complain(message) {
      const label = styleText('red', 'error:', { stream: process.stderr })
      const text = process.stderr.isTTY ? wrap(message, process.stderr.columns ?? 80, 7) : printable(message)
      process.stderr.write(`${label} ${text}\n`)
    },
    style: (style, text) => styleText(style, text, { stream: process.stdout }),
    get columns() {
      return Math.min(120, Math.max(40, process.stdout.columns ?? 80))
    },
    get rows() {
      return process.stdout.rows ?? 24
    },
    interactive: Boolean(process.stdin.isTTY && process.stdout.isTTY && process.stderr.isTTY),
    quiet,
  }
}

/** Select Graphic Rendition, ECMA-48. */
const colour = new RegExp(`(${String.fromCharCode(27)}\\[[0-9;]*m)`)

/** The last line of defence: of all control sequences only colours reach the terminal. */
function withoutControls(text: string): string {
  return text
    .split(colour)
    .map((part, at) => (at % 2 === 1 ? part : printable(part)))
    .join('')
}

/** Text from files and models made safe to print: control and direction characters become visible. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}]/gu, visible)
}

function visible(character: string): string {
  if (character === '\n' || character === '\t') return character
  return character === '\r' ? '' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** One printable line of at most `width` columns, cut with an ellipsis. */
export function line(text: string, width: number): string {
  const flat = printable(text).replace(/\s+/g, ' ').trim()
  return columnsOf(flat) <= width ? flat : `${cut(flat, width - 1)}…`
}

function lineEnd(text: string, width: number): string {
  const flat = printable(text)
  return columnsOf(flat) <= width ? flat : `…${[...flat].slice(-(width - 1)).join('')}`
}

function cut(text: string, width: number): string {
  let used = 0
  let result = ''
  for (const character of text) {
    used += columnsOf(character)
    if (used > width) break
    result += character
  }
  return result
}

/** Columns a text takes: 2 for East Asian wide characters and emoji, 0 for combining marks. */
export function columnsOf(text: string): number {
  let columns = 0
  for (const character of text) {
    if (/\p{Mark}/u.test(character)) continue
    columns +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
        character,
      )
        ? 2
        : 1
  }
  return columns
}

/** Text that starts `indent` columns into a line and goes on in lines of the same indent, all within `width`. */
export function wrap(text: string, width: number, indent = 0): string {
  const room = Math.max(16, width - indent)
  const lines: string[] = []
  let current = ''
  for (const word of printable(text).split(/\s+/)) {
    if (current !== '' && columnsOf(current) + 1 + columnsOf(word) > room) {
      lines.push(current)
      current = word
    } else current = current === '' ? word : `${current} ${word}`
  }
  return [...lines, current].join(`\n${' '.repeat(indent)}`)
}

/** An item of a list, wrapped. */
export function bullet(text: string, width: number): string {
  return `  • ${wrap(text, width, 4)}`
}

/** A skill as people call it: its folder, or the file where that has a name of its own. */
export function skillName(path: string): string {
  return printable(path.replace(/(?<=.)\/signature\.yaml$/, ''))
}

export interface Column {
  readonly title: string
  readonly align?: 'right'
  /** Takes what width is left, at least its title's; other columns are as wide as their widest cell. */
  readonly fill?: boolean
  /** Where a cell is too long: its end is kept, as the end of a path tells more than its start. */
  readonly keepEnd?: boolean
}

/** A table that fits `width` columns; cells are made printable and cut to fit. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string {
  const gap = 2
  const widest = columns.map((column, at) =>
    Math.max(columnsOf(column.title), ...rows.map(row => columnsOf(line(row[at] ?? '', 1000)))),
  )
  const fixed = widest.reduce((sum, size, at) => (columns[at]?.fill ? sum : sum + size), 0)
  const fills = columns.filter(column => column.fill).length
  const left = Math.max(0, width - fixed - gap * (columns.length - 1))
  const sizes = widest.map((size, at) =>
    columns[at]?.fill ? Math.min(size, Math.max(8, Math.floor(left / fills))) : size,
  )
  const layOut = (cells: readonly string[]) =>
    cells
      .map((cell, at) => {
        const size = sizes[at] ?? 0
        const text = columns[at]?.keepEnd ? lineEnd(cell, size) : line(cell, size)
        const pad = ' '.repeat(Math.max(0, size - columnsOf(text)))
        return columns[at]?.align === 'right' ? pad + text : text + pad
      })
      .join(' '.repeat(gap))
      .trimEnd()
  return [layOut(columns.map(column => column.title)), ...rows.map(layOut)].join('\n')
}

export function score(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : value.toFixed(2)
}
