/** Review Result: what a tuning job would change, beside the file as it is. */
import type { CommandHandler } from '../commands.ts'
import { jobTarget } from '../jobs/jobTarget.ts'
import { chosenSkill } from '../skill.ts'

export const reviewResult: CommandHandler = async ({ reviews }, given) => {
  const uri = chosenSkill(given)
  if (uri !== undefined) await reviews.open(uri, jobTarget(given).jobId)
}
