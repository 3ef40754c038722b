/** Evaluate Signature: a job in the background that scores the skill over its examples. */
import type { CommandHandler } from '../commands.ts'
import { startJob } from '../jobs/startJob.ts'
import { chosenSkill } from '../skill.ts'
import { hasTrust } from '../trust.ts'

export const evaluate: CommandHandler = async (context, given) => {
  const skill = chosenSkill(given)
  if (skill === undefined || !(await hasTrust('Evaluating'))) return
  await startJob(context, { command: 'evaluate', skill, kind: 'evaluate' })
}
