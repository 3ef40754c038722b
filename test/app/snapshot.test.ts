/** Snapshots: what makes jobs equal, what may change under way, and what a row may hold instead. */
import { expect, test } from 'vitest'
import {
  type NewSnapshot,
  readSnapshot,
  readStoredSnapshot,
  snapshotDigest,
  withLimits,
} from '../../server/src/app/snapshot.ts'
import { evaluateJob } from '../worker/evaluateJob.ts'

const { snapshot } = evaluateJob('http://localhost:1/v1', 3)
const digest = (changes: Partial<NewSnapshot> = {}) => snapshotDigest('tune', { ...snapshot, ...changes })

test('budget, concurrency and the examples beside their digest do not tell jobs apart', () => {
  expect(digest({ concurrency: 99, budget: { maxCalls: 7, maxCost: 1, maxTime: 2 }, examples: [] })).toBe(digest())
})

test.each([
  { text: 'name: Other' },
  { examplesSha256: 'other' },
  { model: 'other' },
  { reflectionModel: 'other' },
  { origin: 'https://other' },
  { parameters: { temperature: 1 } },
  { seed: 1 },
  { options: { force: true, minImprovement: 0.05 } },
])('all else does: %o', changes => {
  expect(digest(changes)).not.toBe(digest())
  expect(snapshotDigest('evaluate', snapshot)).not.toBe(digest())
})

test('limits replace those that were stored; the rest stays', () => {
  const stored = JSON.stringify({ ...snapshot, width: 4, budget: { maxCalls: 10, maxCost: 2 } })
  const changed = withLimits('job_x', stored, { maxCalls: 20, concurrency: 32 })
  expect(changed.ok && JSON.parse(changed.value)).toEqual({
    ...JSON.parse(stored),
    concurrency: 32,
    budget: { maxCalls: 20, maxCost: 2 },
  })
  const raised = withLimits('job_x', stored, { maxTime: 60, maxCost: undefined })
  expect(raised.ok && readSnapshot('job_x', raised.value)).toMatchObject({
    ok: true,
    value: {
      concurrency: snapshot.concurrency,
      width: 4,
      budget: { maxCalls: 10, maxTime: 60 },
      examples: { length: 3 },
    },
  })
})

test.each(['{', '', 'null', '[]', '{"text":1}'])('a row that holds %s is the same failure everywhere', text => {
  const failed = { ok: false, error: { code: 'job_failed', message: expect.stringContaining('job_x') } }
  expect(readSnapshot('job_x', text)).toEqual(failed)
  expect(readStoredSnapshot('job_x', text)).toEqual(failed)
  expect(withLimits('job_x', text, {})).toEqual(failed)
})
