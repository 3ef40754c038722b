/** One example as JSON text. */
import type { LineColumn } from '../base/text.ts'
import { jsonErrorIn, type Member, membersOf } from './jsonText.ts'
import { positionIn } from './position.ts'
import type { Reading } from './reading.ts'

/** UTF-16 code units of one example's text. */
export const maxExampleLength = 1024 * 1024

/** Takes the text of one example, which starts at `start`. `false` once no more are wanted. */
export function readJsonExample(reading: Reading, text: string, start: LineColumn): boolean {
  const at = (offset: number) => positionIn(text, start, offset)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    const error = jsonErrorIn(text)
    reading.broken('json-syntax', `invalid JSON, ${error?.message ?? 'it cannot be read'}`, at(error?.offset ?? 0))
    return true
  }
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  const members = isObject ? membersOf(text) : []
  if (isObject && members.length !== Object.keys(value as object).length) reportRepeated(reading, members, at)
  // Of repeated keys the last one counts, as in JSON.parse.
  const find = (key: string) => members.findLast(member => member.key === key)
  return reading.add(value, {
    start,
    keyAt: key => at(find(key)?.keyStart ?? 0),
    valueAt: key => at(find(key)?.valueStart ?? 0),
  })
}

function reportRepeated(reading: Reading, members: readonly Member[], at: (offset: number) => LineColumn) {
  const seen = new Set<string>()
  for (const { key, keyStart } of members) {
    if (seen.has(key)) reading.repeated(key, at(keyStart))
    seen.add(key)
  }
}

/** Reports an example that is too long to be read. */
export function reportTooLong(reading: Reading, start: LineColumn) {
  reading.broken('example-limit', 'it is longer than 1 MiB', start)
}
