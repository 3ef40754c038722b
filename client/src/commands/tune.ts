/** Tune Signature: a job in the background; what it finds is reviewed before anything is written. */
import type { CommandHandler } from '../commands.ts'
import { startJob } from '../jobs/startJob.ts'
import { chosenSkill } from '../skill.ts'
import { hasTrust } from '../trust.ts'

export const tune: CommandHandler = async (context, given) => {
  const skill = chosenSkill(given)
  if (skill === undefined || !(await hasTrust('Tuning'))) return
  const force = typeof given === 'object' && given !== null && 'force' in given && given.force === true
  await startJob(context, { command: 'tune', skill, kind: 'tune', argument: { force, apply: false } })
}
