/** Search: the Pareto front, parents, minibatches and merges. */
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../server/src/base/random.ts'
import { createAccount } from '../../server/src/tuner/account.ts'
import type { Candidate } from '../../server/src/tuner/candidate.ts'
import { commonAncestor, drawMinibatch, drawParent, mergePairs, paretoFront } from '../../server/src/tuner/search.ts'
import { mergeWording, newTexts, removals } from '../../server/src/tuner/wording.ts'
import { byId, errorOf, exampleOf, outcomeOf, plainSignature, textField } from '../support/tuning.ts'

const dev = Array.from({ length: 6 }, (_, i) => exampleOf(`d${i}`, { context: '', answer: '' }))

function candidate(id: number, scores: readonly (number | undefined)[], parents: readonly number[] = [0]): Candidate {
  const outcomes = dev.map((example, i) => {
    const score = scores[i]
    return score === undefined ? errorOf(example) : outcomeOf(example, {}, score)
  })
  const known = scores.filter(score => score !== undefined)
  return {
    id,
    parents: id === 0 ? [] : parents,
    origin: 'reflection',
    signature: plainSignature(),
    key: String(id),
    outcomes: byId(outcomes),
    devScore: known.reduce((sum, score) => sum + score, 0) / known.length,
    sources: [],
  }
}

describe('the Pareto front', () => {
  test('keeps what leads alone somewhere and drops what only shares', () => {
    const pool = [
      candidate(0, [0, 0, 0, 0, 0, 0]),
      candidate(1, [1, 1, 0, 0, 0, 0]),
      candidate(2, [0, 0, 1, 1, 0, 0]),
      candidate(3, [1, 0, 0, 0, 0, 0]),
    ]
    const front = paretoFront(pool, dev)
    expect(front.map(({ candidate: { id } }) => id)).toEqual([1, 2])
    expect(front.map(({ leads }) => leads)).toEqual([4, 4])
  })

  test('of equals one is left, and an error leads nowhere', () => {
    expect(paretoFront([candidate(0, [1, 1, 1, 1, 1, 1]), candidate(1, [1, 1, 1, 1, 1, 1])], dev)).toHaveLength(1)
    const front = paretoFront([candidate(0, [1, 0, 0, 0, 0, 0]), candidate(1, [undefined, 1, 1, 1, 1, 1])], dev)
    expect(front.map(({ leads }) => leads)).toEqual([1, 5])
  })

  test('parents are drawn by leads, among those that can improve', () => {
    const pool = [candidate(0, [1, 0, 0, 0, 0, 0]), candidate(1, [0, 1, 1, 1, 1, 1])]
    const front = paretoFront(pool, dev)
    const random = createRandom('draw')
    const drawn = Array.from({ length: 600 }, () => drawParent(front, () => true, random)?.id)
    expect(drawn.filter(id => id === 0).length).toBeGreaterThan(60)
    expect(drawn.filter(id => id === 0).length).toBeLessThan(140)
    expect(drawParent(front, ({ id }) => id === 0, random)?.id).toBe(0)
    expect(drawParent(front, () => false, random)).toBeUndefined()
  })
})

test('a minibatch has failures of every kind, some not shown, and some right answers', () => {
  const examples = Array.from({ length: 40 }, (_, i) => exampleOf(`t${i}`, { context: '', answer: 'Paris' }))
  // 20 right, 18 in the wrong case, 2 missing.
  const got = (i: number) => (i < 20 ? 'Paris' : i < 38 ? 'paris' : '')
  const outcomes = byId(examples.map((example, i) => outcomeOf(example, { answer: got(i) })))
  const { shown, tried } = drawMinibatch(plainSignature(), examples, outcomes, createRandom('m'))
  const number = (id: string) => Number(id.slice(1))
  expect(shown).toHaveLength(11)
  expect(shown.filter(({ id }) => number(id) >= 38)).toHaveLength(2)
  expect(shown.filter(({ id }) => number(id) < 20)).toHaveLength(3)
  expect(tried).toHaveLength(10)
  expect(tried.filter(({ id }) => number(id) < 20)).toHaveLength(2)
  expect(tried.filter(example => number(example.id) >= 20 && !shown.includes(example))).toHaveLength(4)
})

describe('merging', () => {
  test('pairs two that win over each other, neither the ancestor of the other', () => {
    const root = candidate(0, [0, 0, 0, 0, 0, 0])
    const a = candidate(1, [1, 1, 0, 0, 0, 0])
    const b = candidate(2, [0, 0, 1, 1, 1, 0])
    const child = candidate(3, [0, 0, 1, 1, 0, 1], [1])
    const pool = [root, a, b, child]
    const pairs = mergePairs(paretoFront([a, b], dev), pool, dev)
    expect(pairs.map(({ better, other }) => [better.id, other.id])).toEqual([[2, 1]])
    expect(
      mergePairs(
        [
          { candidate: a, leads: 1 },
          { candidate: child, leads: 1 },
        ],
        pool,
        dev,
      ),
    ).toEqual([])
    expect(commonAncestor(pool, a, b)?.id).toBe(0)
    expect(commonAncestor(pool, child, b)?.id).toBe(0)
  })

  test('takes from each what it changed; the better one wins where both did', () => {
    const base = plainSignature({ outputs: [textField('answer', ['old', 'kept'], 'desc'), textField('other')] })
    const better = {
      ...base,
      instructions: 'Better.',
      outputs: [textField('answer', ['kept', 'from better'], 'desc'), textField('other')],
    }
    const other = {
      ...base,
      instructions: 'Other.',
      outputs: [textField('answer', ['old', 'kept', 'from other'], 'new desc'), textField('other', ['more'])],
    }
    expect(mergeWording(base, better, other)).toEqual({
      ...base,
      instructions: 'Better.',
      outputs: [textField('answer', ['kept', 'from better', 'from other'], 'new desc'), textField('other', ['more'])],
    })
  })
})

test('of two versions of one rule a merge keeps the better one', () => {
  const base = plainSignature()
  const ruled = (...constraints: readonly string[]) => plainSignature({ outputs: [textField('answer', constraints)] })
  const better = ruled("Otherwise use 'account'.", "Use 'bug' when the ticket mentions error.")
  const other = ruled("Otherwise use 'billing'.", "Use 'fee' when the ticket mentions invoice.", 'Do not guess.')
  expect(mergeWording(base, better, other).outputs[0]?.constraints).toEqual([
    "Otherwise use 'account'.",
    "Use 'bug' when the ticket mentions error.",
    "Use 'fee' when the ticket mentions invoice.",
    'Do not guess.',
  ])
})

test('removals take away one added text at a time', () => {
  const base = plainSignature({ instructions: 'Answer.', outputs: [textField('answer', ['old'], 'The answer')] })
  const grown = plainSignature({
    instructions: 'Answer. Be brief. Be kind.',
    outputs: [textField('answer', ['old', 'new'], 'Something else')],
  })
  expect(newTexts(base, grown).map(({ path }) => path)).toEqual([
    'instructions',
    'outputs.answer.desc',
    'outputs.answer.constraints[1]',
  ])
  expect(
    removals(base, grown).map(({ text, signature: { instructions, outputs } }) => [
      text,
      instructions,
      outputs[0]?.desc,
      outputs[0]?.constraints,
    ]),
  ).toEqual([
    ['Be brief.', 'Answer. Be kind.', 'Something else', ['old', 'new']],
    ['Be kind.', 'Answer. Be brief.', 'Something else', ['old', 'new']],
    ['Something else', 'Answer. Be brief. Be kind.', 'The answer', ['old', 'new']],
    ['new', 'Answer. Be brief. Be kind.', 'Something else', ['old']],
  ])
})

test('removals leave the rest of a text as it is, to the character', () => {
  const old = 'Answer:\n\n    indented   code.\n\n  - one\n'
  const cut = (text: string, before = old) =>
    removals(plainSignature({ instructions: before }), plainSignature({ instructions: text })).map(removal => [
      removal.text,
      removal.signature.instructions,
    ])
  expect(cut(`${old}\nBe brief.  Be kind.\n`)).toEqual([
    ['Be brief.', `${old}\nBe kind.\n`],
    ['Be kind.', `${old}\nBe brief.\n`],
  ])
  expect(cut(`${old}\nBe brief.`)).toEqual([['Be brief.', old]])
  expect(cut('Answer the question briefly. Be kind.', 'Answer the question')).toEqual([
    ['Be kind.', 'Answer the question briefly.'],
  ])
  expect(cut('Answer the question briefly.', 'Answer the question')).toEqual([
    ['Answer the question briefly.', 'Answer the question'],
  ])
})

test('an account refunds what a step did not use, and books each call once', () => {
  const account = createAccount(10)
  expect(account.reserve(11)).toBe(false)
  expect(account.reserve(6)).toBe(true)
  expect(account.reserve(5)).toBe(false)
  account.settle(
    6,
    new Map([
      ['a', 1],
      ['b', 2],
    ]),
  )
  expect(account.available()).toBe(7)
  account.reserve(4)
  account.settle(
    4,
    new Map([
      ['b', 2],
      ['c', 1],
    ]),
  )
  expect(account.available()).toBe(6)
})
