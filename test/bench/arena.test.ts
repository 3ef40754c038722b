/** The arena: it hears rules in any wording, answers alike every time, and its true score is what sampling finds. */
import { describe, expect, test } from 'vitest'
import { evidenceIn, exampleKeys } from '../../bench/arena/evidence.ts'
import { hears, readPrompt } from '../../bench/arena/reading.ts'
import { neutralSentences, vagueSentences } from '../../bench/arena/reflector.ts'
import { createArena } from '../../bench/arena/server.ts'
import {
  createTruth,
  messagesOf,
  metricsOf,
  scoreOf,
  signatureOf,
  stateAll,
  systemOf,
} from '../../bench/arena/truth.ts'
import { createWorld, valuesOf, type World } from '../../bench/arena/world.ts'
import { worlds } from '../../bench/arena/worlds/worlds.ts'
import { tuneMessages } from '../../server/src/model/prompt.ts'
import { renderSignature } from '../../server/src/signature/render.ts'
import type { Signature } from '../../server/src/signature/signature.ts'

const shapes = Object.values(worlds)

describe.each(shapes)('world $name', shape => {
  test('each wording of a rule states that rule and no other of its field', () => {
    const all = [...shape.rules, ...shape.harms]
    const heard = all.flatMap(rule =>
      rule.say.map(text => [
        text,
        all.filter(other => other.field === rule.field && hears(other, text)).map(({ id }) => id),
      ]),
    )
    expect(heard).toEqual(all.flatMap(({ id, say }) => say.map(text => [text, [id]])))
  })

  test('vague and neutral sentences state nothing', () => {
    const fields = [...new Set(shape.rules.map(({ field }) => field))]
    const texts = [
      ...neutralSentences,
      ...vagueSentences.flatMap(text => fields.map(field => text.replace('$', field.replaceAll('_', ' ')))),
      'Pay attention to the format.',
      'Give a good and complete answer.',
    ]
    expect(texts.filter(text => [...shape.rules, ...shape.harms].some(rule => hears(rule, text)))).toEqual([])
  })

  test('little is attained by the bare signature, and most by one that states everything', async () => {
    const { baseline, attainable } = await createTruth(createWorld(shape, 1000))
    expect(baseline / attainable).toBeGreaterThan(0.2)
    expect(baseline / attainable).toBeLessThan(0.45)
    expect(attainable).toBeGreaterThan(0.85)
    expect(attainable).toBeLessThan(0.95)
  })
})

test.each([
  ['answers', 'unit', 'Measurements must carry the symbol of their unit instead of its name.'],
  ['answers', 'surname', 'A designer is named "Family name, first name".'],
  ['answers', 'absent', 'When the passage is silent, respond with "not stated" and nothing else.'],
  ['answers', 'brief', 'Return the shortest phrase possible: between 1 and 4 words.'],
  ['answers', 'form', 'Cite like AN2041/3.'],
  ['tickets', 'queues', 'Must be exactly one of "access", "billing", "hardware", "other", "shipping".'],
  ['tickets', 'login', 'Being unable to log in is a matter of access.'],
  ['tickets', 'again', 'If this is not the first message on the matter, as when they complained earlier, escalate.'],
  ['invoices', 'net', 'Report the figure excluding VAT.'],
  ['invoices', 'iso', 'Written as YYYY-MM-DD.'],
  ['invoices', 'terms', 'When the letter says "within N days", calculate it from the date the letter was sent.'],
  ['invoices', 'solid', 'The digits must not contain spaces.'],
  ['kitchen', 'singular', 'Every ingredient is given in its singular form.'],
  ['kitchen', 'groups', 'Each item is one of: dairy, egg, fish, gluten, none, nuts.'],
  ['kitchen', 'rest', 'Do not forget to add resting to the cooking time.'],
] as const)('%s: %s is heard in other words: %s', (world, id, text) => {
  expect(worlds[world].rules.filter(rule => hears(rule, text)).map(rule => rule.id)).toEqual([id])
})

test('a rule counts in its own field, and in the instructions when they name the field', () => {
  const world = createWorld(worlds.invoices, 1000)
  const start = signatureOf(world.signature)
  const iso = 'Write dates as YYYY-MM-DD.'
  const effect = (signature: Signature) => readPrompt(systemOf(signature), world).effect('iso')
  expect(effect(start)).toBe(0)
  expect(effect(withConstraint(start, 'due_date', iso))).toBe(1)
  expect(effect(withConstraint(start, 'account', iso))).toBe(0)
  expect(effect({ ...start, instructions: `${start.instructions}\nFor due_date: ${iso}` })).toBe(1)
  expect(effect({ ...start, instructions: `${start.instructions} ${iso}` })).toBe(0.6)
})

test('the same seed and requests give the same replies in any order, and repeats are counted', () => {
  const world = createWorld(worlds.tickets, 1000)
  const requests = [...taskRequests(world), reflectionRequest(world)]
  const forth = createArena(world, { noise: 0.1, reflector: 'strong' })
  const back = createArena(world, { noise: 0.1, reflector: 'strong' })
  const replies = requests.map(request => forth.reply(request).text)
  const reversed = requests.toReversed().map(request => back.reply(request).text)
  expect(reversed.toReversed()).toEqual(replies)
  forth.reply({ messages: [{ role: 'user', content: 'Hello?' }] })
  for (const request of taskRequests(world)) forth.reply(request)
  expect(forth.counts).toEqual({ all: 202, task: 200, reflection: 1, repeated: 100, faulty: 1 })
})

test('without noise a repeated question gets the same answer; with noise some get another', () => {
  const world = createWorld(worlds.kitchen, 1000)
  const changed = (noise: number) => {
    const arena = createArena(world, { noise, reflector: 'weak' })
    const [first, second] = [0, 1].map(() => taskRequests(world).map(request => arena.reply(request).text))
    return first?.filter((text, index) => text !== second?.[index]).length
  }
  expect(changed(0)).toBe(0)
  expect(changed(0.5)).toBeGreaterThan(5)
})

test('the true score is the mean of sampled ones', async () => {
  let [sampled, expected] = [0, 0]
  for (let seed = 0; seed < 12; seed++) {
    const world = createWorld(worlds.answers, seed)
    const start = signatureOf(world.signature)
    const half = { ...stateAll(world, start), instructions: 'Answer politely.' }
    const arena = createArena(world, { noise: 0, reflector: 'weak' })
    const metrics = metricsOf(start)
    for (const example of world.hidden) {
      const { text } = arena.reply({ messages: messagesOf(half, example.inputs) })
      const { score } = await scoreOf(metrics, valuesOf(example), JSON.parse(text))
      sampled += score / world.hidden.length / 12
    }
    expected += (await createTruth(world)).score(half) / 12
  }
  expect(Math.abs(sampled - expected)).toBeLessThan(0.01)
})

test.each(shapes)('in $name the reflector sees failures only where the request shows a wrong answer', shape => {
  const world = createWorld(shape, 1000)
  const keys = exampleKeys(world)
  const shown = (pick: 'gold' | 'wrong') =>
    world.shown
      .map(({ inputs, outputs }) => {
        const got = Object.entries(outputs).map(([name, { gold, needs }]) => [
          name,
          pick === 'gold' ? gold : (needs[0]?.wrong ?? gold),
        ])
        return JSON.stringify({ inputs, got: Object.fromEntries(got) }, null, 2)
      })
      .join('\n')
  expect([...evidenceIn(shown('gold'), keys).byRule.keys()]).toEqual([])
  const needed = world.rules.map(({ id }) => [
    id,
    world.shown.filter(({ outputs }) => Object.values(outputs).some(({ needs }) => needs[0]?.rule === id)).length,
  ])
  const found = evidenceIn(shown('wrong'), keys).byRule
  expect(world.rules.map(({ id }) => [id, found.get(id)?.size])).toEqual(needed)
})

function withConstraint(signature: Signature, field: string, text: string): Signature {
  return {
    ...signature,
    outputs: signature.outputs.map(output => (output.name === field ? { ...output, constraints: [text] } : output)),
  }
}

function taskRequests(world: World) {
  const start = signatureOf(world.signature)
  return world.shown.map(({ inputs }) => ({ messages: messagesOf(start, inputs) }))
}

function reflectionRequest(world: World) {
  const yaml = renderSignature(signatureOf(world.signature), { examples: false })
  const failures = world.shown
    .slice(0, 8)
    .map(({ inputs, outputs }) => JSON.stringify({ inputs, got: { queue: outputs.queue?.needs[0]?.wrong } }))
  return { messages: tuneMessages(yaml, failures.join('\n')) }
}
