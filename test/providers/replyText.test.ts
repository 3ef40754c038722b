/** Reading the JSON object of a reply. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readReplyObject } from '../../server/src/providers/replyText.ts'

test.each<[string, string, unknown]>([
  ['plain', '{"a": "x", "b": [1, 2.5e1, true, null]}', { a: 'x', b: [1, 25, true, null] }],
  ['in a fence', 'Here you are:\n```json\n{"a": 1}\n```\nBye!', { a: 1 }],
  ['in prose', 'It\'s {easy}: the answer is {"a": {"b": {}}}. Isn\'t it?', { a: { b: {} } }],
  ['after thinking', '<think>{"a": "draft"} maybe {"a":</think>{"a": "final"}', { a: 'final' }],
  ['trailing commas', '{"a": [1, 2, ], "b": {"c": 3,},}', { a: [1, 2], b: { c: 3 } }],
  ['single quotes', "{'a': 'it\\'s the dog\\'s \"bone\"', 'b': 'don't'}", { a: 'it\'s the dog\'s "bone"', b: "don't" }],
  ['Python literals', "{'a': True, 'b': [False, None]}", { a: true, b: [false, null] }],
  ['line breaks in strings', '{"a": "one\ntwo\tthree"}', { a: 'one\ntwo\tthree' }],
  ['escapes', '{"a": "\\u00e4\\n\\"\\\\"}', { a: 'ä\n"\\' }],
  ['the last of two', '{"a": 1} or rather {"a": 2}', { a: 2 }],
  ['the one with the keys', '{"a": 1} and {"b": 2}', { a: 1 }],
  ['breaks off', '{"a": "x", "b": [1, 2', undefined],
  ['breaks off in a string', '{"a": "x', undefined],
  ['without the key', '{"b": 1}', undefined],
  ['inherited key', '{"toString": 1}', undefined],
  ['no object', '["a"]', undefined],
  ['no JSON', 'a: 1', undefined],
  ['missing comma', '{"a": 1 "b": 2}', undefined],
  ['two commas', '{"a": 1,, "b": 2}', undefined],
  ['bad escape', '{"a": "\\x41"}', undefined],
  ['bare word', '{"a": yes}', undefined],
  ['no number', '{"a": 1e999}', undefined],
  ['empty', '', undefined],
])('%s', (_, text, value) => {
  expect(readReplyObject(text, ['a'])).toEqual(value)
})

test('whatever JSON.stringify writes is read back', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 5 })), fc.string(), (object, prose) => {
      const value = JSON.parse(JSON.stringify(object), (key, member) => (key === '__proto__' ? undefined : member))
      const text = `${prose.replaceAll(/[{}]/g, '')} ${JSON.stringify(value, null, 2)} ${prose.replaceAll(/[{}]/g, '')}`
      expect(readReplyObject(text, Object.keys(value))).toEqual(value)
    }),
  )
})

test('prototype keys are left out at every depth', () => {
  const value = readReplyObject('{"a": {"__proto__": {"x": 1}, "b": 1}, "__proto__": {"y": 2}}', ['a'])
  expect(value).toEqual({ a: { b: 1 } })
  expect(JSON.stringify(value)).toBe('{"a":{"b":1}}')
})

test('too deep a reply is refused', () => {
  const nested = (depth: number) => `{"a": ${'['.repeat(depth)}${']'.repeat(depth)}}`
  expect(readReplyObject(nested(60), ['a'])).toBeDefined()
  expect(readReplyObject(nested(70), ['a'])).toBeUndefined()
})

test.each(['{', '{"a":', '{"a":"', "{'a':'", '{"a":[', '{"a": 1, ', "'", "' ,"])(
  'a megabyte of %j is read in linear time',
  piece => {
    expect(readReplyObject(piece.repeat(1_000_000 / piece.length), ['a'])).toBeUndefined()
  },
)
