/** Resume Job: goes on where it stopped; what was answered is not asked again. */
import type { CommandHandler } from '../commands.ts'
import { jobTarget } from '../jobs/jobTarget.ts'
import { startJob } from '../jobs/startJob.ts'
import { chosenSkill } from '../skill.ts'
import { hasTrust } from '../trust.ts'

export const resumeJob: CommandHandler = async (context, given) => {
  const { jobId } = jobTarget(given)
  const skill = chosenSkill(given)
  if (skill === undefined || !(await hasTrust('Resuming'))) return
  const kind = context.jobs.view.known(jobId)?.job.kind ?? 'tune'
  const argument = { apply: false, ...(jobId !== undefined && { jobId }) }
  await startJob(context, { command: 'resume', skill, kind, argument })
}
