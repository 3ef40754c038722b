/** A JSON file: one list of examples, or an object that holds it as `examples`; cut into its elements as the text comes. */
import type { LineColumn } from '../base/text.ts'
import { maxExampleLength, readJsonExample, reportTooLong } from './jsonExample.ts'
import { jsonErrorIn } from './jsonText.ts'
import { positionIn } from './position.ts'
import type { Reading } from './reading.ts'
import type { TextReader } from './textReader.ts'

/** What may come next, outside of values. */
type Place =
  | 'root'
  | 'firstKey'
  | 'key'
  | 'colon'
  | 'member'
  | 'afterMember'
  | 'firstElement'
  | 'element'
  | 'afterElement'
  | 'end'

/** What a value that is being cut out is for. */
type Purpose = 'key' | 'other' | 'element'

export function readJson(reading: Reading): TextReader {
  let place: Place = 'root'
  let going = true
  let inObject = false
  let found = false
  let isList = false
  // Position of the character at hand: the line, and the offset at which it starts, counted over all chunks.
  let line = 1
  let lineStart = 0
  let offset = 0
  let value: Value | undefined

  function stop(message: string, at: LineColumn) {
    reading.error('json-syntax', message, at)
    going = false
  }

  /** What never ended swallowed the rest: its own first error says where it went wrong. */
  function breakOff({ purpose, text, start }: Value) {
    const error = jsonErrorIn(text())
    const position = error === undefined || error.early ? start : positionIn(text(), start, error.offset)
    const message = `invalid JSON, ${error?.message ?? 'it is not closed'}`
    if (purpose === 'element') reading.broken('json-syntax', message, position)
    else reading.error('json-syntax', message, position)
    going = false
  }

  function finishValue({ purpose, text, length, start }: Value) {
    value = undefined
    if (purpose === 'element') {
      place = 'afterElement'
      if (length > maxExampleLength) reportTooLong(reading, start)
      else going = readJsonExample(reading, text(), start)
    } else if (purpose === 'key') {
      place = 'colon'
      isList = text() === '"examples"'
    } else place = 'afterMember'
  }

  function structure(char: string) {
    const at = { line, column: offset - lineStart + 1 }
    const begin = (purpose: Purpose) => {
      value = createValue(purpose, char, at)
    }
    switch (place) {
      case 'root':
        if (char === '[') {
          place = 'firstElement'
          found = true
        } else if (char === '{') {
          place = 'firstKey'
          inObject = true
        } else stop(notAList, at)
        return
      case 'firstKey':
      case 'key':
        if (char === '"') begin('key')
        else if (char === '}' && place === 'firstKey') stop(notAList, at)
        else stop('invalid JSON, a key in double quotes is expected here', at)
        return
      case 'colon':
        if (char === ':') place = 'member'
        else stop('invalid JSON, a colon is expected after the key', at)
        return
      case 'member':
        if (isList && !found && char === '[') {
          found = true
          place = 'firstElement'
        } else if (isList) stop("'examples' must be a list, and be there once", at)
        else begin('other')
        return
      case 'afterMember':
        if (char === ',') place = 'key'
        else if (char !== '}') stop('invalid JSON, a comma or } is expected here', at)
        else if (found) place = 'end'
        else stop(notAList, { line: 1, column: 1 })
        return
      case 'firstElement':
      case 'element':
        if (char === ']' && place === 'firstElement') place = inObject ? 'afterMember' : 'end'
        else if (char === ']') stop('invalid JSON, there is a comma too many before ]', at)
        else begin('element')
        return
      case 'afterElement':
        if (char === ',') place = 'element'
        else if (char === ']') place = inObject ? 'afterMember' : 'end'
        else stop('invalid JSON, a comma or ] is expected here', at)
        return
      case 'end':
        stop('invalid JSON, there is more text after the value', at)
    }
  }

  return {
    feed(chunk) {
      let at = 0
      while (at < chunk.length && going) {
        if (value !== undefined) {
          const used = value.feed(chunk, at)
          for (let i = chunk.indexOf('\n', at); i !== -1 && i < used.end; i = chunk.indexOf('\n', i + 1)) {
            line++
            lineStart = offset + (i - at) + 1
          }
          offset += used.end - at
          at = used.end
          if (used.done) (used.broken ? breakOff : finishValue)(value)
          continue
        }
        const code = chunk.charCodeAt(at)
        if (code === 0x0a) {
          line++
          lineStart = offset + 1
        } else if (code !== 0x20 && code !== 0x0d && code !== 0x09) structure(chunk[at] ?? '')
        if (value === undefined) {
          at++
          offset++
        }
      }
      return going
    },
    end() {
      if (place === 'end') return
      if (value !== undefined) breakOff(value)
      else if (place !== 'root') {
        stop(`invalid JSON, the file ends too early`, { line, column: offset - lineStart + 1 })
      }
    },
  }
}

const notAList =
  "a JSON file of examples is a list of objects, or an object that holds it as 'examples'; one object per line is JSON Lines (.jsonl)"

interface Value {
  readonly purpose: Purpose
  readonly start: LineColumn
  readonly length: number
  text(): string
  /** Takes text from `from` on; `end` is where the value's text ends or the chunk does. */
  feed(chunk: string, from: number): { readonly end: number; readonly done: boolean; readonly broken: boolean }
}

/** Collects the text of one value: a string, everything between its brackets, or a word. */
function createValue(purpose: Purpose, first: string, start: LineColumn): Value {
  const isString = first === '"'
  const isWord = !isString && first !== '{' && first !== '['
  const parts: string[] = []
  let length = 0
  const open: number[] = []
  let quoted = false
  let escaped = false
  return {
    purpose,
    start,
    get length() {
      return length
    },
    text: () => parts.join(''),
    feed(chunk, from) {
      let at = from
      let done = false
      let broken = false
      for (; at < chunk.length && !done; at++) {
        const code = chunk.charCodeAt(at)
        if (quoted) {
          if (escaped) escaped = false
          else if (code === 0x5c) escaped = true
          else if (code === 0x22) {
            quoted = false
            done = isString
          }
        } else if (code === 0x22) quoted = true
        else if (isWord) {
          // A word ends before what follows it.
          if (code === 0x2c || code === 0x5d || code === 0x7d || code === 0x0a || code === 0x20 || code === 0x0d) {
            done = true
            break
          }
        } else if (code === 0x7b || code === 0x5b) open.push(code)
        else if (code === 0x7d || code === 0x5d) {
          // Closing brackets come two after the opening ones.
          broken = open.pop() !== code - 2
          done = broken || open.length === 0
        }
      }
      if (length <= maxExampleLength) parts.push(chunk.slice(from, at))
      length += at - from
      return { end: at, done, broken }
    },
  }
}
