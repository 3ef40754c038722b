/** What a test run tells of an evaluated example. */
import { expect, test } from 'vitest'
import { createVerdicts, summaryLines, withLineEnds } from '../../client/src/testing/verdict.ts'
import type { WireEvaluateResult } from '../../server/src/protocol/client.ts'

const described = (id: string, expected: object, got: object) => ({
  ...{ id, line: 1, score: 0.5, inputs: {}, feedback: ['match: It differs.'] },
  ...{ expected: expected as Record<string, unknown>, got: got as Record<string, unknown> },
})

const result: WireEvaluateResult = {
  score: 0.5,
  scores: { match: 0.4, words: 0.6 },
  examples: 6,
  passed: 1,
  errors: [{ code: 'timed_out', count: 1, message: 'Too late.' }],
  failing: [
    described('one', { answer: 'yes' }, { answer: 'no', level: 'x' }),
    described('many', { answer: 'a\nb', due: null }, { answer: 'a' }),
    described('free', {}, { answer: 'text' }),
  ],
  failing_count: 4,
  outcomes: [
    { id: 'right', score: 1 },
    { id: 'one', score: 0.5 },
    { id: 'many', score: 0.5 },
    { id: 'free', score: 0.5 },
    { id: 'late', error: 'timed_out' },
    { id: 'rest', score: 0.25 },
  ],
  ...{ model: 'm', demo: false, calls: 6, cost: 0.0123 },
}
const verdictOf = createVerdicts(result)
const message = 'Score 0.50\nmatch: It differs.'

test.each([
  ['right', { kind: 'passed' }],
  ['unknown', { kind: 'skipped' }],
  ['late', { kind: 'errored', message: 'Too late.' }],
  ['one', { kind: 'failed', message, compared: { expected: 'yes', actual: 'no' } }],
  [
    'many',
    {
      ...{ kind: 'failed', message },
      compared: { expected: 'answer:\na\nb\ndue: null', actual: 'answer: a\ndue: (nothing)' },
    },
  ],
  ['free', { kind: 'failed', message: `${message}\nThe answer was:\nanswer: text` }],
  [
    'rest',
    {
      kind: 'failed',
      message: 'Score 0.25; only the 3 worst answers are kept. Run this example alone to see its answer.',
    },
  ],
])('example %s', (id, verdict) => {
  expect(verdictOf(id)).toEqual(verdict)
})

test('the summary names every metric, what failed and what it cost', () => {
  expect(summaryLines('skills/a', { ...result, of_examples: 9 })).toEqual([
    "skills/a: score 0.50, 1 of 6 entirely right (of the 9 it has: this is not the signature's score)",
    '  match  0.40',
    '  words  0.60',
    '  1 could not be scored: Too late.',
    '  6 calls to m, $0.0123',
  ])
})

test('lines end as a terminal wants them', () => {
  expect(withLineEnds(['a\nb', 'c'])).toBe('a\r\nb\r\nc\r\n')
})
