/** Which evaluation, version and job of a skill count for a text. */
import { describe, expect, test } from 'vitest'
import type { FoundJob, Ports, SkillLocation } from '../../server/src/app/ports.ts'
import {
  type EvaluationKeys,
  emptyState,
  findEvaluation,
  type KnownEvaluation,
  openJob,
  passedOf,
  readStoreState,
} from '../../server/src/app/skillState.ts'
import { failure } from '../../server/src/base/errors.ts'
import { fail, ok } from '../../server/src/base/result.ts'

const now: EvaluationKeys = { signatureSha256: 's', metricsSha256: 'm', examplesSha256: 'e', model: 'gpt' }

function evaluation(change: Partial<KnownEvaluation>): KnownEvaluation {
  return {
    jobId: 'job_a',
    skillPath: 'signature.yaml',
    ...{ signatureSha256: 's', metricsSha256: 'm', examplesSha256: 'e', model: 'gpt' },
    ...{ score: 0.5, scoreByMetric: {}, scoreByField: {}, examples: 60, errors: 2, failing: [], createdAt: 1 },
    ...change,
  }
}

function job(change: Partial<FoundJob>): FoundJob {
  return {
    id: 'job_a',
    ...{ kind: 'tune', state: 'completed', skillPath: 'signature.yaml', skillId: 'a', digest: 'd', attempt: 1 },
    ...{ cancelRequested: false, createdAt: 1, updatedAt: 1, interrupted: false },
    ...change,
  } as FoundJob
}

const tuned = {
  ...{ tuned: true, old_score: 0.7, new_score: 0.8, changes: ['a change'], reason: 'better', model: 'gpt' },
  ...{ reflection_model: 'gpt', demo: false, scores: {}, examples: 3, errors: [] },
}

describe('the evaluation that fits', () => {
  const [other, examples, model] = [
    evaluation({ score: 0.1, signatureSha256: 'x' }),
    evaluation({ score: 0.2, examplesSha256: 'x' }),
    evaluation({ score: 0.3, model: 'x' }),
  ]
  test.each<readonly [string, readonly KnownEvaluation[], number, readonly string[]]>([
    ['this very text, however old', [other, model, examples, evaluation({})], 0.5, []],
    ['the newest of two that fit', [evaluation({ score: 0.6 }), evaluation({})], 0.6, []],
    ['another model rather than other examples', [other, examples, model], 0.3, ['model']],
    ['other examples rather than another text', [other, examples], 0.2, ['examples']],
    ['else the newest', [other, evaluation({ metricsSha256: 'x', signatureSha256: 'x' })], 0.1, ['signature']],
    ['metrics that changed', [evaluation({ metricsSha256: 'x', signatureSha256: 'x' })], 0.5, ['metrics']],
  ])('is %s', (_, evaluations, score, stale) => {
    expect(findEvaluation({ evaluations }, now)).toMatchObject({ evaluation: { score }, stale })
  })

  test('is not stale by what is not known, and there may be none', () => {
    const unknown = { ...now, examplesSha256: undefined, model: undefined }
    expect(findEvaluation({ evaluations: [evaluation({ examplesSha256: 'x', model: 'x' })] }, unknown)?.stale).toEqual(
      [],
    )
    expect(findEvaluation(emptyState, now)).toBeUndefined()
  })
})

describe('the examples that pass', () => {
  const failing = (count: number) =>
    Array.from({ length: count }, () => ({
      id: '1',
      line: 1,
      score: 0,
      inputs: {},
      expected: {},
      got: {},
      feedback: [],
    }))

  test('are counted where all failures are kept, else bounded, else told by the job', () => {
    expect(passedOf({ jobs: [] }, evaluation({ failing: failing(3) }))).toEqual({ count: 55, isExact: true })
    expect(passedOf({ jobs: [] }, evaluation({ failing: failing(50) }))).toEqual({ count: 8, isExact: false })
    const result = {
      ...{ score: 0.5, scores: {}, scores_by_field: {}, examples: 60, passed: 4, errors: [], failing_count: 54 },
      ...{ model: 'gpt', demo: false, calls: 1, requests: 1, repeated_calls: 0, failed_requests: [] },
    }
    const jobs = [job({ kind: 'evaluate', result })]
    expect(passedOf({ jobs }, evaluation({ failing: failing(50) }))).toEqual({ count: 4, isExact: true })
  })

  test('are told by a tune job for both texts that it scored', () => {
    const jobs = [job({ result: { ...tuned, old_score: 0.4, new_score: 0.9, passed: 3, new_passed: 47 } })]
    const of = (score: number) => passedOf({ jobs }, evaluation({ score, failing: failing(50) }))
    expect(of(0.4)).toEqual({ count: 3, isExact: true })
    expect(of(0.9)).toEqual({ count: 47, isExact: true })
    expect(of(0.7).isExact).toBe(false)
  })
})

describe('the job that a person should know of', () => {
  const running = job({ id: 'running', kind: 'evaluate', state: 'running' })
  const interrupted = job({ id: 'interrupted', state: 'queued', interrupted: true })
  const waiting = job({ id: 'waiting', result: tuned })
  test.each<readonly [string, readonly FoundJob[], string | undefined]>([
    ['runs', [interrupted, running], 'running'],
    ['was interrupted', [interrupted, waiting], 'interrupted'],
    ['waits to be applied, though evaluated since', [job({ kind: 'evaluate' }), waiting], 'waiting'],
    ['none: discarded', [job({ result: tuned, discardedAt: 2_000 })], undefined],
    ['none: applied', [job({ result: tuned, appliedVersion: 2 })], undefined],
    ['none: found nothing', [job({ result: { ...tuned, changes: [] } })], undefined],
    ['none: an older one was interrupted', [job({ appliedVersion: 2, result: tuned }), interrupted], undefined],
    ['none: a result that nobody can read', [job({ result: 'junk' })], undefined],
  ])('%s', (_, jobs, id) => {
    expect(openJob({ jobs })?.id).toBe(id)
  })
})

test('what cannot be read is left out, and so are failures that are none', async () => {
  const failing: readonly unknown[] = [
    'junk',
    { id: '1', line: 1, score: 0, inputs: {}, expected: {}, got: {}, feedback: [] },
  ]
  const service = {
    evaluations: async () => ok([{ ...evaluation({}), failing }]),
    list: async () => fail(failure('worker_lost', 'The worker stopped.')),
  }
  const ports = { jobs: () => service } as unknown as Ports
  const location = { root: '/', skillPath: 'signature.yaml' } as SkillLocation
  const state = await readStoreState(ports, location)
  expect(state).toMatchObject({ jobs: [], evaluations: [{ failing: [{ id: '1' }] }] })
  expect(state.evaluations[0]?.failing).toHaveLength(1)
})
