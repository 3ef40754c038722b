/** Redacting: no key in what is shown or stored, and no answer changed by a key that is a word. */
import { expect, test } from 'vitest'
import { createRedactor } from '../../server/src/base/redact.ts'

const key = 'key/with+signs=0123'

test.each([key, encodeURIComponent(key), btoa(key)])('a long key is taken out of messages and replies: %s', form => {
  const redactor = createRedactor(key)
  expect(redactor.message(`sent ${form}!`)).toBe('sent [key]!')
  expect(redactor.reply(`sent ${form}!`)).toBe('sent [key]!')
})

test.each(['none', '1', 'value', 'elevenchars'])('a short key is taken out of messages alone: %s', key => {
  const redactor = createRedactor(key)
  expect(redactor.message(`<${key}>`)).toBe('<[key]>')
  expect(redactor.reply(`<${key}>`)).toBe(`<${key}>`)
})

test('what looks like a key is taken out of messages, whose ever it is', () => {
  expect(createRedactor(undefined).message('Bearer abc and sk-proj-12345678')).toBe('Bearer [key] and [key]')
})

test.each(['schlüssel-ключ-123', '\uD800-0123456789ab', ''])('a key that cannot be sent is no reason to fail', odd => {
  expect(createRedactor(odd).message(`<${odd}>`)).toBe(odd === '' ? '<>' : '<[key]>')
})
