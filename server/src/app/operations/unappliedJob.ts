/** Finds the finished job whose result a command was about to write when it was killed, so that nobody pays twice. */
import { canonicalJson } from '../../base/json.ts'
import { ok, type Result } from '../../base/result.ts'
import type { Job } from '../../jobs/job.ts'
import { parseSignature } from '../../signature/document.ts'
import { applyChanges } from '../../signature/edit.ts'
import type { JobService } from '../ports.ts'
import type { NewSnapshot, StoredSnapshot } from '../snapshot.ts'
import { type StoredTune, storedTuneSchema } from '../storedTune.ts'
import type { Terms } from './jobFailure.ts'

/**
 * The skill's newest tune job, if it is what the same command made before: completed, accepted by the same terms, made
 * of the same snapshot, wanted, and not yet applied, or only just: by a process that was quicker. `readText` reads the
 * signature file as it is now.
 */
export async function findUnapplied(
  service: Pick<JobService, 'list' | 'get' | 'snapshot'>,
  wanted: NewSnapshot,
  terms: Terms,
  readText: () => Promise<Result<string>>,
): Promise<Result<Job | undefined>> {
  if (!terms.apply) return ok(undefined)
  const newest = await service.list({ skillPath: wanted.skillPath, kind: 'tune', limit: 1 })
  if (!newest.ok) return newest
  const [job] = newest.value
  const result = storedTuneSchema.safeParse(job?.result)
  if (job?.state !== 'completed' || job.discardedAt !== undefined) return ok(undefined)
  if (!result.success || !isAccepted(result.data, terms)) return ok(undefined)
  const stored = await service.snapshot(job.id)
  if (!stored.ok || termsOf(stored.value) !== termsOf(wanted)) return ok(undefined)
  const { text } = stored.value
  if (job.appliedVersion !== undefined) {
    // Where the file still holds the text, somebody put it back to tune it anew.
    const now = wanted.text === text ? await readText() : ok(text)
    return now.ok && now.value !== text ? service.get(job.id) : ok(undefined)
  }
  const edited = applyChanges(parseSignature(text), result.data.typed_changes)
  const isThere = wanted.text === text || (edited.ok && edited.value.text === wanted.text)
  // A list leaves out what is long in a result.
  return isThere ? service.get(job.id) : ok(undefined)
}

function isAccepted({ tuned, evidence }: StoredTune, terms: Terms): boolean {
  return tuned || (terms.accept_unproven === true && evidence === 'unproven')
}

/** All that the job depends on but the text; how many calls are made at a time is of no account. */
function termsOf(snapshot: NewSnapshot | StoredSnapshot): string {
  const { skillId, examplesSha256, model, reflectionModel, origin, parameters, seed, options, budget } = snapshot
  return canonicalJson([skillId, examplesSha256, model, reflectionModel, origin, parameters, seed, options, budget])
}
