/** A read-only page for each job that is shown: its Markdown, anew while it runs. */
import * as vscode from 'vscode'
import { coalesce } from '../jobs/coalesce.ts'
import { skillName } from '../jobs/describeJob.ts'
import { jobPage } from '../jobs/jobMarkdown.ts'
import { jobKey } from '../jobs/mergeJobs.ts'
import { describeError } from '../messages.ts'
import type { Server } from '../server.ts'

export interface JobPages extends vscode.Disposable {
  show(root: string, jobId: string): Promise<void>
}

const scheme = 'signature-tuner-job'
const refreshPause = 1000

export function createJobPages(server: Server): JobPages {
  const changed = new vscode.EventEmitter<vscode.Uri>()
  const pages = new Map<string, vscode.Uri>()
  const due = new Set<string>()
  const flush = coalesce(() => {
    for (const key of due) {
      const uri = pages.get(key)
      if (uri !== undefined) changed.fire(uri)
    }
    due.clear()
  }, refreshPause)
  const subscriptions = [
    changed,
    flush,
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: changed.event,
      async provideTextDocumentContent({ query }) {
        const [root = '', jobId = ''] = query.split('\n')
        try {
          return jobPage({ root, job: await server.run('jobs show', { job_id: jobId, root }) }, Date.now())
        } catch (error) {
          return describeError(error)
        }
      },
    }),
    server.onJob(({ root, jobId }) => {
      due.add(jobKey(root, jobId))
      flush.request()
    }),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      if (uri.scheme === scheme) pages.delete(uri.query)
    }),
  ]
  return {
    async show(root, jobId) {
      const { skill_path: skillPath } = await server.run('jobs show', { job_id: jobId, root })
      const path = `/${jobId}/${skillName(skillPath, root).replaceAll('/', '-')}.md`
      const uri = vscode.Uri.from({ scheme, path, query: jobKey(root, jobId) })
      pages.set(uri.query, uri)
      await vscode.commands.executeCommand('markdown.showPreview', uri)
    },
    dispose() {
      for (const subscription of subscriptions) subscription.dispose()
    },
  }
}
