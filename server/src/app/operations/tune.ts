/** Tune: the whole job on one skill, applied at the end when asked to. */
import { z } from 'zod'
import { failure } from '../../base/errors.ts'
import { fail, ok } from '../../base/result.ts'
import { budgetInputs, modelInputs, seedInput, skillPathInput } from '../inputs.ts'
import { tuneJobSchema, viewTuneJob } from '../jobView.ts'
import { defineOperation } from '../operation.ts'
import { loadRunnableSkill } from '../skill.ts'
import { applyJob } from './applyJob.ts'
import { submitAndWait } from './submitAndWait.ts'

export const tune = defineOperation({
  name: 'tune',
  summary: 'evaluate, analyse failures, propose better wording, accept only a proven improvement',
  input: z.object({
    skill_path: skillPathInput,
    force: z.boolean().default(false).describe('tune even at or above the threshold'),
    apply: z.boolean().optional().describe('write an accepted result to the file and its history'),
    accept_unproven: z.boolean().default(false).describe('also apply a gain that chance could explain'),
    min_improvement: z.number().min(0).max(1).default(0.05).describe('smallest gain worth accepting, 0 to 1'),
    ...modelInputs,
    ...budgetInputs,
    seed: seedInput,
  }),
  output: tuneJobSchema,
  async run(ports, input, context) {
    const skill = await loadRunnableSkill(ports.files, input.skill_path)
    if (!skill.ok) return skill
    if (input.apply) {
      // A history that cannot be appended to is better known before the money is spent.
      const history = await ports.history.read(skill.value.location.historyPath)
      if (!history.ok) return history
    }
    const ended = await submitAndWait(ports, skill.value, 'tune', input, context)
    if (!ended.ok) return ended
    const { service, job } = ended.value
    const result = viewTuneJob(job).result
    if (result === undefined) {
      return fail(failure('job_failed', `Job ${job.id} ended without a result. Tune again to start a new one.`))
    }
    const accepted = result.tuned || (input.accept_unproven && result.evidence === 'unproven')
    if (!input.apply || !accepted) return ok(viewTuneJob(job))
    const applied = await applyJob(ports, service, job, skill.value.location, { acceptUnproven: input.accept_unproven })
    return applied.ok ? ok(viewTuneJob({ ...job, appliedVersion: applied.value.version })) : applied
  },
})
