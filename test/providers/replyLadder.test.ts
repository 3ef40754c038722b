/** The ladder of reply forms, where answers arrive out of order. */
import { expect, test } from 'vitest'
import { createReplyLadder } from '../../server/src/providers/replyLadder.ts'
import { question } from './ask.ts'

const unsupported = { message: 'This response_format type is unavailable now', code: '', param: '' }

test('a late rejection of a strong form does not climb back', () => {
  const ladder = createReplyLadder()
  const first = ladder.accepted('test-model')
  expect(ladder.learn(question, first, unsupported)).toBe(true)
  expect(ladder.learn(question, ladder.accepted('test-model'), unsupported)).toBe(true)
  expect(ladder.accepted('test-model').form).toBe('text')
  expect(ladder.learn(question, first, unsupported)).toBe(true)
  expect(ladder.accepted('test-model').form).toBe('text')
  expect(ladder.learn(question, ladder.accepted('test-model'), unsupported)).toBe(false)
})

test.each([
  "Invalid schema for response_format 'answer': In context=(), 'pattern' is not permitted.",
  "'response_format.type' must be 'json_schema' or 'text'",
  'failed to parse grammar',
  'guided_json is no longer supported',
  'Model does not support structured outputs',
])('%j asks for a weaker form', message => {
  const ladder = createReplyLadder()
  expect(ladder.learn(question, ladder.accepted('test-model'), { message, code: '', param: '' })).toBe(true)
})

test.each([
  ["Unsupported value: 'temperature' does not support 0 with this model.", 'temperature', ['temperature']],
  ['[{"loc":["body","top_k"],"msg":"Extra inputs are not permitted"}]', '', ['top_k']],
  ['Unknown name "top_k": Cannot find field.', '', ['top_k']],
])('%j drops what it names', (message, param, dropped) => {
  const ladder = createReplyLadder()
  const request = { ...question, parameters: { temperature: 0, top_k: 5, top: 1 } }
  expect(ladder.learn(request, ladder.accepted('test-model'), { message, code: '', param })).toBe(true)
  expect([...ladder.accepted('test-model').dropped]).toEqual(dropped)
  expect(ladder.accepted('test-model').form).toBe('json_schema')
})
