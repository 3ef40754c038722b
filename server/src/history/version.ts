/** The version history beside a signature: its schema, which is also the file's. */
import { z } from 'zod'

export const provenanceSchema = z.looseObject({
  /** Such as `outputs.answer.constraints[0]`. */
  path: z.string(),
  text: z.string(),
  examples: z.array(z.string()),
  reasoning: z.string().optional(),
})

/** Far below where counting on would lose precision. */
export const highestVersion = 1_000_000_000

/** Only the first four are required when reading: older and hand-made files load. */
export const versionSchema = z.looseObject({
  version: z.int().positive().max(highestVersion),
  created_at: z.string(),
  metric_score: z.number().nullable(),
  tuned: z.boolean(),
  reason: z.string().optional(),
  tuning_reason: z.string().optional(),
  improvement: z.string().optional(),
  parent: z.int().optional(),
  job_id: z.string().optional(),
  restored_from: z.int().optional(),
  changes: z.array(z.string()).optional(),
  provenance: z.array(provenanceSchema).optional(),
  sha256: z.string().optional(),
  signature: z.string().optional(),
  model: z.string().optional(),
  scores: z.record(z.string(), z.number()).optional(),
  examples: z.int().optional(),
})
export type Version = z.infer<typeof versionSchema>
export type Provenance = z.infer<typeof provenanceSchema>

export const historySchema = z.looseObject({
  skill_id: z.string(),
  signature_history: z.array(versionSchema),
})
export type History = z.infer<typeof historySchema>

/** The newest version whose meaning is that of the text. */
export function currentVersion(history: History, sha256: string): Version | undefined {
  return history.signature_history.findLast(version => version.sha256 === sha256)
}
