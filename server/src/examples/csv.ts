/** A CSV file: a header with the names of the fields, then one example per record; cells are read as their field's type. */
import { CsvError, parse } from 'csv-parse'
import type { LineColumn } from '../base/text.ts'
import type { Signature } from '../signature/signature.ts'
import { maxExampleLength } from './jsonExample.ts'
import { positionIn } from './position.ts'
import type { Reading } from './reading.ts'
import type { TextReader } from './textReader.ts'

interface RawRecord {
  readonly record: readonly string[]
  readonly raw: string
}

export function readCsv(reading: Reading, signature: Signature): TextReader {
  const texts = new Set(
    [...signature.inputs, ...signature.outputs].filter(field => field.type.kind === 'str').map(field => field.name),
  )
  let going = true
  let header: readonly string[] | undefined
  let failed: Error | undefined
  /** Half of a surrogate pair, which must not reach the parser alone. */
  let half = ''
  /** Line on which the next record starts. */
  let line = 1

  function takeRecord(cells: readonly string[], raw: string) {
    // Blank lines before a record are in front of its text.
    const blank = /^[\r\n]*/.exec(raw)?.[0].length ?? 0
    line += breaksIn(raw.slice(0, blank))
    const text = raw.slice(blank)
    const start = { line, column: 1 }
    line += breaksIn(text)
    if (!going) return
    if (header === undefined) {
      header = cells.map(cell => cell.trim())
      going = checkHeader(reading, header, text, start)
    } else if (cells.length !== header.length) {
      const message = `it has ${cells.length} cells where the header has ${header.length}`
      reading.broken('csv-cells', message, positionIn(text, start, cellStart(text, header.length)))
    } else going = reading.add(exampleOf(header, cells, texts), whereOf(header, text, start))
  }

  const parser = parse({
    raw: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: maxExampleLength,
    on_record(item: unknown) {
      // With `raw` it is more than the library's types say.
      const { record, raw } = item as RawRecord
      takeRecord(record, raw)
      return null
    },
  })
  parser.on('error', error => {
    failed = error
  })
  parser.resume()

  function reportFailure(error: Error) {
    if (!going) return
    going = false
    const code = error instanceof CsvError ? error.code : ''
    const message = messages[code] ?? `invalid CSV, ${error.message}`
    reading.broken('csv-syntax', message, { line, column: 1 })
  }

  return {
    async feed(chunk) {
      const text = half + chunk
      const whole = text.replace(/[\ud800-\udbff]$/, '')
      half = text.slice(whole.length)
      await new Promise<void>(resolve => parser.write(whole, () => resolve()))
      if (failed !== undefined) reportFailure(failed)
      if (!going) parser.destroy()
      return going
    },
    async end() {
      if (!going) return
      await new Promise<void>(resolve => {
        parser.once('close', resolve)
        parser.end()
      })
      if (failed !== undefined) reportFailure(failed)
    },
  }
}

const messages: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'invalid CSV, a quote is opened in this record and never closed',
  CSV_INVALID_CLOSING_QUOTE: 'invalid CSV, a quote inside a quoted cell must be doubled ("")',
  INVALID_OPENING_QUOTE: 'invalid CSV, a cell that holds a quote must be quoted as a whole, its quotes doubled ("")',
  CSV_MAX_RECORD_SIZE: 'it is longer than 1 MiB: was a quote left open?',
}

const maxColumns = 1000

function checkHeader(reading: Reading, header: readonly string[], text: string, start: LineColumn): boolean {
  const only = header.length === 1 ? /[;\t]/.exec(header[0] ?? '')?.[0] : undefined
  if (only !== undefined) {
    const message = `cells must be separated by commas, not ${only === ';' ? 'semicolons' : 'tabs'}`
    reading.error('csv-header', message, start)
    return false
  }
  if (header.length > maxColumns) {
    reading.error('csv-header', `there are ${header.length} columns, more than ${maxColumns}`, start)
    return false
  }
  const repeated = header.findIndex((name, index) => header.indexOf(name) !== index)
  if (repeated === -1) return reading.header(header, whereOf(header, text, start))
  const message = `the column '${(header[repeated] ?? '').slice(0, 60)}' is there twice`
  reading.error('csv-header', message, positionIn(text, start, cellStart(text, repeated)))
  return false
}

/** An empty cell is an empty text where text is meant, and no value elsewhere. */
function exampleOf(header: readonly string[], cells: readonly string[], texts: ReadonlySet<string>) {
  return Object.fromEntries(
    header.map((name, index) => [name, cells[index] === '' && !texts.has(name) ? null : cells[index]]),
  )
}

function whereOf(header: readonly string[], text: string, start: LineColumn) {
  const cellAt = (key: string) => positionIn(text, start, cellStart(text, header.indexOf(key)))
  return { start, keyAt: cellAt, valueAt: cellAt }
}

/** Offset of the cell with this index in the text of its record. */
function cellStart(text: string, index: number): number {
  let quoted = false
  let left = index
  for (let at = 0; at < text.length; at++) {
    if (left <= 0) return at
    if (text[at] === '"') quoted = !quoted
    else if (text[at] === ',' && !quoted) left--
  }
  return left <= 0 ? text.length : 0
}

function breaksIn(text: string): number {
  return text.match(/\r\n?|\n/g)?.length ?? 0
}
