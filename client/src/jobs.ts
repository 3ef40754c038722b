/** Jobs in this window: what runs, the view, the news and the pages of all that the store knows. */
import * as vscode from 'vscode'
import { createJobNews, type JobNews } from './jobNews.ts'
import { createRunningJobs, type RunningJobs } from './jobs/runningJobs.ts'
import { commandOverrides, type Server } from './server.ts'
import { createStatusBar } from './statusBar.ts'
import { createJobPages, type JobPages } from './views/jobPages.ts'
import { createJobsView, type JobsView } from './views/jobsTree.ts'

export interface Jobs {
  readonly running: RunningJobs
  readonly view: JobsView
  readonly news: JobNews
  readonly pages: JobPages
}

export function createJobs(context: vscode.ExtensionContext, server: Server): Jobs {
  const running = createRunningJobs(server)
  const view = createJobsView(server)
  const news = createJobNews(server, view)
  const pages = createJobPages(server)
  context.subscriptions.push(running, createStatusBar(running), view, news, pages)
  // Lenses, code actions and hovers of the server start what the palette starts.
  for (const [theirs, ours] of Object.entries(overridden)) {
    commandOverrides.set(theirs, given => vscode.commands.executeCommand(ours, given))
  }
  return { running, view, news, pages }
}

const overridden = {
  'signature-tuner.tune': 'signatureTuner.tune',
  'signature-tuner.evaluate': 'signatureTuner.evaluate',
  'signature-tuner.resume': 'signatureTuner.resumeJob',
  'signature-tuner.cancel': 'signatureTuner.cancelJob',
}
