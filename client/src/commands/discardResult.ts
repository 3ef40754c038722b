/** Discard Result: it is offered no more; the job keeps it. */
import * as vscode from 'vscode'
import type { CommandHandler } from '../commands.ts'
import { uriOf } from '../skill.ts'

export const discardResult: CommandHandler = async ({ server, reviews }, given) => {
  const review = reviews.chosen(uriOf(given))
  if (review === undefined) return
  const root = vscode.Uri.joinPath(review.uri, '..').fsPath
  await server.run('jobs discard', { job_id: review.jobId, root })
  await reviews.close(review)
  await vscode.commands.executeCommand('signatureTuner.refreshJobs')
}
