/** Delete Job: an ended job and its answers leave the store, after a yes. */
import type { CommandHandler } from '../commands.ts'
import { isReviewable, skillName } from '../jobs/describeJob.ts'
import { jobTarget } from '../jobs/jobTarget.ts'
import { ask, showWarning } from '../notify.ts'

export const deleteJob: CommandHandler = async ({ server, jobs }, given) => {
  const { jobId, root } = jobTarget(given)
  if (jobId === undefined || root === undefined) return
  const known = jobs.view.known(jobId)?.job
  const name = known === undefined ? jobId : skillName(known.skill_path, root)
  const lost = known !== undefined && isReviewable(known) ? 'Its result was not applied yet and is lost. ' : ''
  const detail = `${lost}Its model calls are deleted too; versions in the history stay.`
  const answer = await ask(`Delete this job of ${name}?`, detail, 'Delete')
  if (answer !== 'Delete') return
  const { deleted } = await server.run('jobs prune', { job_id: jobId, root })
  if (deleted === 0) void showWarning('Only a job that ended can be deleted: cancel it first.')
  await jobs.view.refresh()
}
