/** Applies a finished tune job: to the text as it is now, then to the history. */
import { failure } from '../../base/errors.ts'
import { fail, ok, type Result } from '../../base/result.ts'
import { formatImprovement } from '../../base/score.ts'
import type { Job } from '../../jobs/job.ts'
import { describeChange, signatureSha256 } from '../../signature/compare.ts'
import { parseSignature } from '../../signature/document.ts'
import { applyChanges } from '../../signature/edit.ts'
import type { JobService, Ports, SkillLocation } from '../ports.ts'
import { storedTuneSchema } from '../storedTune.ts'

export interface Applied {
  readonly version: number
  readonly changes: readonly string[]
}

/**
 * Writes the signature first and the history second; run again after a crash in between it completes the rest,
 * because a change that is already there counts as applied and a job is recorded once.
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
  const before = parseSignature(text.value).signature
  const after = parseSignature(edited.value.text).signature
  const snapshot = await service.snapshot(job.id)
  if (!snapshot.ok) return snapshot
  const old = parseSignature(snapshot.value.text)
  if (before === undefined || after === undefined || old.signature === undefined) {
    const way = `Mend it, then run 'signature-tuner jobs apply ${job.id}'`
    return fail(failure('signature_invalid', `${location.displayPath} has errors. ${way}.`, location.displayPath))
  }
  if (edited.value.text !== text.value) {
    const written = await ports.files.writeText(location.signaturePath, edited.value.text)
    if (!written.ok) return written
  }
  const oldSha256 = signatureSha256(old.signature)
  const newSha256 = signatureSha256(after)
  const now = () => new Date(ports.clock.now()).toISOString()
  const { model, examples } = tuned
  const first = await ports.history.append(location.historyPath, snapshot.value.skillId, known =>
    known.signature_history.some(version => version.sha256 === oldSha256)
      ? undefined
      : {
          created_at: now(),
          metric_score: tuned.old_score,
          tuned: false,
          reason: known.signature_history.length === 0 ? 'Initial creation' : 'Edited by hand',
          sha256: oldSha256,
          signature: snapshot.value.text,
          model,
          scores: tuned.scores,
          examples,
        },
  )
  if (!first.ok) return first
  const changes = tuned.typed_changes.flatMap(describeChange)
  let version = 0
  const appended = await ports.history.append(location.historyPath, snapshot.value.skillId, known => {
    const already = known.signature_history.find(entry => entry.job_id === job.id && entry.sha256 === newSha256)
    version = already?.version ?? Math.max(0, ...known.signature_history.map(entry => entry.version)) + 1
    if (already !== undefined) return undefined
    const parent = known.signature_history.findLast(entry => entry.sha256 === oldSha256)?.version
    const score = tuned.new_score ?? tuned.old_score
    return {
      created_at: now(),
      metric_score: score,
      tuned: true,
      tuning_reason: tuned.reasoning ?? tuned.reason,
      improvement: formatImprovement(tuned.old_score, score),
      ...(parent !== undefined && { parent }),
      job_id: job.id,
      changes,
      provenance: tuned.provenance,
      sha256: newSha256,
      signature: edited.value.text,
      model,
      scores: tuned.new_scores ?? {},
      examples,
    }
  })
  if (!appended.ok) return appended
  const marked = await service.markApplied(job.id, version)
  return marked.ok ? ok({ version, changes }) : marked
}
