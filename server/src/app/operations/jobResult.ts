/** What a finished tune job found, as a whole or in part, and what it would make of the signature as it is now. */
import { z } from 'zod'
import { failure } from '../../base/errors.ts'
import { fail, ok, type Result } from '../../base/result.ts'
import { lineColumnAt, lineStarts } from '../../base/text.ts'
import { provenanceSchema } from '../../history/version.ts'
import type { Job } from '../../jobs/job.ts'
import { changedPart, describeChange } from '../../signature/compare.ts'
import { parseSignature, type SignatureDocument } from '../../signature/document.ts'
import { applyChanges } from '../../signature/edit.ts'
import type { SignatureChange } from '../../signature/signature.ts'
import type { Ports, SkillLocation } from '../ports.ts'
import { type StoredTune, storedTuneSchema } from '../storedTune.ts'

export interface JobResult {
  readonly tuned: StoredTune
  /** Those that were chosen. */
  readonly changes: readonly SignatureChange[]
  readonly provenance: StoredTune['provenance']
  /** Less than the whole result, which alone was measured. */
  readonly isPart: boolean
}

/** `only` names parts such as `outputs.answer.constraints`; without it all are meant. */
export function readJobResult(job: Job, only: readonly string[] | undefined): Result<JobResult> {
  const stored = storedTuneSchema.safeParse(job.result)
  if (job.kind !== 'tune' || job.state !== 'completed' || !stored.success) {
    return fail(failure('job_state', `Job ${job.id} is ${job.state} and has no tuned result to apply.`))
  }
  const tuned = stored.data
  const all = tuned.typed_changes
  if (all.length === 0) return fail(failure('job_state', `Job ${job.id} changed nothing: ${tuned.reason}.`))
  const known = all.map(changedPart)
  const unknown = only?.find(part => !known.includes(part))
  if (unknown !== undefined) {
    const parts = known.map(part => `'${part}'`).join(', ')
    const message = `Job ${job.id} did not change '${unknown.slice(0, 60)}': it changed ${parts}.`
    return fail(failure('usage', message))
  }
  const changes = all.filter(change => only?.includes(changedPart(change)) ?? true)
  const parts = changes.map(changedPart)
  const provenance = tuned.provenance.filter(({ path }) => parts.some(part => isWithin(part, path)))
  return ok({ tuned, changes, provenance, isPart: changes.length < all.length })
}

export const previewSchema = z.object({
  job_id: z.string(),
  skill_path: z.string(),
  changes: z.array(z.string()),
  /** Parts that were edited meanwhile: applying is refused until they read as before. */
  conflicts: z.array(z.string()),
  old_text: z.string(),
  new_text: z.string(),
  parts: z.array(
    z.object({
      path: z.string().describe("as 'only' takes it, such as outputs.answer.constraints"),
      changes: z.array(z.string()),
      conflict: z.boolean(),
      line: z.int().optional().describe('first line of the part in the new text, from 1'),
      end_line: z.int().optional(),
      provenance: z.array(provenanceSchema),
    }),
  ),
})
export type Preview = z.infer<typeof previewSchema>

/** Writes nothing. */
export async function previewJob(
  ports: Ports,
  job: Job,
  { signaturePath, displayPath }: SkillLocation,
  only: readonly string[] | undefined,
): Promise<Result<Preview>> {
  const result = readJobResult(job, only)
  if (!result.ok) return result
  const text = await ports.files.readText(signaturePath)
  if (!text.ok) return text
  const { changes, provenance } = result.value
  const edited = applyChanges(parseSignature(text.value), changes)
  if (!edited.ok) return edited
  const { applied, conflicts, text: newText } = edited.value
  const document = parseSignature(newText)
  const starts = lineStarts(newText)
  return ok({
    job_id: job.id,
    skill_path: displayPath,
    changes: applied.flatMap(describeChange),
    conflicts: conflicts.flatMap(describeChange),
    old_text: text.value,
    new_text: newText,
    parts: changes.map(change => {
      const path = changedPart(change)
      const span = spanOf(document, change)
      const end = span && Math.max(span.start, span.start + newText.slice(span.start, span.end).trimEnd().length)
      return {
        path,
        changes: [...describeChange(change)],
        conflict: conflicts.includes(change),
        ...(span && { line: lineColumnAt(starts, span.start).line }),
        ...(end !== undefined && { end_line: lineColumnAt(starts, end).line }),
        provenance: provenance.filter(({ path: place }) => isWithin(path, place)),
      }
    }),
  })
}

function isWithin(part: string, path: string): boolean {
  return path === part || path.startsWith(`${part}[`)
}

/** Where a part stands; the field where the part is gone. */
function spanOf(document: SignatureDocument, change: SignatureChange) {
  if (change.part === 'instructions') {
    const { instructions } = document
    return instructions && { start: instructions.keySpan.start, end: instructions.span.end }
  }
  const field = document.fields.find(({ direction, name }) => direction === change.direction && name === change.field)
  if (field === undefined) return undefined
  const { desc, constraintsPair, nameSpan } = field
  if (change.part === 'desc') return desc ? { start: desc.keySpan.start, end: desc.span.end } : nameSpan
  if (constraintsPair === undefined) return nameSpan
  return { start: constraintsPair.keySpan.start, end: constraintsPair.value.span.end }
}
