/** Which finished job a tune command goes on with instead of starting another. */
import { expect, test } from 'vitest'
import { findUnapplied } from '../../server/src/app/operations/unappliedJob.ts'
import type { NewSnapshot } from '../../server/src/app/snapshot.ts'
import type { StoredTune } from '../../server/src/app/storedTune.ts'
import { failure } from '../../server/src/base/errors.ts'
import { fail, ok } from '../../server/src/base/result.ts'
import type { Job } from '../../server/src/jobs/job.ts'
import { newJob } from '../jobs/conformance.ts'
import { shoutSignature } from '../support/cli.ts'

const better = shoutSignature.replace('Repeat the word in capitals.', 'Shout the word.')
const wanted: NewSnapshot = {
  ...{ skillPath: 's/signature.yaml', skillId: 's', text: shoutSignature, examples: [], examplesSha256: 'e' },
  ...{ model: 'm', reflectionModel: 'm', origin: 'embedded', parameters: {}, seed: 0, concurrency: 8 },
  options: { force: false, minImprovement: 0.05, record: undefined },
  budget: { maxCalls: 100, maxCost: undefined, maxTime: undefined },
}
const result: StoredTune = {
  ...{ tuned: true, old_score: 0.1, new_score: 0.9, changes: [], reason: '', model: 'm', reflection_model: 'm' },
  ...{ demo: true, scores: {}, examples: 8, errors: [], provenance: [] },
  typed_changes: [{ part: 'instructions', before: 'Repeat the word in capitals.', after: 'Shout the word.' }],
}
const completed: Job = {
  ...newJob(),
  ...{ state: 'completed', attempt: 1, cancelRequested: false, createdAt: 1, updatedAt: 2, finishedAt: 2, result },
}

interface Situation {
  readonly job?: Partial<Job>
  readonly wanted?: Partial<NewSnapshot>
  readonly terms?: { readonly apply?: boolean; readonly accept_unproven?: boolean }
  /** The file as it is by now. */
  readonly file?: string
}

const unproven: StoredTune = { ...result, tuned: false, evidence: 'unproven' }

test.each<[string, boolean, Situation]>([
  ['was interrupted before it was applied', true, {}],
  ['was interrupted between file and history', true, { wanted: { text: better } }],
  ['is asked for with another concurrency', true, { wanted: { concurrency: 2 } }],
  ['is unproven but accepted', true, { job: { result: unproven }, terms: { apply: true, accept_unproven: true } }],
  ['was applied while the file was being read', true, { job: { appliedVersion: 2 }, file: better }],
  ['is not to be applied', false, { terms: {} }],
  ['is unproven', false, { job: { result: unproven } }],
  ['was discarded', false, { job: { discardedAt: 2_000 } }],
  ['was applied, and the file was put back', false, { job: { appliedVersion: 2 } }],
  [
    'was applied, and its text is tuned on',
    false,
    { job: { appliedVersion: 2 }, wanted: { text: better }, file: better },
  ],
  ['was made of another text', false, { wanted: { text: `${shoutSignature}\n# more` } }],
  ['was made with another budget', false, { wanted: { budget: { maxCalls: 101 } } }],
  ['was made with another model', false, { wanted: { model: 'n' } }],
  ['failed', false, { job: { state: 'failed' } }],
  ['holds no result', false, { job: { result: {} } }],
])('a job that %s is taken: %s', async (_, isTaken, { job, wanted: changes, terms = { apply: true }, file }) => {
  const { examples: _none, ...stored } = { ...wanted, width: 8 }
  const service = {
    list: async () => ok([{ ...completed, ...job, interrupted: false }]),
    get: async () => ok({ ...completed, ...job, interrupted: false }),
    // As JSON brings it back.
    snapshot: async () => ok(JSON.parse(JSON.stringify(stored))),
  }
  const found = await findUnapplied(service, { ...wanted, ...changes }, terms, async () => ok(file ?? shoutSignature))
  expect(found.ok && found.value?.id).toBe(isTaken ? completed.id : undefined)
})

test('a store that cannot be read is no reason to start anew', async () => {
  const broken = fail(failure('disk_full', 'Full.'))
  const service = { list: async () => broken, get: async () => broken, snapshot: async () => broken }
  expect(await findUnapplied(service, wanted, { apply: true }, async () => ok(''))).toEqual(broken)
})
