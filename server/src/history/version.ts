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
  version: z.int().positive().max(highestVersion).describe('Counts from 1.'),
  created_at: z.string().describe('When, in UTC, such as 2026-01-19T09:00:00.000Z.'),
  metric_score: z
    .number()
    .nullable()
    .describe('The mean over all examples, from 0 to 1; null when it was not measured.'),
  tuned: z.boolean().describe('Whether tuning made it.'),
  reason: z.string().optional().describe('Why it was recorded.'),
  tuning_reason: z.string().optional().describe('What tuning changed, in a few words.'),
  improvement: z.string().optional().describe('The difference to the parent in percentage points, such as +9%.'),
  parent: z.int().optional().describe('The version that tuning started from.'),
  job_id: z.string().optional().describe('The job that made it.'),
  restored_from: z.int().optional().describe('The version that was restored.'),
  changes: z.array(z.string()).optional().describe('What is different from the parent, one sentence each.'),
  provenance: z.array(provenanceSchema).optional().describe('Where each new wording comes from.'),
  sha256: z.string().optional().describe('Of what the signature means, whatever its layout.'),
  signature: z.string().optional().describe('The YAML text; without it the version cannot be restored.'),
  model: z.string().optional().describe('The model that was measured.'),
  scores: z.record(z.string(), z.number()).optional().describe('The mean of each metric, from 0 to 1.'),
  examples: z.int().optional().describe('How many examples were scored.'),
})
export type Version = z.infer<typeof versionSchema>
export type Provenance = z.infer<typeof provenanceSchema>

export const historySchema = z.looseObject({
  skill_id: z.string().describe('The skill that the versions are of.'),
  signature_history: z.array(versionSchema).describe('From the oldest to the newest; nothing is ever rewritten.'),
})
export type History = z.infer<typeof historySchema>

/** The newest version whose meaning is that of the text. */
export function currentVersion(history: History, sha256: string): Version | undefined {
  return history.signature_history.findLast(version => version.sha256 === sha256)
}
