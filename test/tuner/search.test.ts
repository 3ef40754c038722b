/** Search: the front, what reflections read, removals and merges. */
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../server/src/base/random.ts'
import { createAccount } from '../../server/src/tuner/account.ts'
import type { Candidate } from '../../server/src/tuner/candidate.ts'
import { compose } from '../../server/src/tuner/front.ts'
import { drawShown, failingFields } from '../../server/src/tuner/search.ts'
import { createRemovals } from '../../server/src/tuner/simplify.ts'
import {
  newTexts,
  placeByOutput,
  removals,
  withoutQuotes,
  withoutTexts,
  wordingKey,
} from '../../server/src/tuner/wording.ts'
import { byId, exampleOf, outcomeOf, plainSignature, textField } from '../support/tuning.ts'

const dev = Array.from({ length: 6 }, (_, i) => exampleOf(`d${i}`, { context: '', answer: '' }))

describe('the front', () => {
  const signature = plainSignature({
    outputs: [textField('answer'), textField('other')],
    metrics: [
      { name: 'a', kind: 'exact_match', field: 'answer', weight: 1, options: {} },
      { name: 'o', kind: 'exact_match', field: 'other', weight: 1, options: {} },
    ],
  })
  /** Scores of `answer` and `other` on each example. */
  function candidate(id: number, words: readonly [string, string], scores: readonly (readonly [number, number])[]) {
    const outcomes = dev.map((example, i) => {
      const [a, o] = scores[i] ?? [0, 0]
      const scored = { a: { score: a, feedback: '' }, o: { score: o, feedback: '' } }
      return { ...outcomeOf(example, { answer: `a${id}`, other: `o${id}` }, (a + o) / 2), scores: scored }
    })
    const outputs = [
      textField('answer', words.slice(0, 1).filter(Boolean)),
      textField('other', words.slice(1).filter(Boolean)),
    ]
    const own = { ...signature, outputs }
    const mean = outcomes.reduce((sum, { score }) => sum + score, 0) / outcomes.length
    const made: Candidate = {
      id,
      parents: id === 0 ? [] : [0],
      origin: 'reflection',
      signature: own,
      key: wordingKey(own),
      outcomes: byId(outcomes),
      searchScore: mean,
      sources: [],
    }
    return made
  }
  const all = (a: number, o: number) => dev.map(() => [a, o] as const)
  const root = candidate(0, ['', ''], all(0, 0))

  test('takes each text that adds to the score, with what is to be expected of them', () => {
    const front = compose(
      [root, candidate(1, ['A', 'bad'], all(1, -0.5)), candidate(2, ['B', 'O'], all(-0.5, 0.5))],
      dev,
    )
    expect(front.signature.outputs.map(({ constraints }) => constraints)).toEqual([['A'], ['O']])
    expect(front.parents).toEqual([1, 2])
    const [first] = [...front.outcomes.values()]
    expect(first).toMatchObject({ score: 0.75, prediction: { answer: 'a1', other: 'o2' } })
  })

  test('is a candidate where its texts are the ones that add, and the original where none does', () => {
    const best = candidate(1, ['A', 'O'], all(1, 1))
    expect(compose([root, best, candidate(2, ['B', 'P'], all(-0.5, -0.5))], dev)).toMatchObject({
      key: best.key,
      parents: [1],
    })
    expect(compose([root, candidate(1, ['A', 'O'], all(0, 0))], dev).key).toBe(root.key)
  })

  test('a text that scored high once is left out when it scores low with others', () => {
    const kept = (...others: readonly ReturnType<typeof candidate>[]) =>
      compose([root, candidate(1, ['A', ''], all(0.4, 0)), ...others], dev).signature.outputs[0]?.constraints
    expect(kept()).toEqual(['A'])
    const again = [2, 3, 4].map(id => candidate(id, ['A', `other ${id}`], all(-0.4, 0)))
    expect(kept(...again)).toEqual([])
  })

  test('without the estimate of effects the highest candidate is taken whole', () => {
    const high = candidate(1, ['A', 'bad'], all(1, -0.2))
    const front = compose([root, high, candidate(2, ['B', 'O'], all(0, 0.5))], dev, false)
    expect(front.key).toBe(high.key)
  })
})

test('outputs that fail come first where they lose most, and those without a loss not at all', () => {
  const examples = dev.slice(0, 2)
  const outcomes = byId(examples.map(example => outcomeOf(example, { answer: 'x' }, 0)))
  expect(failingFields(plainSignature(), examples, outcomes)).toEqual(['answer'])
  expect(failingFields(plainSignature(), examples, byId(examples.map(e => outcomeOf(e, {}, 1))))).toEqual([])
})

test('a reflection reads failures of every kind, and some right answers', () => {
  const examples = Array.from({ length: 60 }, (_, i) => exampleOf(`t${i}`, { context: '', answer: 'Paris' }))
  // 20 right, 38 in the wrong case, 2 missing.
  const got = (i: number) => (i < 20 ? 'Paris' : i < 58 ? 'paris' : '')
  const outcomes = byId(examples.map((example, i) => outcomeOf(example, { answer: got(i) })))
  const shown = drawShown(plainSignature(), 'answer', examples, outcomes, createRandom('m'))
  const number = (id: string) => Number(id.slice(1))
  expect(shown).toHaveLength(23)
  expect(shown.filter(({ id }) => number(id) >= 58)).toHaveLength(2)
  expect(shown.filter(({ id }) => number(id) < 20)).toHaveLength(3)
})

test('removals take what earns least, one of each output at a time, and what bears on all alone', () => {
  const base = plainSignature({ outputs: [textField('answer'), textField('other')], instructions: 'Answer.' })
  const grown = {
    ...base,
    instructions: 'Answer. Be as brief as you can be, always.',
    outputs: [textField('answer', ['longest of all sentences here', 'short']), textField('other', ['more'])],
  }
  const effects: Readonly<Record<string, number>> = { 'longest of all sentences here': 0.2, short: 0.1 }
  const front = { signature: grown, effect: (_: string, text: string) => effects[text] ?? 0 }
  const taken = createRemovals(base)
  const texts = (known: ReadonlySet<string>) => taken.next(front, known).map(({ text }) => text)
  // What the instructions have gained as long as that tells something, each other text once where that tells something new.
  const brief = ['Be as brief as you can be, always.']
  expect([texts(new Set()), texts(new Set())]).toEqual([brief, brief])
  const known = new Set([wordingKey({ ...grown, instructions: base.instructions })])
  const longest = 'longest of all sentences here'
  expect(Array.from({ length: 4 }, () => texts(known))).toEqual([['more', 'short'], [longest], [], []])
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
    removals(base, grown).map(removal => {
      const { instructions, outputs } = withoutTexts(base, grown, [removal])
      return [removal.text, instructions, outputs[0]?.desc, outputs[0]?.constraints]
    }),
  ).toEqual([
    ['Be brief.', 'Answer. Be kind.', 'Something else', ['old', 'new']],
    ['Be kind.', 'Answer. Be brief.', 'Something else', ['old', 'new']],
    ['Something else', 'Answer. Be brief. Be kind.', 'The answer', ['old', 'new']],
    ['new', 'Answer. Be brief. Be kind.', 'Something else', ['old']],
  ])
})

test('texts are taken away where they are, and what the base has stays', () => {
  const base = plainSignature({ instructions: 'Answer.', outputs: [textField('answer', ['old'])] })
  const grown = plainSignature({ instructions: 'Answer. Be brief.', outputs: [textField('answer', ['old', 'new'])] })
  const constraint = (text: string) => ({ part: 'outputs.answer.constraints', text })
  const removed = [
    { part: 'instructions', text: 'Be brief.' },
    constraint('new'),
    constraint('old'),
    constraint('none'),
  ]
  expect(withoutTexts(base, grown, removed)).toEqual(base)
})

test('removals leave the rest of a text as it is, to the character', () => {
  const old = 'Answer:\n\n    indented   code.\n\n  - one\n'
  const cut = (text: string, before = old) => {
    const [base, grown] = [plainSignature({ instructions: before }), plainSignature({ instructions: text })]
    return removals(base, grown).map(removal => [removal.text, withoutTexts(base, grown, [removal]).instructions])
  }
  expect(cut(`${old}\nBe brief.  Be kind.\n`)).toEqual([
    ['Be brief.', `${old}\nBe kind.\n`],
    ['Be kind.', `${old}\nBe brief.\n`],
  ])
  expect(cut(`${old}\nBe brief.`)).toEqual([['Be brief.', old]])
  const three = plainSignature({ instructions: `${old}\nBe brief.  Be kind.\nBe quick. ` })
  const without = (...texts: readonly string[]) => {
    const removed = texts.map(text => ({ part: 'instructions', text }))
    return withoutTexts(plainSignature({ instructions: old }), three, removed).instructions
  }
  expect(without('Be brief.', 'Be kind.')).toBe(`${old}\nBe quick. `)
  expect(without('Be brief.', 'Be quick.')).toBe(`${old}\nBe kind. `)
  expect(without('Be kind.', 'Be quick.')).toBe(`${old}\nBe brief. `)
  expect(without('Be quick.', 'Be kind.', 'Be brief.')).toBe(old)
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

test('what the instructions gain about one output goes to that output, the rest stays once', () => {
  const base = plainSignature({ instructions: 'Read it.', outputs: [textField('answer'), textField('due_date')] })
  const gained = [
    'Read it.',
    'Be exact.',
    'For due_date: Use ISO dates.',
    'Keep the answer short.',
    'The answer comes before the due date.',
    'Read it.',
  ].join('\n')
  const place = (instructions: string, of = base) => placeByOutput(of, { ...of, instructions }, 40)
  const placed = place(gained)
  expect(placed.instructions).toBe('Read it.\nBe exact.\nThe answer comes before the due date.')
  expect(placed.outputs.map(({ constraints }) => constraints)).toEqual([['Keep the answer short.'], ['Use ISO dates.']])
  // What goes on in the old text, is too long for a constraint, or replaces the old text stays where it is.
  const own = 'A text of its own about the answer.'
  expect(place(own).instructions).toBe(own)
  const long = `Read it.\nThe answer is ${'very '.repeat(10)}short.`
  expect(place(long).instructions).toBe(long)
  const fenced = 'Read it.\n```\nyes\n```\nInput: a\nOutput: yes\nInput: b\nOutput: yes'
  expect(place(fenced).instructions).toBe(fenced)
  const open = { ...base, instructions: 'Read it' }
  expect(place('Read it with care. Keep the answer short.', open).instructions).toBe('Read it with care.')
  expect(place('Be exact.', { ...base, instructions: '' }).instructions).toBe('Be exact.')
})

test('a text that repeats a passage of one input alone is left out, and one of what several share is kept', () => {
  const base = plainSignature({ instructions: 'Answer.' })
  const learnt = 'For "My printer keeps restarting since" the answer is "yes".'
  const shared = 'Text between <<begin of the whole customer ticket>> marks is the ticket.'
  const grown = plainSignature({
    instructions: 'Answer. For my  Printer keeps restarting since, say yes. Be brief.',
    outputs: [textField('answer', [learnt, shared, 'Name the printer.'], 'The answer')],
  })
  const inputs = [
    'TI1. My printer keeps\nrestarting since Monday. <<begin of the whole customer ticket>>',
    'TI2. The printer keeps restarting. <<begin of the whole customer ticket>>',
  ]
  const kept = withoutQuotes(base, grown, inputs)
  expect(kept.instructions).toBe('Answer. Be brief.')
  expect(kept.outputs[0]?.constraints).toEqual([shared, 'Name the printer.'])
  const chinese = '在三月十五日收到的货物包装完全破损并且要求全额退款处理'
  const told = { ...base, outputs: [textField('answer', [`若输入含“${chinese}”则为退款。`], '')] }
  expect(withoutQuotes(base, told, [`客户表示他们${chinese}。`, '别的']).outputs[0]?.constraints).toEqual([])
  // What the author wrote is nobody's quotation.
  expect(withoutQuotes(grown, grown, inputs)).toBe(grown)
})
