/** Show History: scores over versions, and what changed in each. */
import type { CommandHandler } from '../commands.ts'
import { chosenSkill } from '../skill.ts'

export const showHistory: CommandHandler = async ({ historyPages }, given) => {
  const uri = chosenSkill(given)
  if (uri !== undefined) historyPages.show(uri)
}
