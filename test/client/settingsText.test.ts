/** Settings that a file of a workspace names are found however it writes them. */
import { describe, expect, test } from 'vitest'
import { settingNames } from '../../client/src/settingsText.ts'

const name = 'signatureTuner.baseUrl'

describe('a setting is found', () => {
  test.each([
    ['by its dotted name', '{ "signatureTuner.baseUrl": "http://127.0.0.1" }'],
    ['in an object', '{ "signatureTuner": { "baseUrl": "x" } }'],
    ['below a language', '{ "[skill-signature]": { "signatureTuner.baseUrl": "x" } }'],
    [
      'below several languages, in an object',
      '{ "[yaml][skill-signature]": { "signatureTuner": { "baseUrl": "x" } } }',
    ],
    ['with an escape in it', String.raw`{ "signatureTuner.base\u0055rl": "x" }`],
    ['after comments and before a trailing comma', '{ // "a": {\n /* { */ "signatureTuner.baseUrl": "x", }'],
    [
      'after a value that looks like the end of an object',
      '{ "a": "}", "signatureTuner": { "b": ["]}"], "baseUrl": 1 } }',
    ],
    ['in a file that breaks off', '{ "a": [1, { "b": 2 }], "signatureTuner.baseUrl": "htt'],
    ['in a file that lacks commas', '{ "a": 1 "signatureTuner.baseUrl": "x" "b": 2 }'],
  ])('%s', (_, text) => {
    expect(settingNames(text)).toContain(name)
  })

  test('where the file of a workspace holds it', () => {
    const text = '{ "folders": [{ "path": "." }], "settings": { "signatureTuner": { "baseUrl": "x" } } }'
    expect(settingNames(text, 'settings')).toContain(name)
  })
})

describe('a setting is not found', () => {
  test.each([
    ['in a comment', '{ // "signatureTuner.baseUrl": "x"\n}'],
    ['in a value', '{ "a": "\\"signatureTuner.baseUrl\\": 1" }'],
    ['below another setting', '{ "other": { "signatureTuner.baseUrl": "x" } }'],
    ['among the items of a list', '{ "signatureTuner": [{ "baseUrl": "x" }, "signatureTuner.baseUrl"] }'],
    ['after an object of another setting was closed', '{ "signatureTuner": { "model": "m" }, "baseUrl": "x" }'],
  ])('%s', (_, text) => {
    expect(settingNames(text)).not.toContain(name)
  })

  test('beside the settings of a workspace file', () => {
    expect(settingNames('{ "signatureTuner.baseUrl": "x", "settings": {} }', 'settings')).not.toContain(name)
  })
})

test.each([
  ['quotes', '"\\'],
  ['braces', '{"a":'],
  ['brackets', '['],
  ['comments', '/*'],
  ['lines of comments', '//\n'],
  ['stars of a comment', '/**'],
])('a long file of %s is read to its end', (_, text) => {
  expect(settingNames(text.repeat(300_000)).length).toBeLessThan(10)
})
