/** Evaluate: scores one skill, or every skill below a folder. */
import { z } from 'zod'
import { failure } from '../../base/errors.ts'
import { fail, ok, type Result } from '../../base/result.ts'
import { keptFailing } from '../../evaluation/report.ts'
import type { Example } from '../../examples/example.ts'
import { budgetInputs, modelInputs, positional, typedCallsInput } from '../inputs.ts'
import { evaluateResultSchema } from '../jobView.ts'
import { defineOperation, type OperationContext } from '../operation.ts'
import type { Ports, SkillLocation } from '../ports.ts'
import { loadRunnableSkill, type Skill } from '../skill.ts'
import { recordVersion } from './recordVersion.ts'
import { submitAndWait } from './submitAndWait.ts'

const evaluatedSchema = z.object({
  skill_path: z.string(),
  job_id: z.string().optional(),
  threshold: z.number().optional(),
  /** Version in the history with this meaning. */
  version: z.int().optional(),
  result: evaluateResultSchema.optional(),
  error: z.object({ code: z.string(), message: z.string(), path: z.string().optional() }).optional(),
})
type Evaluated = z.infer<typeof evaluatedSchema>

export const evaluate = defineOperation({
  name: 'evaluate',
  summary: 'score a signature, or every signature below a folder, with the failing examples',
  input: z.object({
    skill_path: z
      .string()
      .min(1)
      .default('.')
      .describe("a skill's folder, its signature file, or a folder of skills")
      .meta(positional),
    fail_under: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe('exit with 1 when a score is below this, for CI; records no version'),
    record: z.boolean().default(true).describe('append a version to the history when the meaning is new'),
    examples: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe('ids of the examples to score (default: all); the scores of some are kept nowhere'),
    max_failing: z
      .int()
      .positive()
      .max(10_000)
      .default(keptFailing)
      .describe('failing examples to describe, the worst first'),
    model: modelInputs.model,
    ...budgetInputs,
    max_calls: typedCallsInput.describe('most model calls for one skill (default: all its examples)'),
  }),
  output: z.object({
    skills: z.array(evaluatedSchema),
    /** Mean of the skills' scores; absent when none could be scored. */
    mean_score: z.number().optional(),
    /** Skills whose score is below `fail_under`. */
    below: z.array(z.string()),
    fail_under: z.number().optional(),
    failed: z.int(),
  }),
  async run(ports, input, context) {
    const found = await ports.files.find([input.skill_path])
    if (!found.ok) return found
    if (found.value.length === 0) {
      const way = `create one with: signature-tuner new ${input.skill_path}`
      return fail(failure('not_a_skill', `${input.skill_path} holds no signature.yaml; ${way}`, input.skill_path))
    }
    if (input.examples !== undefined && found.value.length > 1) {
      const message = `${input.skill_path} holds ${found.value.length} signatures: name the one whose examples you mean.`
      return fail(failure('usage', message, input.skill_path))
    }
    const record = input.record && input.fail_under === undefined && input.examples === undefined
    const skills: Evaluated[] = []
    for (const location of found.value) {
      const one = await evaluateSkill(ports, location, input, record, context)
      if (!one.ok) {
        // With one skill its failure is the command's; among many it is one line of the report.
        if (found.value.length === 1 || one.error.code === 'cancelled') return one
        skills.push({ skill_path: location.displayPath, error: one.error })
      } else skills.push(one.value)
    }
    const scores = skills.flatMap(skill => (skill.result === undefined ? [] : [skill.result.score]))
    const limit = input.fail_under
    const below =
      limit === undefined
        ? []
        : skills.filter(skill => (skill.result?.score ?? 1) < limit - 1e-9).map(skill => skill.skill_path)
    return ok({
      skills,
      ...(scores.length > 0 && { mean_score: scores.reduce((sum, score) => sum + score, 0) / scores.length }),
      below,
      ...(limit !== undefined && { fail_under: limit }),
      failed: skills.length - scores.length,
    })
  },
})

async function evaluateSkill(
  ports: Ports,
  location: SkillLocation,
  input: z.output<typeof evaluate.input>,
  record: boolean,
  context: OperationContext,
): Promise<Result<Evaluated>> {
  const skill = await loadRunnableSkill(ports.files, location.signaturePath)
  if (!skill.ok) return skill
  const chosen = chooseExamples(skill.value, input.examples)
  if (!chosen.ok) return chosen
  if (record) {
    const history = await ports.history.read(location.historyPath)
    if (!history.ok) return history
  }
  const asked = { ...skill.value, examples: chosen.value }
  const ofExamples = input.examples && skill.value.examples.length
  const ended = await submitAndWait(ports, asked, 'evaluate', { ...input, record, of_examples: ofExamples }, context)
  if (!ended.ok) return ended
  const { job } = ended.value
  const parsed = evaluateResultSchema.safeParse(job.result)
  if (!parsed.success) {
    return fail(failure('job_failed', `Job ${job.id} ended without a result. Evaluate again to start a new one.`))
  }
  const result = parsed.data
  const { document, skillId } = skill.value
  const recorded = record
    ? await recordVersion(ports, { location, text: document.text, skillId }, result, job.id)
    : ok(undefined)
  return ok({
    skill_path: location.displayPath,
    job_id: job.id,
    threshold: skill.value.signature.threshold,
    result,
    // The scores are paid for: a history that cannot be written must not hide them.
    ...(recorded.ok ? recorded.value && { version: recorded.value.version } : { error: recorded.error }),
  })
}

/** All, or those of these ids in the order of the file; each id must be that of an example. */
function chooseExamples({ examples, location }: Skill, ids: readonly string[] | undefined): Result<readonly Example[]> {
  if (ids === undefined) return ok(examples)
  const wanted = new Set(ids)
  const chosen = examples.filter(({ id }) => wanted.has(id))
  if (chosen.length === wanted.size) return ok(chosen)
  const known = new Set(examples.map(({ id }) => id))
  const unknown = ids.find(id => !known.has(id)) ?? ''
  const all = `its ids go from ${shortId(examples[0])} to ${shortId(examples.at(-1))}`
  const message = `${location.displayPath} has no example '${unknown.slice(0, longestId)}': ${all}.`
  return fail(failure('usage', message, location.displayPath))
}

const longestId = 60

function shortId(example: Example | undefined): string {
  return `'${example?.id.slice(0, longestId) ?? ''}'`
}
