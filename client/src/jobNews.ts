/** One notification when a job of this window ends, with what may be done about it. */
import * as vscode from 'vscode'
import type { WireJob } from '../../server/src/protocol/client.ts'
import type { KnownJob } from './jobs/jobMarkdown.ts'
import { jobKey } from './jobs/mergeJobs.ts'
import { type NewsAction, newsOfJob } from './jobs/newsOfJob.ts'
import { showError, showInfo, showWarning } from './notify.ts'
import type { Server } from './server.ts'
import type { JobsView } from './views/jobsTree.ts'

export interface JobNews extends vscode.Disposable {
  /** The person knows of the job that is cancelled by this. */
  whileCancelling(cancel: () => Promise<WireJob>): Promise<void>
}

export function createJobNews(server: Server, view: JobsView): JobNews {
  /** Ids of jobs. */
  const cancelledHere = new Set<string>()
  let cancelling: Promise<unknown> = Promise.resolve()

  async function tell(known: KnownJob): Promise<void> {
    // Its end may be told before the answer to the command that brought it.
    if (known.job.status === 'cancelled') await cancelling
    const news = newsOfJob(known, { cancelledHere: cancelledHere.delete(known.job.job_id) })
    if (news === undefined) return
    const action = await shown[news.severity](news.message, ...news.actions)
    if (action !== undefined) await act(known, action)
  }

  async function act(known: KnownJob, action: NewsAction): Promise<unknown> {
    const { root, job } = known
    const uri = vscode.Uri.joinPath(vscode.Uri.file(root), job.skill_path)
    const call = (name: string, more: object = {}) =>
      vscode.commands.executeCommand(`signatureTuner.${name}`, { uri, root, jobId: job.job_id, ...more })
    switch (action) {
      case 'Review':
        return call('reviewResult')
      case 'Tune':
        return call('tune')
      case 'Tune Anyway':
        return call('tune', { force: true })
      case 'Resume':
        return call('resumeJob')
      case 'Show Job':
        return call('showJob')
      case 'Show Failing':
        return view.reveal(jobKey(root, job.job_id))
      case 'Set API Key…':
        return call('setApiKey')
      case 'Choose Model':
        return call('chooseModel')
      case 'Show Log':
        return server.log.show()
      case 'Later':
        return undefined
    }
  }

  const listening = server.onJob(({ what, root, job, answered }) => {
    if (what !== 'ended' || job === undefined || answered === true) return
    if (job.error !== undefined) server.log.error(`${job.job_id}: ${job.error.message}`)
    tell({ root, job }).catch(error => server.log.error(String(error)))
  })
  return {
    async whileCancelling(cancel) {
      const cancelled = cancel().then(({ job_id: id }) => cancelledHere.add(id))
      cancelling = cancelled.catch(() => {})
      await cancelled
    },
    dispose: () => listening.dispose(),
  }
}

const shown = {
  info: showInfo<NewsAction>,
  warning: showWarning<NewsAction>,
  error: showError<NewsAction>,
} as const
