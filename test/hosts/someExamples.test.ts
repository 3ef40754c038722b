/** Evaluating some examples alone: only they are asked about, and nothing is recorded. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createWorkspace } from '../support/cli.ts'

const skill = 'skills/python/async'

function arrange() {
  const workspace = createWorkspace()
  workspace.copySkill('python/async')
  return { ...workspace, evaluate: (...args: string[]) => workspace.run(['evaluate', ...args, '--model', 'embedded']) }
}

test('only they cost calls, and no version is made of their scores', async () => {
  const { evaluate, run, root } = arrange()
  const ran = await evaluate(skill, '--examples', 'async-007, async-002,async-007', '--json')
  expect(ran.status, ran.stderr).toBe(0)
  const [evaluated] = JSON.parse(ran.stdout).skills
  expect(evaluated.result).toMatchObject({ examples: 2, of_examples: 121, calls: 2 })
  expect(evaluated.result.outcomes.map(({ id }: { id: string }) => id)).toEqual(['async-002', 'async-007'])
  expect(evaluated).not.toHaveProperty('version')
  expect(existsSync(join(root, skill, 'signature.history.json'))).toBe(false)
  // A list of jobs stays short.
  const [job] = JSON.parse((await run(['jobs', '--json'])).stdout).jobs
  expect(job.result).toMatchObject({ examples: 2, outcomes: [], failing: [] })
})

test('a person is told that it is not the score of the signature', async () => {
  const { evaluate } = arrange()
  const { stdout } = await evaluate(skill, '--examples', 'async-002,async-007')
  expect(stdout.replace(/\s+/g, ' ')).toMatch(
    /of 2 examples entirely right, of the 121 it has; their scores are not those of/,
  )
  expect(stdout).not.toContain('threshold')
})

test.each([
  [[skill, '--examples', 'async-001,none'], /has no example 'none': its ids go from 'async-001' to 'async-121'\./],
  [[skill, '--examples', ','], /--examples cannot be "," *: give a list of texts/],
  [['skills', '--examples', 'async-001'], /skills holds 2 signatures: name the one whose examples you mean\./],
  [[skill, '--max-failing', '0'], /--max-failing cannot be "0": give a whole number above 0/],
])('%s is a mistake that is explained', async (args, sentence) => {
  const { evaluate, copySkill } = arrange()
  copySkill('support/ticket-triage')
  const ran = await evaluate(...args)
  expect(ran.status).toBe(2)
  expect(ran.stderr).toMatch(sentence)
})
