/** Jobs in this window: what runs, the view, the news and the pages of all that the store knows. */
import type * as vscode from 'vscode'
import { createJobNews, type JobNews } from './jobNews.ts'
import { createRunningJobs, type RunningJobs } from './jobs/runningJobs.ts'
import type { Server } from './server.ts'
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
  return { running, view, news, pages }
}
