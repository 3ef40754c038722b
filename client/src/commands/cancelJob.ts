/** Cancel Job: stops it; its answers are kept, and it can be resumed. */
import type { WireJob } from '../../../server/src/protocol/client.ts'
import type { CommandHandler } from '../commands.ts'
import { jobTarget } from '../jobs/jobTarget.ts'
import { chosenSkill } from '../skill.ts'

export const cancelJob: CommandHandler = async ({ server, jobs }, given) => {
  const { jobId, root, uri } = jobTarget(given)
  const skill = uri ?? (jobId === undefined ? chosenSkill(given) : undefined)
  if (jobId === undefined && skill === undefined) return
  await jobs.news.whileCancelling(() => {
    if (jobId !== undefined && root !== undefined) return server.run('jobs cancel', { job_id: jobId, root })
    return server.execute<WireJob>('cancel', { uri: String(skill), ...(jobId !== undefined && { jobId }) })
  })
  await jobs.view.refresh()
}
