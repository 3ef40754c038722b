/** The whole loop on worlds with hidden rules: what it finds, what it refuses, what it says. */
import { describe, expect, test } from 'vitest'
import { hashUnit } from '../../server/src/base/hash.ts'
import { ok } from '../../server/src/base/result.ts'
import { wordingKey } from '../../server/src/tuner/wording.ts'
import { constrained, createRuleModel, paraphrase, reworded, ruleWorld, textOf } from '../support/ruleModel.ts'
import { tuned, tuneWorld } from '../support/tuneWorld.ts'
import { exampleOf, plainSignature } from '../support/tuning.ts'

const world = ruleWorld(120, 4)

describe('a signature that lacks rules', () => {
  test('is tuned, with proof, changes, sources and scores', async () => {
    const model = createRuleModel(world)
    const outcome = await tuned(world, model.call)
    expect(outcome).toMatchObject({ tuned: true, evidence: 'proven', old_score: 0, new_score: 1, improvement: '+100%' })
    expect(outcome.changeSentences.toSorted()).toEqual(
      [0, 1, 2, 3].map(rule => `Field 'answer': added constraint 'Apply r${rule}.'`),
    )
    const { train, dev, holdout } = outcome.splits
    expect(train + dev + holdout).toBe(120)
    expect(outcome.holdout).toMatchObject({ old_score: 0, new_score: 1, examples: holdout, wins: holdout, losses: 0 })
    expect(outcome.reason).toBe(`gain +1.00 on ${holdout} holdout examples (${holdout} wins, 0 losses), p <0.001`)
    expect(outcome.stopReason).toBe('perfect search score')
    expect(outcome.scoreByField).toEqual({ old: { answer: 0 }, new: { answer: 1 } })
    expect(outcome.calls).toBe(model.requests.length)
    expect(outcome.failing.old).toHaveLength(50)
    expect(outcome.failing.new).toEqual([])
    const [first] = outcome.provenance
    expect(first?.path).toBe('outputs.answer.constraints[0]')
    expect(first?.reasoning).toBe('The failures shown lack this.')
    expect(first?.examples.length).toBeGreaterThan(0)
    expect(JSON.parse(JSON.stringify(outcome))).toEqual(outcome)
  })

  test('never asks about the same wording and example twice', async () => {
    const model = createRuleModel(world)
    await tuned(world, model.call)
    const asked = model.tasks().map(textOf)
    expect(new Set(asked).size).toBe(asked.length)
  })

  test('is not scored to the end before the first reflection, unless that could end the run', async () => {
    const tasksBefore = async (luck: number, input: Parameters<typeof tuned>[2] = {}) => {
      const model = createRuleModel(world, { luck })
      const signature = { ...world.signature, threshold: 0.6 }
      await tuned({ ...world, signature }, model.call, input)
      return model.requests.findIndex(({ purpose }) => purpose === 'reflection')
    }
    expect(await tasksBefore(0)).toBeLessThan(120)
    expect(await tasksBefore(0.4, { force: true })).toBeLessThan(120)
    // The other half may lift the score to the threshold; what calls cost is known when all are made.
    expect(await tasksBefore(0.4)).toBeGreaterThanOrEqual(120)
    expect(await tasksBefore(0, { budget: { maxCalls: 2000, maxTime: 60 } })).toBeGreaterThanOrEqual(120)
  })

  test('shows reflection train examples only', async () => {
    const fixed = world.examples.map((example, i) => ({
      ...example,
      split: (['train', 'dev', 'holdout'] as const)[i % 3],
    }))
    const model = createRuleModel(world)
    const outcome = await tuned({ ...world, examples: fixed }, model.call)
    expect(outcome.splits).toEqual({ train: 40, dev: 40, holdout: 40 })
    const shown = model.reflections().flatMap(request => [...textOf(request).matchAll(/^### Example e(\d+)$/gm)])
    expect(shown.length).toBeGreaterThan(10)
    expect(new Set(shown.map(([, number]) => Number(number) % 3))).toEqual(new Set([0]))
    const sources = outcome.provenance.flatMap(entry => entry.examples)
    expect(sources.every(id => Number(id.slice(1)) % 3 === 0)).toBe(true)
  })

  test('reads the holdout once: the original, and one winner', async () => {
    const fixed = world.examples.map((example, i) => ({
      ...example,
      split: (['train', 'dev', 'holdout'] as const)[i % 3],
    }))
    const model = createRuleModel(world)
    await tuned({ ...world, examples: fixed }, model.call)
    const wordings = new Set(
      model
        .tasks()
        .filter(request => Number(/case (\d+):/.exec(textOf(request))?.[1]) % 3 === 2)
        .map(request => request.messages[0]?.content),
    )
    expect(wordings.size).toBe(2)
  })

  test('reports progress that never falls and ends at 100', async () => {
    const { progress } = await tuneWorld(world, createRuleModel(world, { cost: 0.001 }).call)
    const percents = progress.map(update => update.percent)
    const search = progress.filter(({ phase }) => phase === 'propose')
    expect(search[0]?.best_score).toBeUndefined()
    expect(search.at(-1)?.best_score).toBe(1)
    expect(percents).toEqual(percents.toSorted((a, b) => a - b))
    expect(progress.at(-1)).toMatchObject({ phase: 'done', percent: 100, best_score: 1, old_score: 0, errors: 0 })
    // Said before anything is spent.
    expect(progress.find(({ preflight }) => preflight !== undefined)).toMatchObject({ phase: 'baseline', calls: 0 })
    expect(progress.at(-1)?.cost).toBeCloseTo(0.001 * (progress.at(-1)?.calls ?? 0), 9)
    expect([...new Set(progress.map(update => update.phase))]).toEqual([
      'split',
      'baseline',
      'propose',
      'simplify',
      'holdout',
      'done',
    ])
  })
})

describe('stops before the search', () => {
  const good = (score: number) => createRuleModel(world, { luck: score, reflect: paraphrase })

  test('where the score meets the threshold', async () => {
    const model = good(0.85)
    const outcome = await tuned(world, model.call)
    expect(outcome.tuned).toBe(false)
    expect(outcome.reason).toBe(`score ${outcome.old_score.toFixed(2)} meets threshold 0.75`)
    expect(model.requests).toHaveLength(120)
  })

  test('not where it is forced', async () => {
    const model = good(0.85)
    const outcome = await tuned(world, model.call, { force: true })
    expect(outcome.reason).not.toContain('threshold')
    expect(model.reflections().length).toBeGreaterThan(0)
  })

  test('where the budget pays for no sample, with the number that would', async () => {
    const model = createRuleModel(world)
    const { result } = await tuneWorld(world, model.call, { budget: { maxCalls: 7 } })
    expect(result).toMatchObject({ ok: false, error: { code: 'budget_exhausted' } })
    expect(result.ok ? '' : result.error.message).toContain('raise --max-calls to at least 20.')
    expect(model.requests).toHaveLength(0)
  })

  test('where the budget pays for scores alone', async () => {
    const outcome = await tuned(world, createRuleModel(world).call, { budget: { maxCalls: 19 } })
    expect(outcome).toMatchObject({ tuned: false, stopReason: 'budget', old_score: 0, calls: 8 })
    expect(outcome.reason).toBe(
      'the budget of 19 calls left none for a proposal; tuning takes at least 20; the budget allowed to score 8 of the 120 examples',
    )
    expect((await tuned(world, createRuleModel(world).call, { budget: { maxCalls: 20 } })).candidates).toHaveLength(1)
  })

  test('a small budget scores a sample and says so', async () => {
    const outcome = await tuned(world, createRuleModel(world).call, { budget: { maxCalls: 300 } })
    expect(outcome).toMatchObject({ tuned: true, evidence: 'proven', new_score: 1 })
    const { train, dev, holdout } = outcome.splits
    expect({ train, dev, holdout }).toEqual({ train: 37, dev: 0, holdout: 20 })
    // Of those to read a proposal is tried on fewer.
    expect(outcome.preflight).toContain('on 35 of the 120 examples')
    expect(outcome.examples).toEqual({ scored: 35, given: 120 })
    expect(outcome.reason).toMatch(/; the budget allowed to score 35 of the 120 examples$/)
  })

  test('the scale in which weights are written changes nothing', async () => {
    const scaled = async (scale: number) => {
      const examples = world.examples.map((example, i) => ({ ...example, weight: scale * (1 + (i % 2)) }))
      return (await tuned({ ...world, examples }, createRuleModel(world).call)).reason
    }
    expect(await scaled(1)).toMatch(/^gain /)
    expect(await scaled(2 ** -600)).toBe(await scaled(1))
  })

  test('where nothing can be proposed', async () => {
    const fixed = world.examples.map((example, i) => ({
      ...example,
      values: { ...example.values, context: i % 3 === 0 ? `case ${i}: none` : example.values.context },
      split: (['train', 'dev', 'holdout'] as const)[i % 3],
    }))
    const easy = { ...world, examples: fixed }
    const outcome = await tuned(easy, createRuleModel(easy).call)
    expect(outcome.reason).toBe('no proposal was made; stopped: nothing to propose')
  })

  test('where the endpoint cannot be reached', async () => {
    const error = { code: 'endpoint_unreachable', message: 'No connection.' } as const
    const { result } = await tuneWorld(world, async () => ({ ok: false, error }))
    expect(result).toEqual({ ok: false, error })
  })

  test('where most examples cannot be scored', async () => {
    const { result } = await tuneWorld(world, createRuleModel(world, { failing: 0.9 }).call)
    expect(result).toMatchObject({ ok: false, error: { code: 'timed_out' } })
  })

  test('without examples or metrics', async () => {
    const call = createRuleModel(world).call
    expect((await tuneWorld({ ...world, examples: [] }, call)).result).toMatchObject({
      error: { code: 'examples_missing' },
    })
    const unseen = world.examples.map(example => ({ ...example, split: 'holdout' as const }))
    expect((await tuneWorld({ ...world, examples: unseen }, call)).result).toMatchObject({
      error: { code: 'examples_missing', message: expect.stringContaining('held out') },
    })
    const none = { ...world, signature: plainSignature({ metrics: [] }) }
    expect((await tuneWorld(none, call)).result).toMatchObject({ error: { code: 'metrics_missing' } })
  })

  test('rejects with the reason of the signal', async () => {
    const abort = new AbortController()
    const model = createRuleModel(world)
    const reason = new Error('cancelled by hand')
    const call: typeof model.call = (request, signal) => {
      if (model.requests.length === 30) abort.abort(reason)
      return model.call(request, signal)
    }
    await expect(tuneWorld(world, call, {}, { signal: abort.signal })).rejects.toBe(reason)
  })
})

describe('says honestly why it stopped', () => {
  test('no improvement', async () => {
    const model = createRuleModel(world, { reflect: paraphrase })
    const outcome = await tuned(world, model.call)
    expect(outcome).toMatchObject({ tuned: false, stopReason: 'no improvement in 5 proposals', changes: [] })
    expect(outcome.reason).toBe(
      'no proposal scored higher than 0.00 on the search examples; stopped: no improvement in 5 proposals',
    )
    expect(outcome.new_score).toBeUndefined()
  })

  test('a gain that is too small', async () => {
    const outcome = await tuned(world, createRuleModel(world).call, { minImprovement: 1.01 })
    expect(outcome).toMatchObject({ tuned: false, changes: [] })
    expect(outcome.reason).toBe('refused: +1.00 is below the required 1.01; stopped: perfect search score')
    expect(outcome.holdout).toBeUndefined()
  })

  test('budget', async () => {
    const model = createRuleModel(world)
    const outcome = await tuned(world, model.call, { budget: { maxCalls: 40 } })
    expect(outcome.stopReason).toBe('budget')
    expect(outcome.tuned).toBe(true)
    expect(outcome.new_score).toBeLessThan(1)
  })

  test('time, and money', async () => {
    const seconds = [10, 20, 900]
    const clock = { elapsed: () => 1000 * (seconds.length > 1 ? (seconds.shift() ?? 0) : (seconds[0] ?? 0)) }
    const late = await tuned(world, createRuleModel(world).call, { budget: { maxCalls: 2000, maxTime: 1000 } }, clock)
    expect(late.stopReason).toBe('time')
    const model = createRuleModel(world, { cost: 0.01 })
    const poor = await tuned(world, model.call, { budget: { maxCalls: 2000, maxCost: 4 } })
    expect(poor.stopReason).toBe('budget')
    expect(model.requests.length).toBeLessThanOrEqual(400)
    const poorer = await tuneWorld(world, createRuleModel(world, { cost: 0.01 }).call, {
      budget: { maxCalls: 2000, maxCost: 1 },
    })
    expect(poorer.result).toMatchObject({ error: { code: 'budget_exhausted' } })
    expect(poorer.result.ok ? '' : poorer.result.error.message).toContain('about $1.20')
  })

  test('a reflection model that fails', async () => {
    const model = createRuleModel(world)
    const error = { code: 'reply_invalid', message: 'The reply was no JSON.' } as const
    const outcome = await tuned(world, async (request, signal) =>
      request.purpose === 'reflection' ? { ok: false, error } : model.call(request, signal),
    )
    expect(outcome.stopReason).toBe('the reflection model failed 5 times in a row: The reply was no JSON.')
  })

  test('a gain that chance could explain is kept as unproven', async () => {
    const splits = ['train', 'dev', 'holdout'] as const
    // Of the 10 held out, 3 need the rule that everything else needs.
    const few = Array.from({ length: 30 }, (_, i) => {
      const rule = i % 3 < 2 || i < 9 ? 'r0' : 'r9'
      return { ...exampleOf(`e${i}`, { context: `case ${i}: ${rule}`, answer: `a${i}` }), split: splits[i % 3] }
    })
    const small = { signature: plainSignature(), examples: few }
    const outcome = await tuned(small, createRuleModel(small).call)
    expect(outcome).toMatchObject({ tuned: false, evidence: 'unproven', stopReason: 'perfect search score' })
    expect(outcome.reason).toMatch(/^gain \+0\.30, p 0\.06; about \d+ examples would show it$/)
    expect(outcome.holdout).toMatchObject({ wins: 3, losses: 0, examples: 10 })
    expect(outcome.changes).toHaveLength(1)
    expect(outcome.new_score).toBeGreaterThan(outcome.old_score)
  })

  test('fewer than 25 examples give weak evidence', async () => {
    const few = ruleWorld(20, 2)
    const outcome = await tuned(few, createRuleModel(few).call)
    expect(outcome).toMatchObject({ tuned: true, evidence: 'weak' })
    expect(outcome.reason).toContain('all 20 examples')
    expect(outcome.holdout).toBeUndefined()
  })

  test('copies of examples are no evidence', async () => {
    const few = ruleWorld(15, 2)
    const copies = few.examples.map(example => ({ ...example, id: `${example.id} again` }))
    const outcome = await tuned({ ...few, examples: [...few.examples, ...copies] }, createRuleModel(few).call)
    expect(outcome).toMatchObject({ tuned: true, evidence: 'weak' })
    expect(outcome.reason).toContain('on all 15 examples (15 wins, 0 losses)')
    expect(outcome.reason).toMatch(/; examples with the same inputs count as one$/)
    expect(outcome.preflight).toContain('with 15 different examples')
  })

  test('what the budget buys, before it is spent', async () => {
    const outcome = await tuned(world, createRuleModel(world).call, { budget: { maxCalls: 2000 } })
    expect(outcome.preflight).toMatch(
      /^this budget buys about \d+ proposals; with 120 examples the smallest gain that can be shown is about 0\.\d\d$/,
    )
  })
})

describe('failed calls', () => {
  test('are left out of both arms and reported', async () => {
    const outcome = await tuned(world, createRuleModel(world, { failing: 0.05 }).call)
    expect(outcome).toMatchObject({ tuned: true, old_score: 0, new_score: 1 })
    expect(outcome.holdout?.examples).toBeLessThan(outcome.splits.holdout)
    expect(outcome.holdout?.losses).toBe(0)
    expect(outcome.reason).toMatch(/scores are over the \d+ of 120 examples without a failed call$/)
    expect(outcome.errors).toEqual([{ code: 'timed_out', count: expect.any(Number), message: 'No reply within 60 s.' }])
  })

  const timedOut = { ok: false, error: { code: 'timed_out', message: 'No reply within 60 s.' } } as const

  /** Each case is of some hardness: A is right up to 0.85, B up to 0.74 and times out above 0.8. */
  const many = ruleWorld(200, 2)
  const hardnessOf = (context: unknown) => hashUnit(String(context))
  const golds = new Map(many.examples.map(({ values }) => [values.context, values.answer]))
  function hardCases(rules: (repeat: number) => string) {
    const model = createRuleModel(many, {
      reflect: (request, current) => {
        const outputs = current.outputs.map(field => ({ ...field, constraints: [] }))
        return constrained({ ...current, outputs }, rules(request.repeat))
      },
    })
    const call: typeof model.call = async (request, signal) => {
      if (request.purpose !== 'task') return model.call(request, signal)
      const text = textOf(request)
      const context = /<context>\n(.*)\n/.exec(text)?.[1] ?? ''
      const hardness = hardnessOf(context)
      if (text.includes('Apply B.') && hardness > 0.8) return timedOut
      const limit = text.includes('Apply A.') ? 0.85 : text.includes('Apply B.') ? 0.74 : 0.3
      const usage = { inputTokens: 1, outputTokens: 1, cost: 0 }
      return ok({ value: { answer: hardness < limit ? golds.get(context) : 'no' }, usage, latency: 1 })
    }
    return call
  }

  test('do not lift a candidate over one that answers', async () => {
    const outcome = await tuned(
      many,
      hardCases(repeat => (repeat < 8 ? 'Apply A.' : 'Apply B.')),
      { width: 16 },
    )
    expect(outcome.changeSentences).toEqual(["Field 'answer': added constraint 'Apply A.'"])
  })

  test('are left out of both scores that are compared', async () => {
    const outcome = await tuned(
      many,
      hardCases(() => 'Apply B.'),
    )
    const both = many.examples.map(({ values }) => hardnessOf(values.context)).filter(hardness => hardness <= 0.8)
    const share = (limit: number) => both.filter(hardness => hardness < limit).length / both.length
    const gain = share(0.74) - share(0.3)
    expect(outcome.new_score).toBeCloseTo(outcome.old_score + gain, 9)
    expect(outcome.scoreByField.new?.answer).toBeCloseTo(outcome.old_score + gain, 9)
    expect(outcome.reason).toContain(`scores are over the ${both.length} of 200 examples without a failed call`)
  })

  test('lose no sentence to an outage while it is tried whether it is needed', async () => {
    const two = ruleWorld(120, 2)
    const model = createRuleModel(two, { reflect: (_, current) => constrained(current, 'Apply r0.', 'Apply r1.') })
    let phase = ''
    const call: typeof model.call = async (request, signal) => {
      const [, rules = ''] = /case \d+: (.*)\n/.exec(textOf(request)) ?? []
      const missing = textOf(request).includes('Apply r0.') ? 'r1' : 'r0'
      const down = phase === 'simplify' && request.purpose === 'task' && rules.includes(missing)
      return down ? timedOut : model.call(request, signal)
    }
    const progress = (update: { phase: string }) => {
      phase = update.phase
    }
    const { result } = await tuneWorld(two, call, {}, { progress })
    expect(result).toMatchObject({ value: { tuned: true, new_score: 1 } })
  })

  test('leave a holdout of a few lucky answers unproven', async () => {
    const model = createRuleModel(world)
    let phase = ''
    let asked = 0
    const call: typeof model.call = async (request, signal) =>
      phase === 'holdout' && ++asked > 6 ? timedOut : model.call(request, signal)
    const progress = (update: { phase: string }) => {
      phase = update.phase
    }
    const { result } = await tuneWorld(world, call, {}, { progress })
    expect(result).toMatchObject({ value: { tuned: false, evidence: 'unproven' } })
    expect(result.ok ? result.value.reason : '').toContain('but calls failed on the others: No reply within 60 s.')
  })
})

describe('simplifying', () => {
  test('drops sentences that earn nothing', async () => {
    const chatty = createRuleModel(world, {
      reflect: (request, current) => {
        const missing = /got answer: "[^"!]*!(r\d)"/.exec(textOf(request))?.[1] ?? 'r0'
        const proposal = constrained(current, `Apply ${missing}.`, `Think of ${missing} with great care.`)
        return { ...proposal, improvement_reasoning: 'A rule is missing, and great care.' }
      },
    })
    const outcome = await tuned(world, chatty.call)
    expect(outcome.new_score).toBe(1)
    expect(outcome.changeSentences.filter(sentence => sentence.includes('great care'))).toEqual([])
    expect(outcome.changeSentences).toHaveLength(4)
    // Reasons that speak of what was dropped are dropped, too.
    expect(outcome.reasoning?.split('\n')).toHaveLength(4)
    expect(outcome.reasoning).toMatch(/^Field 'answer': 'Apply r\d\.' was written for \d+ failing examples\.$/m)
    expect(outcome.reasoning).not.toContain('great care')
  })
})

test('no candidate grows beyond the length that a proposal may have', async () => {
  const model = createRuleModel(world, {
    reflect: (request, current) => {
      const missing = /got answer: "[^"!]*!(r\d)"/.exec(textOf(request))?.[1] ?? 'r0'
      const filler = Array.from({ length: 4 }, (_, i) => `Remark ${request.repeat} ${i} ${'x'.repeat(370)}.`)
      return constrained(current, `Apply ${missing}.`, ...filler)
    },
  })
  await tuned(world, model.call, { width: 16 })
  const lengths = model.tasks().map(request => request.messages[0]?.content.length ?? 0)
  expect(Math.max(...lengths)).toBeGreaterThan(1500)
  expect(Math.max(...lengths)).toBeLessThan(2500)
})

describe('mining', () => {
  const cities = ['oslo', 'rome', 'paris', 'lima', 'cairo', 'quito', 'kyiv', 'doha', 'bern', 'riga']
  const examples = Array.from({ length: 60 }, (_, i) => {
    const answer = `${cities[i % 10]} ${i}`
    return exampleOf(`m${i}`, { context: `case ${i}`, answer })
  })

  test('joins the first proposal, and earns its place by score', async () => {
    const shouting = { signature: plainSignature(), examples }
    const model = createRuleModel(shouting)
    const outcome = await tuned(shouting, async (request, signal) => {
      const reply = await model.call(request, signal)
      const told = textOf(request).includes('Use lowercase.')
      if (!reply.ok || request.purpose !== 'task' || told) return reply
      return ok({ ...reply.value, value: { answer: String(reply.value.value.answer).toUpperCase() } })
    })
    expect(outcome.candidates[0]).toMatchObject({ id: 1, parent: 0, searchScore: 1 })
    expect(outcome).toMatchObject({ tuned: true, evidence: 'proven', new_score: 1 })
    expect(outcome.changeSentences).toContain("Field 'answer': added constraint 'Use lowercase.'")
    expect(outcome.provenance.find(({ text }) => text === 'Use lowercase.')?.reasoning).toContain(
      'All expected values are in lower case',
    )
  })

  test('keeps the sentences that help when all together do harm', async () => {
    const shouting = { signature: plainSignature(), examples }
    const model = createRuleModel(shouting, { reflect: paraphrase })
    const outcome = await tuned(shouting, async (request, signal) => {
      const reply = await model.call(request, signal)
      if (!reply.ok || request.purpose !== 'task') return reply
      const told = textOf(request)
      const gold = String(reply.value.value.answer)
      const cased = told.includes('Use lowercase.') ? gold : gold.toUpperCase()
      const answer = told.includes('period') ? 'Full stop.' : cased === gold ? gold : `${cased}.`
      return ok({ ...reply.value, value: { answer } })
    })
    expect(outcome.candidates.slice(0, 2)).toMatchObject([
      { origin: 'reflection', decision: expect.stringMatching(/^rejected/) },
      { origin: 'mined', searchScore: 1, changeSentences: ["Field 'answer': added constraint 'Use lowercase.'"] },
    ])
    expect(outcome).toMatchObject({ tuned: true, new_score: 1 })
  })
})

test('wordings that read alike have one key', () => {
  const signature = plainSignature()
  expect(wordingKey({ ...signature, threshold: 0.9 })).toBe(wordingKey(signature))
  expect(wordingKey({ ...signature, instructions: 'Else.' })).not.toBe(wordingKey(signature))
  expect(reworded(signature, 'Else.').improved_signature).toContain('Else.')
})
