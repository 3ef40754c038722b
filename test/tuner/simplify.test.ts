/** Simplifying: of sentences that do the same one is kept, whatever else limits the search. */
import { describe, expect, test } from 'vitest'
import { ok } from '../../server/src/base/result.ts'
import type { Call } from '../../server/src/evaluation/evaluate.ts'
import type { Signature } from '../../server/src/signature/signature.ts'
import { createRuleModel, type RuleWorld, reflection, ruleWorld, textOf } from '../support/ruleModel.ts'
import { tuned, tuneWorld } from '../support/tuneWorld.ts'

const world = ruleWorld(120, 1)

/** Answers need no more of rule `r0` where the prompt `isEnough`; each reflection adds the same. */
function modelOf(
  add: (current: Signature) => Signature,
  isEnough: (prompt: string) => boolean,
  of: RuleWorld = world,
): Call {
  const { call } = createRuleModel(of, { reflect: (_, current) => reflection(add(current)) })
  return (request, signal) => {
    if (request.purpose === 'reflection' || !isEnough(textOf(request))) return call(request, signal)
    const [system, ...others] = request.messages
    const content = `${system?.content}\nApply r0.`
    return call({ ...request, messages: [{ role: 'system', content }, ...others] }, signal)
  }
}

const withConstraints = (current: Signature, ...texts: readonly string[]): Signature => ({
  ...current,
  outputs: current.outputs.map(field => ({ ...field, constraints: [...new Set([...field.constraints, ...texts])] })),
})

describe('of what does the same', () => {
  test('one constraint is kept', async () => {
    const alike = ['Mind A.', 'Mind B.', 'Mind C.', 'Mind D.']
    const outcome = await tuned(
      world,
      modelOf(
        current => withConstraints(current, ...alike),
        prompt => alike.some(text => prompt.includes(text)),
      ),
    )
    expect(outcome).toMatchObject({ tuned: true, new_score: 1 })
    expect(outcome.changeSentences).toHaveLength(1)
    expect(outcome.candidates.find(({ id }) => id === outcome.best)?.decision).toMatch(/^accepted: /)
  })

  test('either the constraint or the sentence of the instructions is kept', async () => {
    const call = modelOf(
      current =>
        withConstraints({ ...current, instructions: `${current.instructions.split(' Mind')[0]} Mind I.` }, 'Mind C.'),
      prompt => /Mind [IC]\./.test(prompt),
    )
    const outcome = await tuned(world, call)
    expect(outcome).toMatchObject({ tuned: true, new_score: 1 })
    expect(outcome.changeSentences).toHaveLength(1)
  })
})

test('progress ends with the candidate that the result is made of', async () => {
  const alike = ['Mind A.', 'Mind B.']
  const call = modelOf(
    current => withConstraints(current, ...alike),
    prompt => /Mind [AB]\./.test(prompt),
  )
  const { result, progress } = await tuneWorld(world, call)
  expect(result.ok && String(result.value.best)).toBe(progress.at(-1)?.tree?.best)
})

test('when no more proposals can be paid for, what is not missed is still taken away', async () => {
  const two = ruleWorld(120, 2)
  const useless = [1, 2, 3].map(n => `Useless sentence ${n}.`)
  const add = (current: Signature) => withConstraints(current, 'Mind A.', ...useless)
  const call = modelOf(add, prompt => prompt.includes('Mind A.'), two)
  const dear: Call = async (request, signal) => {
    const reply = await call(request, signal)
    if (!reply.ok) return reply
    const cost = request.purpose === 'reflection' ? 0.2 : 0.0001
    return ok({ ...reply.value, usage: { ...reply.value.usage, cost } })
  }
  const budget = { maxCalls: 2000, maxCost: 1.2 }
  const outcome = await tuned(two, dear, { reflectionModel: 'no-known-model', budget })
  expect(outcome).toMatchObject({ tuned: true, stopReason: 'budget' })
  expect(outcome.changeSentences).toEqual([expect.stringContaining('Mind A.')])
})
