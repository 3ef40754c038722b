/** Writes text as a YAML scalar that every YAML parser reads back as the same text. */

/** How a scalar stands in its file. */
export interface ScalarPlace {
  /** Inside `{ }` or `[ ]`, where brackets and commas end a plain scalar. */
  readonly flow: boolean
  /** Columns that the lines of a block scalar are indented. */
  readonly indent: number
  readonly lineBreak: '\n' | '\r\n'
}

export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal' | 'folded'

/** The text in the wanted style if that can hold it, else in the nearest one that can. */
export function scalarText(text: string, style: ScalarStyle, place: ScalarPlace): string {
  switch (style) {
    case 'literal':
    case 'folded':
      if (!place.flow && canBlock(text)) return blockScalar(text, place)
      break
    case 'plain':
      if (canPlain(text, place.flow)) return text
      if (!place.flow && text.includes('\n') && canBlock(text)) return blockScalar(text, place)
      break
    case 'single':
      if (canSingle(text)) return `'${text.replaceAll("'", "''")}'`
      break
    case 'double':
      break
  }
  return style === 'plain' && canSingle(text) && text.includes('"') && !text.includes("'")
    ? `'${text}'`
    : doubleQuoted(text)
}

/** Whether a block scalar can hold the text: the ends of its lines and its first line must be visible. */
export function canBlock(text: string): boolean {
  return text.trim() !== '' && !/^\s|\s$/.test(text.replace(/\n$/, '')) && !hasControl(text.replaceAll('\n', ''))
}

/** Whether folding gives the text back: lines that start or end with blanks are not folded. */
export function canFold(text: string): boolean {
  return canBlock(text) && !/\n[ \t]|[ \t]\n/.test(text)
}

/** The lines of a folded scalar, broken at single blanks after at most about `width` characters. */
export function foldedLines(text: string, width: number): readonly string[] {
  const paragraphs = text.split('\n').map(line => {
    const lines: string[] = []
    let current = ''
    for (const word of line.split(/(?<=\S) (?=\S)/)) {
      if (current === '') current = word
      else if (current.length + 1 + word.length <= width) current += ` ${word}`
      else {
        lines.push(current)
        current = word
      }
    }
    return [...lines, current]
  })
  // A line break in the text is a blank line in the file.
  return paragraphs.flatMap((lines, index) => (index === 0 || lines.join('') === '' ? lines : ['', ...lines]))
}

function blockScalar(text: string, place: ScalarPlace): string {
  const pad = ' '.repeat(place.indent)
  const lines = text.replace(/\n$/, '').split('\n')
  const header = text.endsWith('\n') ? '|' : '|-'
  return [header, ...lines.map(line => (line === '' ? '' : pad + line))].join(place.lineBreak)
}

const numberLike = /^[-+]?(?:\.?\d|\.inf|\.Inf|\.INF|0[xo])|^\.nan$|^\.NaN$|^\.NAN$/
// YAML 1.1 reads more words as booleans than 1.2; quoting them keeps both right.
const wordLike = /^(?:~|null|true|false|yes|no|on|off|y|n|\.\.\.|---|<<|=)$/i
const startsWithIndicator = /^[-?:,[\]{}#&*!|>'"%@`\s]/
const flowIndicator = /[,[\]{}]/

function canPlain(text: string, flow: boolean): boolean {
  if (text === '' || text.includes('\n') || hasControl(text) || text !== text.trim()) return false
  // A dash, question mark or colon may start plain text when no blank follows.
  if (startsWithIndicator.test(text) && !/^[-?:][^\s,[\]{}:]/.test(text)) return false
  if (numberLike.test(text) || wordLike.test(text) || /^(?:---|\.\.\.)/.test(text)) return false
  if (/:(?:\s|$)|\s#/.test(text)) return false
  return !flow || !(flowIndicator.test(text) || /[:?]/.test(text))
}

function canSingle(text: string): boolean {
  return !text.includes('\n') && !hasControl(text)
}

/** What double quotes must escape: everything that is not printable, and what would not survive a file. */
function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (mustEscape(text, i)) return true
  return false
}

function mustEscape(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  if (code < 0x20) return code !== 0x09
  if (code < 0x7f) return false
  if (code <= 0xa0 || code === 0x2028 || code === 0x2029 || code === 0xfeff || code >= 0xfffe) return true
  return code >= 0xd800 && code <= 0xdfff && !isPaired(text, at, code)
}

function isPaired(text: string, at: number, code: number): boolean {
  const other = text.charCodeAt(code < 0xdc00 ? at + 1 : at - 1)
  return code < 0xdc00 ? other >= 0xdc00 && other <= 0xdfff : other >= 0xd800 && other <= 0xdbff
}

function doubleQuoted(text: string): string {
  let result = '"'
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? ''
    if (char === '"' || char === '\\') result += `\\${char}`
    else if (char === '\n') result += '\\n'
    else if (char === '\t') result += '\\t'
    else if (mustEscape(text, i)) result += `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
    else result += char
  }
  return `${result}"`
}
