/** A status bar item while jobs of this window run: which, how far, and how good so far. */
import * as vscode from 'vscode'
import { runningMarkdown } from './jobs/jobMarkdown.ts'
import type { RunningJobs } from './jobs/runningJobs.ts'
import { statusText } from './jobs/statusText.ts'

export function createStatusBar(running: RunningJobs): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('signatureTuner.jobs', vscode.StatusBarAlignment.Left)
  item.name = 'Signature Tuner Jobs'
  item.command = { command: 'signatureTuner.jobs.focus', title: 'Show Tuning Jobs' }
  const listening = running.onDidChange(() => {
    const jobs = running.all()
    const shown = statusText(jobs)
    if (shown === undefined) return item.hide()
    item.text = shown.text
    item.accessibilityInformation = { label: shown.spoken, role: 'button' }
    item.tooltip = new vscode.MarkdownString(runningMarkdown(jobs, Date.now()))
    item.show()
  })
  return new vscode.Disposable(() => {
    listening.dispose()
    item.dispose()
  })
}
