/** Finds the finished job whose result a command was about to write when it was killed, so that nobody pays twice. */
import { canonicalJson } from '../../base/json.ts'
import { ok, type Result } from '../../base/result.ts'
import type { Job } from '../../jobs/job.ts'
import { parseSignature } from '../../signature/document.ts'
import { applyChanges } from '../../signature/edit.ts'
import type { JobService } from '../ports.ts'
import type { NewSnapshot, StoredSnapshot } from '../snapshot.ts'
import { storedTuneSchema } from '../storedTune.ts'
import type { Terms } from './jobFailure.ts'

/**
 * The skill's newest tune job, if it is what the same command made before: completed, accepted by the same terms, not
 * marked as applied, and made of the same snapshot, whose text the file still holds or holds with the changes in.
 */
export async function findUnapplied(
  service: JobService,
  wanted: NewSnapshot,
  terms: Terms,
): Promise<Result<Job | undefined>> {
  if (!terms.apply) return ok(undefined)
  const newest = await service.list({ skillPath: wanted.skillPath, kind: 'tune', limit: 1 })
  if (!newest.ok) return newest
  const [job] = newest.value
  if (job?.state !== 'completed' || job.appliedVersion !== undefined) return ok(undefined)
  const result = storedTuneSchema.safeParse(job.result)
  if (!result.success) return ok(undefined)
  const { tuned, evidence, typed_changes: changes } = result.data
  if (!tuned && !(terms.accept_unproven && evidence === 'unproven')) return ok(undefined)
  const stored = await service.snapshot(job.id)
  if (!stored.ok || termsOf(stored.value) !== termsOf(wanted)) return ok(undefined)
  const { text } = stored.value
  const edited = applyChanges(parseSignature(text), changes)
  const isThere = wanted.text === text || (edited.ok && edited.value.text === wanted.text)
  return ok(isThere ? job : undefined)
}

/** All that the job depends on but the text; how many calls are made at a time is of no account. */
function termsOf(snapshot: NewSnapshot | StoredSnapshot): string {
  const { skillId, examplesSha256, model, reflectionModel, origin, parameters, seed, options, budget } = snapshot
  return canonicalJson([skillId, examplesSha256, model, reflectionModel, origin, parameters, seed, options, budget])
}
