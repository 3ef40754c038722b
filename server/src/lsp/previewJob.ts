/** What applying a job's result would make of the text as it is now. */
import { z } from 'zod'
import type { Ports, SkillLocation } from '../app/ports.ts'
import { storedTuneSchema } from '../app/storedTune.ts'
import { failure } from '../base/errors.ts'
import { fail, ok, type Result } from '../base/result.ts'
import { describeChange } from '../signature/compare.ts'
import { parseSignature } from '../signature/document.ts'
import { applyChanges } from '../signature/edit.ts'

export const previewSchema = z.object({
  job_id: z.string(),
  changes: z.array(z.string()),
  /** Parts that were edited meanwhile: applying is refused until they read as before. */
  conflicts: z.array(z.string()),
  old_text: z.string(),
  new_text: z.string(),
})

export async function previewJob(
  ports: Ports,
  { root, signaturePath }: SkillLocation,
  jobId: string,
): Promise<Result<z.infer<typeof previewSchema>>> {
  const job = await ports.jobs(root).get(jobId)
  if (!job.ok) return job
  const stored = storedTuneSchema.safeParse(job.value.result)
  if (!stored.success) return fail(failure('job_state', `Job ${jobId} has no tuned result.`))
  const text = await ports.files.readText(signaturePath)
  if (!text.ok) return text
  const edited = applyChanges(parseSignature(text.value), stored.data.typed_changes)
  if (!edited.ok) return edited
  return ok({
    job_id: jobId,
    changes: edited.value.applied.flatMap(describeChange),
    conflicts: edited.value.conflicts.flatMap(describeChange),
    old_text: text.value,
    new_text: edited.value.text,
  })
}
