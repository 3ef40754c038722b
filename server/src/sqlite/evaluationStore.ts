/** Evaluations in SQLite: the scores that hints and hovers show. */
import { z } from 'zod'
import { parseJson } from '../base/json.ts'
import { timeSchema } from '../jobs/job.ts'
import type { EvaluationRecord, EvaluationStore } from '../jobs/store.ts'
import type { Database } from './database.ts'

/** Older ones of a skill are deleted. */
const keptPerSkill = 100

const json = z.string().transform(parseJson)
const scores = json.pipe(z.record(z.string(), z.number()))

const rowSchema = z.object({
  jobId: z.string().nullable(),
  skillPath: z.string(),
  signatureSha256: z.string(),
  examplesSha256: z.string(),
  metricsSha256: z.string(),
  model: z.string(),
  score: z.number(),
  scoreByMetric: scores,
  scoreByField: scores,
  examples: z.int(),
  errors: z.int(),
  failing: json.pipe(z.array(z.unknown())),
  createdAt: timeSchema,
})

export function createSqliteEvaluationStore(database: Database): EvaluationStore {
  const forget = database.prepare(`
    DELETE FROM evaluation WHERE job_id = @jobId AND signature_sha256 = @signatureSha256
      AND examples_sha256 = @examplesSha256 AND metrics_sha256 = @metricsSha256 AND model = @model`)
  const insert = database.prepare(`
    INSERT INTO evaluation (job_id, skill_path, signature_sha256, examples_sha256, metrics_sha256, model, score,
      score_by_metric, score_by_field, examples, errors, failing, created_at)
    VALUES (@jobId, @skillPath, @signatureSha256, @examplesSha256, @metricsSha256, @model, @score,
      @scoreByMetric, @scoreByField, @examples, @errors, @failing, @createdAt)`)
  const trim = database.prepare(`
    DELETE FROM evaluation WHERE skill_path = @skillPath AND id NOT IN (
      SELECT id FROM evaluation WHERE skill_path = @skillPath ORDER BY created_at DESC, id DESC LIMIT ${keptPerSkill})`)
  const latest = database.prepare(`
    SELECT job_id AS jobId, skill_path AS skillPath, signature_sha256 AS signatureSha256,
      examples_sha256 AS examplesSha256, metrics_sha256 AS metricsSha256, model, score,
      score_by_metric AS scoreByMetric, score_by_field AS scoreByField, examples, errors, failing,
      created_at AS createdAt
    FROM evaluation WHERE skill_path = @skillPath ORDER BY created_at DESC, id DESC LIMIT @limit`)

  return {
    record: evaluation =>
      database.write(() => {
        const { skillPath, signatureSha256, examplesSha256, metricsSha256, model } = evaluation
        const jobId = evaluation.jobId ?? null
        forget.run({ jobId, signatureSha256, examplesSha256, metricsSha256, model })
        const { score, examples, errors, createdAt } = evaluation
        insert.run({
          ...{ jobId, skillPath, signatureSha256, examplesSha256, metricsSha256, model },
          ...{ score, examples, errors, createdAt },
          scoreByMetric: JSON.stringify(evaluation.scoreByMetric),
          scoreByField: JSON.stringify(evaluation.scoreByField),
          failing: JSON.stringify(evaluation.failing),
        })
        trim.run({ skillPath })
      }),
    latest: (skillPath, limit) => latest.all({ skillPath, limit }).flatMap(row => toEvaluation(row) ?? []),
  }
}

function toEvaluation(row: unknown): EvaluationRecord | undefined {
  const parsed = rowSchema.safeParse(row)
  if (!parsed.success) return undefined
  return { ...parsed.data, jobId: parsed.data.jobId ?? undefined }
}
