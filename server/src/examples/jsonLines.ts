/** JSON Lines: one example per line, blank lines left out. */
import { maxExampleLength, readJsonExample, reportTooLong } from './jsonExample.ts'
import type { Reading } from './reading.ts'
import type { TextReader } from './textReader.ts'

export function readJsonLines(reading: Reading): TextReader {
  let line = 1
  let parts: string[] = []
  let length = 0
  let going = true
  let first = true

  function take(text: string) {
    if (length + text.length <= maxExampleLength) parts.push(text)
    length += text.length
  }

  function endLine() {
    const text = parts.join('')
    const column = text.length - text.trimStart().length + 1
    const start = { line, column }
    if (length > maxExampleLength) reportTooLong(reading, { line, column: 1 })
    else if (column <= text.length) {
      if (first && text[column - 1] === '[' && !text.includes('{"')) {
        const message = 'JSON Lines hold one object per line: a file with one list of them is named .json'
        reading.error('json-syntax', message, start)
        going = false
      } else going = readJsonExample(reading, text.trim(), start)
      first = false
    }
    parts = []
    length = 0
    line++
  }

  return {
    feed(chunk) {
      let start = 0
      for (let end = chunk.indexOf('\n'); end !== -1 && going; end = chunk.indexOf('\n', start)) {
        take(chunk.slice(start, end))
        endLine()
        start = end + 1
      }
      if (start < chunk.length) take(start === 0 ? chunk : chunk.slice(start))
      return going
    },
    end: endLine,
  }
}
