/** Show Job: everything known of it on a page. */
import type { CommandHandler } from '../commands.ts'
import { jobTarget } from '../jobs/jobTarget.ts'

export const showJob: CommandHandler = async ({ jobs }, given) => {
  const { jobId, root } = jobTarget(given)
  if (jobId !== undefined && root !== undefined) await jobs.pages.show(root, jobId)
}
