/** The jobs that this window's server runs now, as its notices tell of them. */
import * as vscode from 'vscode'
import type { JobNotice } from '../../../server/src/protocol/client.ts'
import type { Server } from '../server.ts'
import type { KnownJob } from './jobMarkdown.ts'
import { jobKey } from './mergeJobs.ts'

export interface RunningJobs extends vscode.Disposable {
  all(): readonly KnownJob[]
  readonly onDidChange: vscode.Event<void>
  /** A command was called; its job is shown at once, and by its notices once they come. */
  starting(skill: vscode.Uri, kind: JobNotice['kind']): vscode.Disposable
}

export function createRunningJobs(server: Server): RunningJobs {
  const running = new Map<string, KnownJob>()
  const asked = new Map<vscode.Disposable, KnownJob>()
  const changed = new vscode.EventEmitter<void>()
  let told: boolean | undefined

  function tell(): void {
    const any = running.size + asked.size > 0
    if (any !== told) void vscode.commands.executeCommand('setContext', 'signatureTuner.jobsRunning', any)
    told = any
    changed.fire()
  }

  const subscriptions = [
    changed,
    server.onJob(notice => {
      const key = jobKey(notice.root, notice.jobId)
      if (notice.what === 'started') {
        const [first] = [...asked].filter(([, { job }]) => job.kind === notice.kind)
        if (first !== undefined) asked.delete(first[0])
      }
      if (notice.what === 'ended') running.delete(key)
      else running.set(key, runningJob(notice, running.get(key)))
      tell()
    }),
    server.onStopped(() => {
      running.clear()
      tell()
    }),
  ]

  return {
    all: () => [...running.values(), ...asked.values()],
    onDidChange: changed.event,
    starting(skill, kind) {
      const handle = new vscode.Disposable(() => {
        if (asked.delete(handle)) tell()
      })
      const folder = vscode.workspace.getWorkspaceFolder(skill)?.uri.fsPath ?? ''
      const skillPath = vscode.workspace.asRelativePath(skill, false)
      asked.set(handle, { root: folder, job: newJob('', kind, skillPath, 'queued') })
      tell()
      return handle
    },
    dispose() {
      for (const subscription of subscriptions) subscription.dispose()
    },
  }
}

function runningJob({ root, jobId, kind, skillPath, progress }: JobNotice, known: KnownJob | undefined): KnownJob {
  const job = known?.job ?? newJob(jobId, kind, skillPath, 'running')
  return { root, job: progress === undefined ? job : { ...job, progress, updated_at: new Date().toISOString() } }
}

function newJob(jobId: string, kind: JobNotice['kind'], skillPath: string, status: 'queued' | 'running') {
  const now = new Date().toISOString()
  return { job_id: jobId, kind, status, skill_path: skillPath, created_at: now, updated_at: now }
}
