/** Enter: the indentation and the dash it brings along. */
import { expect, test } from 'vitest'
import { applyEdits } from '../../server/src/base/text.ts'
import { afterNewLine } from '../../server/src/features/onType.ts'
import { extractCursor } from '../support/fixture.ts'

/** The cursor is where Enter was pressed, at the end of a line; the editor has indented like the line before. */
function check(marked: string): string {
  const { text, offset } = extractCursor(marked)
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset)
  const typed = `${text.slice(0, offset)}\n${/ */.exec(line)?.[0] ?? ''}${text.slice(offset)}`
  const cursor = offset + 1 + (/ */.exec(line)?.[0].length ?? 0)
  return applyEdits(typed, afterNewLine(typed, cursor)).slice(text.lastIndexOf('\n', offset - 1) + 1)
}

test('after a key that has something below it', () => {
  expect(check('inputs:$0')).toBe('inputs:\n  ')
  expect(check('inputs:\n  a:$0\n')).toBe('  a:\n    \n')
  expect(check('inputs:\n  a:\n    constraints:$0')).toBe('    constraints:\n      - ')
  expect(check('inputs:\n  a:\n    fields:$0')).toBe('    fields:\n      ')
  expect(check('instructions: |$0')).toBe('instructions: |\n  ')
  expect(check('examples:$0')).toBe('examples:\n  ')
})

test('the next item, and out of the list behind an empty one', () => {
  expect(check('inputs:\n  a:\n    constraints:\n      - short$0')).toBe('      - short\n      - ')
  expect(check('inputs:\n  a:\n    constraints:\n      - short\n      - $0')).toBe('    ')
})

test('nothing anywhere else', () => {
  for (const text of [
    'name: A$0',
    'threshold:$0',
    'inputs:\n  a:\n    desc:$0',
    'instructions: |\n  one:$0',
    'instructions: |\n  - one$0',
    'inputs:\n  a: { type: str,$0',
    'examples:\n  - question: a$0',
    '# inputs:$0',
  ]) {
    const { text: bare, offset } = extractCursor(text)
    const typed = `${bare.slice(0, offset)}\n${bare.slice(offset)}`
    expect([text, afterNewLine(typed, offset + 1)]).toEqual([text, []])
  }
})
