/** Mining: the sentence each pattern of gold values gives, and when none is given. */
import { describe, expect, test } from 'vitest'
import type { Signature } from '../../server/src/signature/signature.ts'
import { mine } from '../../server/src/tuner/mine.ts'
import { byId, errorOf, exampleOf, outcomeOf, plainSignature, textField } from '../support/tuning.ts'

/** Sentences mined from gold values and what was answered for each. */
function mined(
  golds: readonly unknown[],
  answers: readonly unknown[] | ((gold: string) => unknown),
  contexts: readonly string[] = [],
  signature: Signature = plainSignature(),
): readonly string[] {
  const examples = golds.map((answer, i) => exampleOf(String(i + 1), { context: contexts[i] ?? `case ${i}`, answer }))
  const outcomes = examples.map((example, i) =>
    outcomeOf(example, { answer: typeof answers === 'function' ? answers(String(golds[i])) : answers[i] }),
  )
  return mine(signature, examples, byId(outcomes)).map(sentence => sentence.text)
}

describe('finds', () => {
  test('a word range, and no final period', () => {
    const golds = ['queue.join()', 'await', 'the event loop', 'a task group', 'asyncio.run() at the top']
    expect(mined(golds, gold => `According to the context, the answer is ${gold}.`)).toEqual([
      'Write 1 to 5 words.',
      'Do not end with a period.',
    ])
  })

  test.each([
    [['2024-01-31', '2024-02-01', '2023-12-24', '2022-07-09', '2021-03-03'], 'Use the date format YYYY-MM-DD.'],
    [['31/01/2024', '01/02/2024', '24/12/2023', '09/07/2022', '03/03/2021'], 'Use the date format DD/MM/YYYY.'],
    [['01/31/2024', '02/01/2024', '12/24/2023', '07/09/2022', '03/03/2021'], 'Use the date format MM/DD/YYYY.'],
    [
      ['3 March 2021', '9 July 2022', '24 December 2023', '1 May 2020', '2 May 2020'],
      'Use the date format D Month YYYY.',
    ],
    [['12', '3.5', '1000', '-7', '88'], 'Write a number without a unit or thousands separators.'],
    [['EUR', 'USD', 'CHF', 'JPY', 'EUR'], 'Use a three-letter ISO 4217 currency code such as EUR.'],
    [['A1-B', 'C2-D', 'E3-F', 'G4-H', 'J5-K'], 'Write exactly 4 characters.'],
    [['#12', '#7', '#900', '#31', '#5'], 'Begin with "#".'],
    [['3 km', '12 km', '4.5 km', '7 km', '90 km'], 'End with the unit "km", written as in "12 km".'],
  ])('the form of %j', (golds, sentence) => {
    expect(mined(golds, () => 'It is something else entirely')).toContain(sentence)
  })

  test('nothing where day and month cannot be told apart', () => {
    const golds = ['01/02/2024', '03/04/2024', '05/06/2023', '07/08/2022', '09/10/2021']
    expect(mined(golds, () => '2024-02-01').filter(text => text.includes('format'))).toEqual([])
  })

  test('a closed set, when each value came more than once', () => {
    const golds = ['bug', 'feature', 'bug', 'question', 'feature', 'question', 'bug', 'bug', 'feature']
    expect(mined(golds, gold => `${gold} report`)).toEqual(['Use one of: bug, feature, question.'])
    expect(mined([...golds, 'once'], gold => `${gold} report`)).not.toContain('Use one of: bug, feature, question.')
  })

  test('the answer used when nothing fits, and the form of the others', () => {
    const golds = ['2024-01-31', 'unknown', '2023-12-24', 'unknown', '2021-03-03', '2020-01-01', '2020-01-02']
    expect(mined(golds, () => 'January 31')).toEqual([
      "Answer 'unknown' when the inputs do not say.",
      'Use the date format YYYY-MM-DD.',
    ])
  })

  test('casing', () => {
    const golds = ['red wine', 'dry', 'sweet and old', 'white', 'sparkling']
    expect(mined(golds, gold => gold.toUpperCase())).toEqual(['Use lowercase.'])
  })

  test('copies from one input', () => {
    const golds = ['a red fox', 'The lazy dog', 'twelve eggs', 'Blue cheese', 'one more time']
    const contexts = golds.map(gold => `Once there was ${gold} in the house.`)
    expect(mined(golds, () => 'some thing', contexts)).toContain('Copy the words exactly as they stand in context.')
  })

  test('list lengths and the set of items', () => {
    const signature = plainSignature({
      outputs: [{ ...textField('answer'), type: { kind: 'list', item: { kind: 'str' } } }],
    })
    const golds = [['a', 'b'], ['b'], ['a', 'c'], ['c', 'b'], ['a'], ['c', 'a']]
    const answers = golds.map(gold => [...gold, 'x', 'y'])
    expect(mined(golds, answers, [], signature)).toEqual(['Give 1 to 2 items.', 'Use only these items: a, b, c.'])
  })
})

describe('stays silent', () => {
  const dates = ['2024-01-31', '2024-02-01', '2023-12-24', '2022-07-09', '2021-03-03']

  test('where predictions obey already', () => {
    expect(mined(dates, () => '1999-01-01')).toEqual([])
  })

  test('where the wording says it', () => {
    const said = (constraint: string) => plainSignature({ outputs: [textField('answer', [constraint])] })
    expect(mined(dates, () => 'today', [], said('dates as YYYY-MM-DD'))).toEqual([])
    expect(mined(dates, () => 'today', [], said('ISO 8601'))).toEqual([])
    const words = ['one two', 'three', 'four five six', 'seven', 'eight nine']
    expect(mined(words, () => 'a b c d e f g h i', [], said('concise, 1-5 words'))).toEqual([])
  })

  test('where the metric takes no points for it', () => {
    const examples = dates.map((answer, i) => exampleOf(String(i), { context: '', answer }))
    const outcomes = examples.map(example => outcomeOf(example, { answer: 'today' }, 1))
    expect(mine(plainSignature(), examples, byId(outcomes))).toEqual([])
  })

  test('with fewer than five gold values, and where calls failed', () => {
    expect(mined(dates.slice(0, 4), () => 'today')).toEqual([])
    const examples = dates.map((answer, i) => exampleOf(String(i), { context: '', answer }))
    expect(mine(plainSignature(), examples, byId(examples.map(errorOf)))).toEqual([])
  })
})

test('names the examples that broke the rule', () => {
  const golds = ['12', '3.5', '1000', '-7', '88']
  const examples = golds.map((answer, i) => exampleOf(`e${i}`, { context: '', answer }))
  const outcomes = examples.map((example, i) => outcomeOf(example, { answer: i < 2 ? '12 kg' : golds[i] }))
  expect(mine(plainSignature(), examples, byId(outcomes))).toEqual([
    {
      field: 'answer',
      text: 'Write a number without a unit or thousands separators.',
      examples: ['e0', 'e1'],
      reasoning: 'All 5 expected values are plain numbers; 2 of 5 answers on the training examples break this.',
    },
  ])
})
