/** Applies a finished tune job: to the text as it is now, then to the history. */
import { failure } from '../../base/errors.ts'
import { faultPoint } from '../../base/faultPoint.ts'
import { fail, ok, type Result } from '../../base/result.ts'
import { formatImprovement } from '../../base/score.ts'
import { currentVersion, type Version } from '../../history/version.ts'
import type { Job } from '../../jobs/job.ts'
import { describeChange, signatureSha256, withChanges } from '../../signature/compare.ts'
import { parseSignature } from '../../signature/document.ts'
import { applyChanges } from '../../signature/edit.ts'
import type { Signature } from '../../signature/signature.ts'
import type { JobService, Ports, SkillLocation } from '../ports.ts'
import type { StoredSnapshot } from '../snapshot.ts'
import { jobCommand } from './jobFailure.ts'
import { type JobResult, readJobResult } from './jobResult.ts'
import { keepUnrecorded } from './keepUnrecorded.ts'

export interface Applied {
  readonly version: number
  /** False when file and history already held the result. */
  readonly written: boolean
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
  terms: ApplyTerms,
): Promise<Result<Applied>> {
  const applied = await apply(ports, service, job, location, terms)
  if (applied.ok || !diskCodes.has(applied.error.code)) return applied
  const { code, message, path } = applied.error
  const command = await jobCommand(ports, location.root, 'apply', job.id)
  const flags = `${terms.acceptUnproven ? ' --unproven' : ''}${onlyFlag(terms)}`
  const first = code === 'path_not_found' ? 'Put it back, then' : 'Then'
  // The result stays in the store, and is not lost with this message.
  return fail(failure(code, `${message} ${first} write the result with: ${command}${flags}`, path))
}

export interface ApplyTerms {
  readonly acceptUnproven: boolean
  /** Parts such as `outputs.answer.constraints`; all without it. */
  readonly only?: readonly string[] | undefined
}

function onlyFlag({ only }: ApplyTerms): string {
  return only === undefined ? '' : ` --only ${only.join(',')}`
}

const diskCodes: ReadonlySet<string> = new Set([
  'write_failed',
  'disk_full',
  'read_failed',
  'history_damaged',
  'path_not_found',
])

async function apply(
  ports: Ports,
  service: JobService,
  job: Job,
  location: SkillLocation,
  terms: ApplyTerms,
): Promise<Result<Applied>> {
  const command = `${await jobCommand(ports, location.root, 'apply', job.id)}${onlyFlag(terms)}`
  const read = readJobResult(job, terms.only)
  if (!read.ok) return read
  const { tuned, changes } = read.value
  if (tuned.evidence === 'unproven' && !terms.acceptUnproven) {
    const way = `To accept it anyway: ${command} --unproven`
    return fail(failure('unproven', `The gain of job ${job.id} is unproven (${tuned.reason}). ${way}`))
  }
  const history = await ports.history.read(location.historyPath)
  if (!history.ok) return history
  const text = await ports.files.readText(location.signaturePath)
  if (!text.ok) return text
  const edited = applyChanges(parseSignature(text.value), changes)
  if (!edited.ok) return edited
  const conflicts = edited.value.conflicts.flatMap(describeChange)
  if (conflicts.length > 0) {
    const parts = `changed since the job started, so nothing was written: ${conflicts.join('; ')}`
    const way = `Undo these edits and run '${command}', or tune again`
    return fail(failure('apply_conflict', `${location.displayPath} was ${parts}. ${way}.`, location.displayPath))
  }
  const snapshot = await service.snapshot(job.id)
  if (!snapshot.ok) return snapshot
  const before = parseSignature(snapshot.value.text).signature
  const result = parseSignature(edited.value.text).signature
  if (before === undefined || result === undefined) {
    const way = `Mend it, then run '${command}'`
    return fail(failure('signature_invalid', `${location.displayPath} has errors. ${way}.`, location.displayPath))
  }
  const recorded = { ports, location, job, found: read.value, snapshot: snapshot.value, before, after: result }
  const first = await recordBefore(recorded)
  if (!first.ok) return first
  faultPoint('apply.versionBefore')
  const changed = edited.value.text !== text.value
  if (changed) {
    const kept = await keepUnrecorded(ports, location, snapshot.value.skillId, text.value, 'meaning')
    if (!kept.ok) return kept
    const written = await ports.files.writeText(location.signaturePath, edited.value.text, {
      edits: edited.value.edits,
    })
    if (!written.ok) return written
    faultPoint('apply.signature')
  }
  const after = await recordAfter(recorded, edited.value.text, changed)
  if (!after.ok) return after
  faultPoint('apply.versionAfter')
  const { version, appended } = after.value
  const marked = await service.markApplied(job.id, version)
  if (!marked.ok) return marked
  faultPoint('apply.marked')
  return ok({ version, written: changed || appended, changes: changes.flatMap(describeChange) })
}

interface Recorded {
  readonly ports: Ports
  readonly location: SkillLocation
  readonly job: Job
  readonly found: JobResult
  readonly snapshot: StoredSnapshot
  /** What the job tuned, and what the file means once the changes are in. */
  readonly before: Signature
  readonly after: Signature
}

/** The text that was tuned becomes a version before it is overwritten, unless its meaning is one already. */
function recordBefore({ ports, location, found, snapshot, before }: Recorded): Promise<Result<unknown>> {
  const { tuned } = found
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

/** The number of the tuned version, appended unless this job's is there, or the file read so before. */
async function recordAfter(
  { ports, location, job, found, snapshot, before, after }: Recorded,
  text: string,
  changed: boolean,
): Promise<Result<{ readonly version: number; readonly appended: boolean }>> {
  const { tuned, changes, provenance, isPart } = found
  const sha256 = signatureSha256(after)
  // Merged with edits made meanwhile, or taken over in part, the text is one that nobody has scored.
  const measured = sha256 === signatureSha256(withChanges(before, tuned.typed_changes))
  const score = tuned.new_score ?? tuned.old_score
  let known: Version | undefined
  const appended = await ports.history.append(location.historyPath, snapshot.skillId, history => {
    const versions = history.signature_history
    known = versions.findLast(version => version.sha256 === sha256 && (version.job_id === job.id || !changed))
    if (known !== undefined) return undefined
    const parent = currentVersion(history, signatureSha256(before))?.version
    return {
      created_at: new Date(ports.clock.now()).toISOString(),
      metric_score: measured ? score : null,
      tuned: true,
      tuning_reason: isPart ? partReason(found) : (tuned.reasoning ?? tuned.reason),
      ...(measured && { improvement: formatImprovement(tuned.old_score, score) }),
      ...(parent !== undefined && { parent }),
      job_id: job.id,
      changes: changes.flatMap(describeChange),
      provenance,
      sha256,
      signature: text,
      ...(measured && { model: tuned.model, scores: tuned.new_scores ?? {}, examples: tuned.examples }),
    }
  })
  if (!appended.ok) return appended
  return ok({ version: (appended.value ?? known)?.version ?? 0, appended: appended.value !== undefined })
}

/** The scores that the job's own reason speaks of are those of the whole. */
function partReason({ tuned, changes }: JobResult): string {
  const part = `Applied in part: ${changes.length} of ${tuned.typed_changes.length} changes`
  return tuned.reasoning === undefined ? part : `${part}. ${tuned.reasoning}`
}
