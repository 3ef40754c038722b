/** The whole loop on worlds with hidden rules. */
import { describe, expect, test } from 'vitest'
import { addMissingRule, createRuleModel, paraphrase, ruleWorld, textOf } from '../support/ruleModel.ts'
import { tuned, tuneWorld } from '../support/tuneWorld.ts'

describe('a signature that lacks rules', () => {
  const world = ruleWorld(120, 4)

  test('is tuned, with proof, changes, sources and scores', async () => {
    const model = createRuleModel(world)
    const { result, progress } = await tuneWorld(world, model.call)
    if (!result.ok) throw new Error(result.error.message)
    const outcome = result.value
    expect(outcome).toMatchObject({ tuned: true, evidence: 'proven', old_score: 0, new_score: 1, improvement: '+100%' })
    expect(outcome.changeSentences.toSorted()).toEqual(
      [0, 1, 2, 3].map(rule => `Field 'answer': added constraint 'Apply r${rule}.'`),
    )
  })
})
