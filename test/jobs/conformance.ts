/** What every job store, ledger store and evaluation store must do; run on the in-memory and the SQLite ones. */
import { describe, expect, test } from 'vitest'
import type { Clock } from '../../server/src/base/clock.ts'
import { type Job, leaseMilliseconds, type NewJob, type Owner } from '../../server/src/jobs/job.ts'
import { pruneInBatches } from '../../server/src/jobs/prune.ts'
import {
  type EvaluationRecord,
  type EvaluationStore,
  type JobStore,
  type LedgerStore,
  type RequestStore,
  requestMilliseconds,
} from '../../server/src/jobs/store.ts'

interface Stores {
  readonly jobs: JobStore
  readonly ledger: LedgerStore
  readonly evaluations: EvaluationStore
  readonly requests: RequestStore
}

export const alice: Owner = { bootId: 'boot', pid: 1, startTime: '10' }
export const bob: Owner = { bootId: 'boot', pid: 2, startTime: '20' }
export const nobodyDied = () => false

export function newJob(changes: Partial<NewJob> = {}): NewJob {
  return {
    id: `job_${'a'.repeat(16)}`,
    kind: 'tune',
    skillPath: 'skills/a/signature.yaml',
    skillId: 'a',
    digest: 'd1',
    snapshot: '{"text":"ä"}',
    ...changes,
  }
}

export function storeConformance(name: string, open: () => Promise<Stores>): void {
  const id = newJob().id
  const other = `job_${'b'.repeat(16)}`

  async function claimed(): Promise<Stores & { readonly job: Job; readonly fence: { id: string; attempt: number } }> {
    const stores = await open()
    stores.jobs.enqueue(newJob(), 1_000)
    const job = stores.jobs.claim(id, alice, 2_000, nobodyDied)
    if (job === undefined) throw new Error('not claimed')
    return { ...stores, job, fence: { id, attempt: job.attempt } }
  }

  describe(`${name}: jobs`, () => {
    test('a new job is queued, and its snapshot comes back as it was', async () => {
      const { jobs } = await open()
      const job = jobs.enqueue(newJob(), 1_000)
      expect(job).toEqual({
        id,
        kind: 'tune',
        state: 'queued',
        skillPath: 'skills/a/signature.yaml',
        skillId: 'a',
        digest: 'd1',
        attempt: 0,
        cancelRequested: false,
        createdAt: 1_000,
        updatedAt: 1_000,
      })
      expect(jobs.get(id)).toEqual(job)
      expect(jobs.snapshot(id)).toBe('{"text":"ä"}')
      expect(jobs.get(other)).toBeUndefined()
      expect(jobs.snapshot(other)).toBeUndefined()
      expect(() => jobs.enqueue(newJob(), 1_001)).toThrow()
    })

    test('claiming takes a lease and counts the attempt; a second claim gets nothing', async () => {
      const { jobs, job } = await claimed()
      expect(job).toMatchObject({ state: 'running', attempt: 1, owner: alice, leaseUntil: 2_000 + leaseMilliseconds })
      expect(jobs.claim(id, bob, 2_001, nobodyDied)).toBeUndefined()
      expect(jobs.claim(other, bob, 2_001, nobodyDied)).toBeUndefined()
      // Read before it waited for its turn to write.
      expect(jobs.claim(id, bob, 1_990, nobodyDied)).toBeUndefined()
    })

    test.each([
      ['its lease ended', 3_000 + leaseMilliseconds, 3_000, nobodyDied],
      ['its owner is dead', 3_001, 3_000, (owner: Owner) => owner.pid === alice.pid],
      ['the clock was set back', 1_000, 100_000, nobodyDied],
    ])(
      'a running job is claimed anew when %s, and the first owner changes nothing any more',
      async (_, now, renewedAt, isDead) => {
        const { jobs, ledger, fence } = await claimed()
        expect(jobs.renew(fence, renewedAt)).toMatchObject({ held: true })
        expect(ledger.asked(fence, 'k', 'task', 2_000)).toBe(true)
        expect(jobs.claim(id, bob, now, isDead)).toMatchObject({ attempt: 2, owner: bob })
        const before = jobs.get(id)
        expect(jobs.renew(fence, now)).toEqual({ held: false, cancelRequested: false })
        expect(jobs.progress(fence, { phase: 'x', percent: 1, calls: 1 }, now)).toBe(false)
        expect(jobs.complete(fence, {}, now)).toBe(false)
        expect(jobs.fail(fence, { code: 'job_failed', message: 'no' }, now)).toBe(false)
        expect(jobs.cancelled(fence, now)).toBe(false)
        expect(jobs.release(fence, now)).toBe(false)
        expect(ledger.asked(fence, 'k2', 'task', now)).toBe(false)
        expect(ledger.answered(fence, 'k', '1', now)).toBe(false)
        expect(ledger.failed(fence, 'k', '{}', now)).toBe(false)
        expect(ledger.postponed(fence, 'k', now, now)).toBe(false)
        expect(ledger.decided(fence, 'd', '1', now)).toBe(false)
        expect(jobs.get(id)).toEqual(before)
        expect(ledger.find(id, 'k')).toEqual({ state: 'asked', asks: 1 })
      },
    )

    test('renewing extends the lease and tells of a wish to cancel', async () => {
      const { jobs, fence } = await claimed()
      expect(jobs.renew(fence, 7_000)).toEqual({ held: true, cancelRequested: false })
      expect(jobs.get(id)?.leaseUntil).toBe(7_000 + leaseMilliseconds)
      expect(jobs.requestCancel(id, 8_000)).toMatchObject({ state: 'running', cancelRequested: true })
      expect(jobs.renew(fence, 9_000)).toEqual({ held: true, cancelRequested: true })
      expect(jobs.cancelled(fence, 9_001)).toBe(true)
      expect(jobs.get(id)).toMatchObject({ state: 'cancelled', finishedAt: 9_001 })
    })

    test('an ended job has no owner or lease and keeps how it ended', async () => {
      const { jobs, fence } = await claimed()
      expect(jobs.progress(fence, { phase: 'done', percent: 100, calls: 3 }, 2_500)).toBe(true)
      expect(jobs.complete(fence, { tuned: true, list: [1, null] }, 3_000)).toBe(true)
      const job = jobs.get(id)
      expect(job).toMatchObject({
        state: 'completed',
        finishedAt: 3_000,
        result: { tuned: true, list: [1, null] },
        progress: { phase: 'done', percent: 100, calls: 3 },
      })
      expect(job).not.toHaveProperty('owner')
      expect(job).not.toHaveProperty('leaseUntil')
      expect(jobs.complete(fence, {}, 3_001)).toBe(false)
      expect(jobs.claim(id, bob, 99_000, () => true)).toBeUndefined()
      expect(jobs.requeue(id, 3_002)).toBeUndefined()
      expect(jobs.discard(id, 3_003)).toBe(true)
      expect(jobs.discard(id, 3_004)).toBe(true)
      expect(jobs.get(id)?.discardedAt).toBe(3_003)
      expect(jobs.markApplied(id, 4, 3_005)).toBe(true)
      expect(jobs.get(id)).toMatchObject({ appliedVersion: 4 })
      expect(jobs.get(id)?.discardedAt).toBeUndefined()
      expect(jobs.discard(id, 3_006)).toBe(false)
    })

    test('a failed or cancelled job is queued again; its error goes, its attempt stays', async () => {
      const { jobs, fence } = await claimed()
      expect(jobs.fail(fence, { code: 'endpoint_unreachable', message: 'No answer.', path: 'p' }, 3_000)).toBe(true)
      expect(jobs.get(id)).toMatchObject({ state: 'failed', error: { code: 'endpoint_unreachable', path: 'p' } })
      expect(jobs.markApplied(id, 1, 3_000)).toBe(false)
      expect(jobs.discard(id, 3_000)).toBe(false)
      const queued = jobs.requeue(id, 4_000)
      expect(queued).toMatchObject({ state: 'queued', attempt: 1, updatedAt: 4_000 })
      expect(queued).not.toHaveProperty('error')
      expect(queued).not.toHaveProperty('finishedAt')
      expect(jobs.requeue(id, 4_001)).toBeUndefined()
      expect(jobs.requestCancel(id, 4_002)?.state).toBe('cancelled')
      expect(jobs.requeue(id, 4_003)?.state).toBe('queued')
      expect(jobs.claim(id, bob, 4_004, nobodyDied)).toMatchObject({ attempt: 2, cancelRequested: false })
      expect(jobs.complete(fence, {}, 4_005)).toBe(false)
    })

    test('a released job can be claimed again', async () => {
      const { jobs, fence } = await claimed()
      expect(jobs.release(fence, 3_000)).toBe(true)
      expect(jobs.get(id)).toMatchObject({ state: 'queued' })
      expect(jobs.claim(id, bob, 3_001, nobodyDied)).toMatchObject({ attempt: 2 })
    })

    test('a snapshot is replaced while the digest is the same and the job unfinished', async () => {
      const { jobs, fence } = await claimed()
      expect(jobs.replaceSnapshot(id, 'd2', 'x', 3_000)).toBe(false)
      expect(jobs.replaceSnapshot(id, 'd1', '{"more":1}', 3_000)).toBe(true)
      expect(jobs.snapshot(id)).toBe('{"more":1}')
      jobs.complete(fence, null, 3_001)
      expect(jobs.replaceSnapshot(id, 'd1', 'y', 3_002)).toBe(false)
    })

    test('lists newest first, by skill, kind and state', async () => {
      const { jobs } = await claimed()
      jobs.enqueue(newJob({ id: other, kind: 'evaluate', skillPath: 'skills/b/signature.yaml' }), 5_000)
      expect(jobs.list({}).map(job => job.id)).toEqual([other, id])
      expect(jobs.list({ limit: 1 }).map(job => job.id)).toEqual([other])
      expect(jobs.list({ kind: 'tune' }).map(job => job.id)).toEqual([id])
      expect(jobs.list({ skillPath: 'skills/b/signature.yaml' }).map(job => job.id)).toEqual([other])
      expect(jobs.list({ states: ['running', 'failed'] }).map(job => job.id)).toEqual([id])
      expect(jobs.list({ states: [] })).toEqual([])
    })

    test('a listing leaves out of results what it is told to', async () => {
      const { jobs, fence } = await claimed()
      jobs.complete(fence, { score: 1, failing: ['x'.repeat(10_000)], more: [1] }, 3_000)
      expect(jobs.list({ omit: ['failing', 'absent'] }).map(job => job.result)).toEqual([{ score: 1, more: [1] }])
      expect(jobs.list({}).map(job => job.result)).toEqual([jobs.get(id)?.result])
    })

    test('pruning deletes ended jobs that are old enough, with their ledger', async () => {
      const { jobs, ledger, fence } = await claimed()
      ledger.asked(fence, 'k', 'task', 2_000)
      jobs.enqueue(newJob({ id: other }), 2_000)
      expect(jobs.prune(99_000, 10)).toBe(0)
      expect(jobs.pruneOne(99_000, id)).toBe(false)
      jobs.fail(fence, { code: 'job_failed', message: 'no' }, 3_000)
      expect(jobs.prune(3_000, 10)).toBe(0)
      expect(jobs.pruneOne(3_000, id)).toBe(false)
      expect(jobs.prune(3_001, 10)).toBe(1)
      expect(jobs.get(id)).toBeUndefined()
      expect(ledger.find(id, 'k')).toBeUndefined()
      expect(jobs.get(other)?.state).toBe('queued')
      jobs.requestCancel(other, 4_000)
      expect(jobs.pruneOne(4_001, id)).toBe(false)
      expect(jobs.pruneOne(4_001, other)).toBe(true)
      expect(jobs.list({})).toEqual([])
    })

    test('pruning goes batch by batch, lets others write in between, and leaves what has not ended', async () => {
      const { jobs, fence } = await claimed()
      for (let n = 0; n < 100; n++) {
        const old = `job_${String(n).padStart(16, 'c')}`
        jobs.enqueue(newJob({ id: old }), 2_000)
        jobs.requestCancel(old, 2_001)
      }
      jobs.enqueue(newJob({ id: other }), 2_000)
      expect(jobs.prune(3_000, 30)).toBe(30)
      expect(jobs.list({ states: ['cancelled'] })).toHaveLength(70)
      const left: number[] = []
      const clock: Clock = {
        now: () => 3_000,
        elapsed: () => 0,
        async sleep() {
          left.push(jobs.list({ states: ['cancelled'] }).length)
          expect(jobs.renew(fence, 3_000)).toMatchObject({ held: true })
        },
      }
      expect(await pruneInBatches(jobs, clock, 3_000)).toBe(70)
      // Batches of 8, 16 and 32, then the rest.
      expect(left).toEqual([62, 46, 14])
      expect(jobs.list({}).map(job => job.state)).toEqual(['queued', 'running'])
    })
  })

  describe(`${name}: ledger`, () => {
    test('a call is asked, then answered; the answer stays', async () => {
      const { ledger, fence } = await claimed()
      expect(ledger.find(id, 'k')).toBeUndefined()
      expect(ledger.asked(fence, 'k', 'task', 2_001)).toBe(true)
      expect(ledger.find(id, 'k')).toEqual({ state: 'asked', asks: 1 })
      expect(ledger.answered(fence, 'k', '{"a":1}', 2_002)).toBe(true)
      expect(ledger.find(id, 'k')).toEqual({ state: 'answered', asks: 1, reply: '{"a":1}' })
      expect(ledger.asked(fence, 'k', 'task', 2_003)).toBe(false)
      expect(ledger.answered(fence, 'k', '{"a":2}', 2_004)).toBe(false)
      expect(ledger.failed(fence, 'k', '{}', 2_005)).toBe(false)
      expect(ledger.find(id, 'k')).toEqual({ state: 'answered', asks: 1, reply: '{"a":1}' })
    })

    test('what is written together is undone together when it throws', async () => {
      const { ledger, fence } = await claimed()
      ledger.asked(fence, 'before', 'task', 2_000)
      const write = (key: string) => ledger.asked(fence, key, 'task', 2_001)
      expect(ledger.atomically(() => [write('a'), write('b'), write('a')])).toEqual([true, true, true])
      const work = () => {
        write('before')
        write('c')
        throw new Error('no')
      }
      expect(() => ledger.atomically(work)).toThrow('no')
      expect(['before', 'a', 'c'].map(key => ledger.find(id, key))).toEqual([
        { state: 'asked', asks: 1 },
        { state: 'asked', asks: 2 },
        undefined,
      ])
    })

    test('a retry is no repetition; asking again after a crash is', async () => {
      const { jobs, ledger, fence } = await claimed()
      ledger.asked(fence, 'k', 'task', 2_001)
      expect(ledger.postponed(fence, 'k', 9_000, 2_002)).toBe(true)
      expect(ledger.find(id, 'k')).toEqual({ state: 'asked', asks: 1, notBefore: 9_000 })
      ledger.asked(fence, 'k', 'task', 9_000)
      expect(ledger.find(id, 'k')).toEqual({ state: 'asked', asks: 2 })
      expect(ledger.totals(id)).toEqual({ calls: 1, answered: 0, failed: 0, requests: 2, repeated: 0 })
      const attempt = jobs.claim(id, bob, 9_001, () => true)?.attempt ?? 0
      expect(ledger.asked({ id, attempt }, 'k', 'task', 9_002)).toBe(true)
      expect(ledger.failed({ id, attempt }, 'k', '{"code":"x"}', 9_003)).toBe(true)
      expect(ledger.find(id, 'k')).toEqual({ state: 'failed', asks: 3, error: '{"code":"x"}' })
      expect(ledger.totals(id)).toEqual({ calls: 1, answered: 0, failed: 1, requests: 3, repeated: 1 })
    })

    test('the failed calls of a failed job are asked again when it is resumed; those of a cancelled one stay', async () => {
      const { jobs, ledger, fence } = await claimed()
      ledger.asked(fence, 'good', 'task', 2_001)
      ledger.answered(fence, 'good', '1', 2_002)
      ledger.asked(fence, 'bad', 'task', 2_003)
      ledger.failed(fence, 'bad', '{}', 2_004)
      jobs.cancelled(fence, 2_005)
      jobs.requeue(id, 2_006)
      expect(ledger.find(id, 'bad')).toEqual({ state: 'failed', asks: 1, error: '{}' })
      const attempt = jobs.claim(id, alice, 2_007, nobodyDied)?.attempt ?? 0
      jobs.fail({ id, attempt }, { code: 'job_failed', message: 'no' }, 2_008)
      jobs.requeue(id, 2_009)
      expect(ledger.find(id, 'bad')).toEqual({ state: 'asked', asks: 1, notBefore: 2_009 })
      expect(ledger.find(id, 'good')).toEqual({ state: 'answered', asks: 1, reply: '1' })
      jobs.claim(id, alice, 2_010, nobodyDied)
      expect(ledger.asked({ id, attempt: attempt + 1 }, 'bad', 'task', 2_011)).toBe(true)
      expect(ledger.totals(id)).toEqual({ calls: 2, answered: 1, failed: 0, requests: 3, repeated: 0 })
    })

    test('a decision is taken once and counts in no total', async () => {
      const { ledger, fence } = await claimed()
      expect(ledger.decided(fence, 'stop', '"time"', 2_001)).toBe(true)
      expect(ledger.decided(fence, 'stop', '"other"', 2_002)).toBe(false)
      expect(ledger.find(id, 'stop')).toMatchObject({ state: 'answered', reply: '"time"' })
      expect(ledger.totals(id)).toEqual({ calls: 0, answered: 0, failed: 0, requests: 0, repeated: 0 })
    })

    test('replies and decisions are listed, open and failed calls are not', async () => {
      const { ledger, fence } = await claimed()
      for (const key of ['good', 'bad', 'open']) ledger.asked(fence, key, 'judge', 2_001)
      ledger.answered(fence, 'good', '{"a":1}', 2_002)
      ledger.failed(fence, 'bad', '{}', 2_003)
      ledger.decided(fence, 'stop', '"time"', 2_004)
      expect(ledger.answers(id).toSorted((a, b) => (a.key < b.key ? -1 : 1))).toEqual([
        { key: 'good', purpose: 'judge', reply: '{"a":1}' },
        { key: 'stop', purpose: 'decision', reply: '"time"' },
      ])
      expect(ledger.answers(other)).toEqual([])
    })

    test('rows belong to one job', async () => {
      const { jobs, ledger, fence } = await claimed()
      jobs.enqueue(newJob({ id: other }), 2_000)
      jobs.claim(other, alice, 2_000, nobodyDied)
      ledger.asked(fence, 'k', 'task', 2_001)
      expect(ledger.find(other, 'k')).toBeUndefined()
      expect(ledger.asked({ id: other, attempt: 1 }, 'k', 'task', 2_002)).toBe(true)
      expect(ledger.totals(other).requests).toBe(1)
    })
  })

  describe(`${name}: evaluations`, () => {
    const evaluation: EvaluationRecord = {
      jobId: id,
      skillPath: 'skills/a/signature.yaml',
      signatureSha256: 's1',
      examplesSha256: 'e1',
      metricsSha256: 'm1',
      model: 'gpt',
      score: 0.72,
      scoreByMetric: { match: 0.7 },
      scoreByField: { answer: 0.7 },
      examples: 240,
      errors: 1,
      failing: [{ id: '17', got: 'a "sentence"' }],
      createdAt: 3_000,
    }

    test('come back newest first, per skill', async () => {
      const { evaluations } = await claimed()
      evaluations.record(evaluation)
      evaluations.record({ ...evaluation, jobId: undefined, createdAt: 4_000, score: 0.5 })
      evaluations.record({ ...evaluation, skillPath: 'skills/b/signature.yaml', signatureSha256: 's2' })
      expect(evaluations.latest('skills/a/signature.yaml', 5).map(found => found.score)).toEqual([0.5, 0.72])
      expect(evaluations.latest('skills/a/signature.yaml', 1)).toHaveLength(1)
      expect(evaluations.latest('skills/a/signature.yaml', 5)[1]).toEqual(evaluation)
      expect(evaluations.latest('skills/c/signature.yaml', 5)).toEqual([])
    })

    test('a job that runs again replaces what it recorded', async () => {
      const { evaluations } = await claimed()
      evaluations.record(evaluation)
      evaluations.record({ ...evaluation, createdAt: 5_000 })
      expect(evaluations.latest(evaluation.skillPath, 5).map(found => found.createdAt)).toEqual([5_000])
    })

    test('lead to the task calls that a model answered last', async () => {
      const { evaluations, ledger, fence } = await claimed()
      const answer = (key: string, purpose: string, now: number) => {
        ledger.asked(fence, key, purpose, now)
        ledger.answered(fence, key, `{"n":"${key}"}`, now)
      }
      answer('a', 'task', 2_001)
      answer('b', 'reflection', 2_002)
      answer('c', 'task', 2_003)
      ledger.asked(fence, 'd', 'task', 2_004)
      ledger.decided(fence, 'e', '{}', 2_005)
      expect(ledger.recent('gpt', 5)).toEqual([])
      evaluations.record(evaluation)
      expect(ledger.recent('gpt', 5)).toEqual([
        { key: 'c', purpose: 'task', reply: '{"n":"c"}' },
        { key: 'a', purpose: 'task', reply: '{"n":"a"}' },
      ])
      expect(ledger.recent('gpt', 1)).toHaveLength(1)
      expect(ledger.recent('other', 5)).toEqual([])
    })
  })

  describe(`${name}: requests`, () => {
    test('keep the first reply under their key, for a day', async () => {
      const { requests } = await open()
      const first = { fingerprint: 'f1', reply: '{"status":202}' }
      expect(requests.find('k', 1_000)).toBeUndefined()
      requests.keep('k', first, 1_000)
      requests.keep('k', { fingerprint: 'f2', reply: '{}' }, 2_000)
      expect(requests.find('k', 999 + requestMilliseconds)).toEqual(first)
      expect(requests.find('k', 1_000 + requestMilliseconds)).toBeUndefined()
      requests.keep('k', { fingerprint: 'f3', reply: '{}' }, 1_000 + requestMilliseconds)
      expect(requests.find('k', 1_001 + requestMilliseconds)?.fingerprint).toBe('f3')
    })
  })
}
