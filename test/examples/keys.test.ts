/** The keys of examples: found in all four formats, and not in values. */
import { expect, test } from 'vitest'
import { applyEdits } from '../../server/src/base/text.ts'
import { exampleKeySpans } from '../../server/src/examples/keys.ts'
import type { ExamplesFormat } from '../../server/src/examples/read.ts'

/** The text with the key `word` renamed to `term`. */
function check(text: string, format: ExamplesFormat): string {
  const found = exampleKeySpans(text, format, 'word')
  if (!found.ok) return `the file ${found.error}`
  return applyEdits(
    text,
    found.value.map(span => ({ span, text: 'term' })),
  )
}

test('JSON Lines', () => {
  const text = '\ufeff{"word":"word","loud":{"word":1}}\r\n\n  {"loud":"x", "word" : "a","words":1}\n'
  expect(check(text, 'jsonl')).toBe(
    '\ufeff{"term":"word","loud":{"word":1}}\r\n\n  {"loud":"x", "term" : "a","words":1}\n',
  )
  expect(check('{"word":"a"}\n{"word":', 'jsonl')).toBe('the file is broken in line 2')
})

test('JSON, as a list or below the key examples', () => {
  expect(check('[{"word": ["word"]},\n {"word": 1}]', 'json')).toBe('[{"term": ["word"]},\n {"term": 1}]')
  expect(check('{"word": 1, "examples": [ {"word": {"word": 2}}, 3, {"word": 4} ]}', 'json')).toBe(
    '{"word": 1, "examples": [ {"term": {"word": 2}}, 3, {"term": 4} ]}',
  )
  expect(check('{"word": 1}', 'json')).toBe('the file holds no list of examples')
  expect(check('[\n{"word" 1}]', 'json')).toBe('the file is broken in line 2')
})

test('YAML', () => {
  expect(check('- word: word\n  loud: { word: 1 }\n- { "word": a }\n', 'yaml')).toBe(
    '- term: word\n  loud: { word: 1 }\n- { "term": a }\n',
  )
  expect(check('- word: [\n', 'yaml')).toMatch(/^the file is broken in line/)
})

test('CSV: the header alone', () => {
  expect(check('words,word,loud\nword,word,W\n', 'csv')).toBe('words,term,loud\nword,word,W\n')
  expect(check('\n"a,word", "word" \n1,2\n', 'csv')).toBe('\n"a,word", "term" \n1,2\n')
})
