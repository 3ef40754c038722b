/** The reflections of one proposal: what each of them reads. */
import { expect, test } from 'vitest'
import { addMissingRule, constrained, createRuleModel, reworded, ruleWorld, textOf } from '../support/ruleModel.ts'
import { tuned } from '../support/tuneWorld.ts'

const world = ruleWorld(120, 4)
const added = /added after the answers below:\n((?:- .*\n)+)/

test('the second has what the first added in its signature, and is told that nobody tried it', async () => {
  let asked = 0
  const model = createRuleModel(world, { reflect: (_, current) => constrained(current, `Apply r${asked++ % 4}.`) })
  const { candidates } = await tuned(world, model.call)
  const [first, second] = model.reflections().map(textOf)
  expect(first).not.toMatch(added)
  expect(second).toMatch(/<current_signature>[^<]*Apply r0\.[^<]*<\/current_signature>/)
  expect(added.exec(second ?? '')?.[1]).toBe('- Apply r0.\n')
  // Both are judged together.
  const sentences = [0, 1].map(rule => `Field 'answer': added constraint 'Apply r${rule}.'`)
  expect(candidates[0]?.changeSentences).toEqual(sentences)
})

test('the second is asked without the answers of the first wording where these led nowhere', async () => {
  let asked = 0
  const model = createRuleModel(world, {
    reflect: (request, current) => {
      // The first two find a rule each, so that there is a wording to improve on; then nothing new is said.
      asked++
      return asked <= 2 ? addMissingRule(request, current) : reworded(current, current.instructions)
    },
  })
  await tuned(world, model.call, { budget: { maxCalls: 300 } })
  const [third, fourth] = model.reflections().slice(2).map(textOf)
  expect(third).toContain('(first wording)')
  expect(fourth).not.toContain('(first wording)')
})

test('what one says again joins once', async () => {
  const model = createRuleModel(world, { reflect: (_, current) => constrained(current, 'Apply r1.') })
  const { candidates } = await tuned(world, model.call)
  expect(candidates[0]?.changeSentences).toEqual(["Field 'answer': added constraint 'Apply r1.'"])
})
