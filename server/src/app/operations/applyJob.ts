/** Applies a finished tune job: to the text as it is now, then to the history. */
import { failure } from '../../base/errors.ts'
import { fail, ok, type Result } from '../../base/result.ts'
import { formatImprovement } from '../../base/score.ts'
import { currentVersion } from '../../history/version.ts'
import type { Job } from '../../jobs/job.ts'
import { describeChange, signatureSha256, withChanges } from '../../signature/compare.ts'
import { parseSignature } from '../../signature/document.ts'
import { applyChanges } from '../../signature/edit.ts'
import type { Signature } from '../../signature/signature.ts'
import type { JobService, Ports, SkillLocation } from '../ports.ts'
import type { JobSnapshot } from '../snapshot.ts'
import { type StoredTune, storedTuneSchema } from '../storedTune.ts'

export interface Applied {
  readonly version: number
  readonly changes: readonly string[]
}

/**
 * Records the old text, writes the signature, records the new text; run again after a crash in between it completes
 * the rest, because a change that is already there counts as applied and a version is recorded once.
 */
export async function applyJob(
  ports: Ports,
  service: JobService,
  job: Job,
  location: SkillLocation,
  acceptUnproven: boolean,
): Promise<Result<Applied>> {
  const stored = storedTuneSchema.safeParse(job.result)
  if (job.kind !== 'tune' || job.state !== 'completed' || !stored.success) {
    return fail(failure('job_state', `Job ${job.id} is ${job.state} and has no tuned result to apply.`))
  }
  const tuned = stored.data
  if (tuned.typed_changes.length === 0) {
    return fail(failure('job_state', `Job ${job.id} changed nothing: ${tuned.reason}.`))
  }
  if (tuned.evidence === 'unproven' && !acceptUnproven) {
    const way = `To accept it anyway: signature-tuner jobs apply ${job.id} --unproven`
    return fail(failure('unproven', `The gain of job ${job.id} is unproven (${tuned.reason}). ${way}`))
  }
  const history = await ports.history.read(location.historyPath)
  if (!history.ok) return history
  const text = await ports.files.readText(location.signaturePath)
  if (!text.ok) return text
  const edited = applyChanges(parseSignature(text.value), tuned.typed_changes)
  if (!edited.ok) return edited
  const conflicts = edited.value.conflicts.flatMap(describeChange)
  if (conflicts.length > 0) {
    const parts = `changed since the job started, so nothing was written: ${conflicts.join('; ')}`
    const way = `Undo these edits and run 'signature-tuner jobs apply ${job.id}', or tune again`
    return fail(failure('apply_conflict', `${location.displayPath} was ${parts}. ${way}.`, location.displayPath))
  }
  const snapshot = await service.snapshot(job.id)
  if (!snapshot.ok) return snapshot
  const before = parseSignature(snapshot.value.text).signature
  const after = parseSignature(edited.value.text).signature
  if (before === undefined || after === undefined) {
    const way = `Mend it, then run 'signature-tuner jobs apply ${job.id}'`
    return fail(failure('signature_invalid', `${location.displayPath} has errors. ${way}.`, location.displayPath))
  }
  const recorded = { ports, location, job, tuned, snapshot: snapshot.value, before, after }
  const first = await recordBefore(recorded)
  if (!first.ok) return first
  if (edited.value.text !== text.value) {
    const written = await ports.files.writeText(location.signaturePath, edited.value.text)
    if (!written.ok) return written
  }
  const version = await recordAfter(recorded, edited.value.text)
  if (!version.ok) return version
  const marked = await service.markApplied(job.id, version.value)
  return marked.ok ? ok({ version: version.value, changes: tuned.typed_changes.flatMap(describeChange) }) : marked
}

interface Recorded {
  readonly ports: Ports
  readonly location: SkillLocation
  readonly job: Job
  readonly tuned: StoredTune
  readonly snapshot: JobSnapshot
  /** What the job tuned, and what the file means once the changes are in. */
  readonly before: Signature
  readonly after: Signature
}

/** The text that was tuned becomes a version before it is overwritten, unless its meaning is one already. */
function recordBefore({ ports, location, tuned, snapshot, before }: Recorded): Promise<Result<unknown>> {
  const sha256 = signatureSha256(before)
  return ports.history.append(location.historyPath, snapshot.skillId, ({ signature_history: versions }) =>
    versions.some(version => version.sha256 === sha256)
      ? undefined
      : {
          created_at: new Date(ports.clock.now()).toISOString(),
          metric_score: tuned.old_score,
          tuned: false,
          reason: versions.length === 0 ? 'Initial creation' : 'Edited by hand',
          sha256,
          signature: snapshot.text,
          model: tuned.model,
          scores: tuned.scores,
          examples: tuned.examples,
        },
  )
}

/** The number of the tuned version, appended unless this job's is there already. */
async function recordAfter(
  { ports, location, job, tuned, snapshot, before, after }: Recorded,
  text: string,
): Promise<Result<number>> {
  const sha256 = signatureSha256(after)
  // Merged with edits made meanwhile, the text is one that nobody has scored.
  const measured = sha256 === signatureSha256(withChanges(before, tuned.typed_changes))
  const score = tuned.new_score ?? tuned.old_score
  let known = 0
  const appended = await ports.history.append(location.historyPath, snapshot.skillId, history => {
    const versions = history.signature_history
    known = versions.find(version => version.job_id === job.id && version.sha256 === sha256)?.version ?? 0
    if (known > 0) return undefined
    const parent = currentVersion(history, signatureSha256(before))?.version
    return {
      created_at: new Date(ports.clock.now()).toISOString(),
      metric_score: measured ? score : null,
      tuned: true,
      tuning_reason: tuned.reasoning ?? tuned.reason,
      improvement: formatImprovement(tuned.old_score, score),
      ...(parent !== undefined && { parent }),
      job_id: job.id,
      changes: tuned.typed_changes.flatMap(describeChange),
      provenance: tuned.provenance,
      sha256,
      signature: text,
      model: tuned.model,
      scores: measured ? (tuned.new_scores ?? {}) : {},
      examples: tuned.examples,
    }
  })
  return appended.ok ? ok(appended.value?.version ?? known) : appended
}
