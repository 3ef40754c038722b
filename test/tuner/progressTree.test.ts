/** What a run's progress tells of its candidates: the same as its outcome, bound in size. */
import { expect, test } from 'vitest'
import type { Candidate } from '../../server/src/tuner/candidate.ts'
import { mostCharacters, mostEntries, progressTree } from '../../server/src/tuner/progressTree.ts'
import type { CandidateReport } from '../../server/src/tuner/result.ts'
import { createRuleModel, paraphrase, ruleWorld } from '../support/ruleModel.ts'
import { tuneWorld } from '../support/tuneWorld.ts'
import { plainSignature } from '../support/tuning.ts'

test('a run tells of each candidate as it is concluded, in the words of its outcome', async () => {
  const world = ruleWorld(60, 2)
  const { result, progress } = await tuneWorld(world, createRuleModel(world).call)
  const reports = result.ok ? result.value.candidates : []
  expect(progress.find(({ phase }) => phase === 'propose')?.tree).toBeUndefined()
  const { tree } = progress.at(-1) ?? {}
  expect(tree?.candidates.length).toBeGreaterThan(1)
  expect(tree?.candidates).toEqual(
    reports.slice(-mostEntries).map(({ id, parent, origin, decision, searchScore, changeSentences }) => ({
      id: String(id),
      parent: String(parent),
      origin,
      ...(searchScore !== undefined && { search_score: searchScore }),
      state: decision.replace(/:.*/s, ''),
      decision,
      changes: changeSentences,
    })),
  )
  const best = reports.findLast(({ decision }) => decision.startsWith('accepted'))
  expect(tree?.best).toBe(String(best?.id))
  const lengths = new Set(progress.map(told => told.tree?.candidates.length ?? 0))
  expect([...lengths]).toEqual([...lengths].sort((a, b) => a - b))
})

test('a run that finds nothing names no best', async () => {
  const world = ruleWorld(60, 2)
  const { progress } = await tuneWorld(world, createRuleModel(world, { reflect: paraphrase }).call)
  const { tree } = progress.at(-1) ?? {}
  expect(tree?.candidates.map(({ state }) => state)).not.toContain('accepted')
  expect(tree).not.toHaveProperty('best')
})

const candidate = (id: number, parents: readonly number[]): Candidate => ({
  ...{ id, parents, signature: plainSignature(), key: String(id), outcomes: new Map(), searchScore: 0.5, sources: [] },
  origin: id === 0 ? 'original' : 'reflection',
})
const reported = (id: number, changeSentences: readonly string[]): CandidateReport => {
  return { id, parent: 0, origin: 'reflection', changeSentences, searchScore: 0.5, decision: 'rejected: no' }
}

test('of many candidates the latest are told, with all that the best builds upon', () => {
  const best = candidate(9, [5, 2])
  const pool = [candidate(0, []), candidate(2, [0]), candidate(3, [0]), candidate(5, [3]), best]
  const reports = Array.from({ length: 40 }, (_, at) => reported(at + 1, ['a']))
  const { candidates, ...rest } = progressTree(reports, pool, best)
  const latest = Array.from({ length: 12 }, (_, at) => at + 29)
  expect(candidates.map(({ id }) => Number(id))).toEqual([2, 3, 5, 9, ...latest])
  expect(rest).toEqual({ left_out: 24, best: '9' })
})

test('a tree stays small, whatever was tried', () => {
  const pool = Array.from({ length: 300 }, (_, id) => candidate(id, id === 0 ? [] : [id - 1]))
  const long = `Instructions: now '${'🙂'.repeat(5000)}'`
  const reports = pool.slice(1).map(({ id }) => ({ ...reported(id, [long, 'b', 'c']), decision: `refused: ${long}` }))
  const tree = progressTree(reports, pool, pool[299] ?? candidate(0, []))
  expect(tree.candidates).toHaveLength(mostEntries)
  expect(tree.left_out).toBe(283)
  expect(JSON.stringify(tree).length).toBeLessThan(8000)
  expect(tree.candidates[0]?.changes.join('').length).toBeLessThanOrEqual(mostCharacters)
  expect(JSON.stringify(tree).isWellFormed() && !JSON.stringify(tree).includes('\\ud83d')).toBe(true)
  expect(tree.candidates[0]).toMatchObject({ state: 'refused', more_changes: 2 })
})
