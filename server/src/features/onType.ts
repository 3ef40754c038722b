/** What Enter brings along: the indentation below a key, and the dash of the next item. */
import type { TextEdit } from '../base/text.ts'
import { lineEnd, lineStart } from '../signature/editText.ts'
import { writingPlaceAt } from './writingPlace.ts'

/** `offset` is in the new line, which holds no text yet. */
export function afterNewLine(text: string, offset: number): readonly TextEdit[] {
  const start = lineStart(text, offset)
  const end = lineEnd(text, offset)
  if (start === 0 || text.slice(start, end).trim() !== '') return []
  const previous = lineStart(text, start - 1)
  const line = text.slice(previous, lineEnd(text, previous))
  const place = writingPlaceAt(text, previous + line.length)
  const header = /:[ \t]*[|>][-+]?[ \t]*$/.test(line)
  if (place === undefined ? !header : place.flow || place.quote !== undefined || place.at === 'prose') return []
  const indent = / */.exec(line)?.[0] ?? ''
  if (place?.at === 'item') return afterItem({ text, start, end, previous, line, indent })
  const key = /^[ -]*([\w]+):[ \t]*([|>][-+]?)?[ \t]*(?:#.*)?$/.exec(line)
  if (key === null || (key[2] === undefined && !opens(key[1] ?? '', place?.path ?? []))) return []
  const deeper = ' '.repeat(line.search(/[^ -]/) + 2)
  return put(text, start, end, key[1] === 'constraints' ? `${deeper}- ` : deeper)
}

interface NewLine {
  readonly text: string
  readonly start: number
  readonly end: number
  readonly previous: number
  readonly line: string
  readonly indent: string
}

/** The next item of a list of sentences; Enter on an empty one ends the list. */
function afterItem({ text, start, end, previous, line, indent }: NewLine): readonly TextEdit[] {
  if (/^ *- *$/.test(line)) {
    const out = indent.slice(0, Math.max(0, indent.length - 2))
    return [{ span: { start: previous, end }, text: out }]
  }
  const dash = /^ *- +/.exec(line)?.[0]
  // What stands behind a dash and has a key of its own is no sentence.
  if (dash === undefined || /^ *- +(?:[{[|>]|\w+:(?: |$))/.test(line)) return []
  return put(text, start, end, `${indent}- `)
}

function put(text: string, start: number, end: number, wanted: string): readonly TextEdit[] {
  return text.slice(start, end) === wanted ? [] : [{ span: { start, end }, text: wanted }]
}

/** Whether something stands below a key without a value. */
function opens(key: string, path: readonly (string | number)[]): boolean {
  if (path.length === 1) return sections.has(key)
  // Below a section each second key is a name, with keys of its own.
  return path.length % 2 === 0 || key === 'constraints' || key === 'fields'
}

const sections: ReadonlySet<string> = new Set(['inputs', 'outputs', 'metrics', 'examples'])
