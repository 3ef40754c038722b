/** Accept Result: writes all of the result under review, as one step that can be undone. */
import type { CommandHandler } from '../commands.ts'
import { accept } from '../review/accept.ts'
import { uriOf } from '../skill.ts'

export const acceptResult: CommandHandler = async (context, given) => {
  const review = context.reviews.chosen(uriOf(given))
  if (review !== undefined) await accept(context, review)
}
