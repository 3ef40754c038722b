/** The view of jobs: all that the stores of this workspace know, newest first, and what each found. */
import * as vscode from 'vscode'
import type { JobNotice } from '../../../server/src/protocol/client.ts'
import { candidateRows } from '../jobs/candidateRows.ts'
import { coalesce } from '../jobs/coalesce.ts'
import type { KnownJob } from '../jobs/jobMarkdown.ts'
import { type JobRow, jobRow } from '../jobs/jobRow.ts'
import { jobKey, mergeJobs } from '../jobs/mergeJobs.ts'
import { describeError } from '../messages.ts'
import type { Server } from '../server.ts'
import { languageId } from '../skill.ts'
import { type JobNode, jobItem, type LineNode, lineItem, linesOf, type TreeNode } from './jobItems.ts'

export interface JobsView extends vscode.Disposable {
  refresh(): Promise<void>
  /** Opens the row of a job and the view with it. `key` is that of `jobKey`. */
  reveal(key: string): Promise<void>
  known(jobId: string | undefined): KnownJob | undefined
}

const mostJobs = 100
/** Milliseconds. */
const progressPause = 250
const pollPause = 5000

export function createJobsView(server: Server): JobsView {
  const changed = new vscode.EventEmitter<TreeNode | undefined>()
  /** In the order of the view; a job keeps its node, so that the editor knows it again. */
  let nodes: readonly JobNode[] = []
  let failure: LineNode | undefined
  let loaded = false
  let loading: Promise<void> | undefined
  let poll: ReturnType<typeof setInterval> | undefined
  /** Also those of skills in a repository of their own. */
  const rootsOfJobs = new Set<string>()
  const shownRows = new Map<string, string>()

  async function load(): Promise<void> {
    try {
      const lists = await Promise.all(roots().map(root => server.run('jobs', { root, limit: mostJobs })))
      take(mergeJobs(lists))
    } catch (error) {
      const said = failure?.tooltip
      failure = notRunning(error)
      loaded = true
      if (failure.tooltip === said) return
      server.log.warn(`jobs: ${failure.tooltip}`)
      changed.fire(undefined)
    }
  }

  /** One reading at a time: who asks meanwhile gets the next one. */
  function refresh(): Promise<void> {
    const next = (loading ?? Promise.resolve()).then(load)
    const settled = next.finally(() => {
      if (loading === settled) loading = undefined
    })
    loading = settled
    return settled
  }

  function take(jobs: readonly KnownJob[]): void {
    const before = new Map(nodes.map(node => [node.key, node]))
    const sameBefore = loaded && failure === undefined ? nodes.map(({ key }) => key).join(' ') : undefined
    nodes = jobs.map(known => before.get(jobKey(known.root, known.job.job_id)) ?? nodeOf(known))
    for (const [index, node] of nodes.entries()) node.job = jobs[index]?.job ?? node.job
    failure = undefined
    loaded = true
    if (nodes.map(({ key }) => key).join(' ') !== sameBefore) changed.fire(undefined)
    else for (const node of nodes) fireIfChanged(node)
  }

  function fireIfChanged(node: JobNode): void {
    if (shownOf(node) === shownRows.get(node.key)) return
    changed.fire(node)
  }

  /** All that the view shows of a job, with what is below it while it runs. */
  function shownOf(node: JobNode): string {
    return JSON.stringify([rowOf(node), candidateRows(node.job)])
  }

  function rowOf(node: JobNode): JobRow {
    const severalRoots = new Set(nodes.map(({ root }) => root)).size > 1
    return jobRow(node, { now: Date.now(), severalRoots })
  }

  function heard({ what, root, jobId, progress, job }: JobNotice): void {
    rootsOfJobs.add(root)
    const node = nodes.find(({ key }) => key === jobKey(root, jobId))
    if (node === undefined || what !== 'progress') reload.request()
    if (node === undefined) return
    if (progress !== undefined) node.job = { ...node.job, status: 'running', progress }
    if (job !== undefined) node.job = job
    dirty.add(node)
    flush.request()
  }

  const dirty = new Set<JobNode>()
  const flush = coalesce(() => {
    if (view.visible) for (const node of dirty) fireIfChanged(node)
    dirty.clear()
  }, progressPause)
  const reload = coalesce(() => {
    // What is not looked at is read when it is.
    if (view.visible || loaded) void refresh()
  }, progressPause)

  const provider: vscode.TreeDataProvider<TreeNode> = {
    onDidChangeTreeData: changed.event,
    getParent: node => (node.type === 'job' ? undefined : node.parent),
    async getChildren(node) {
      if (node?.type === 'job') return linesOf(server, node)
      if (node !== undefined) return []
      if (!loaded) await (loading ?? refresh())
      return failure === undefined ? [...nodes] : [failure]
    },
    getTreeItem(node) {
      if (node.type === 'line') return lineItem(node)
      const row = rowOf(node)
      shownRows.set(node.key, shownOf(node))
      return jobItem(node, row)
    },
  }
  const view = vscode.window.createTreeView('signatureTuner.jobs', { treeDataProvider: provider })

  function watch(): void {
    clearInterval(poll)
    poll = undefined
    if (!view.visible) return
    void refresh()
    // Jobs of other processes tell nothing.
    poll = setInterval(() => loading === undefined && void refresh(), pollPause)
  }
  function roots(): readonly string[] {
    const folders = vscode.workspace.workspaceFolders?.filter(({ uri }) => uri.scheme === 'file') ?? []
    if (folders.length > 0) return [...new Set([...folders.map(({ uri }) => uri.fsPath), ...rootsOfJobs])]
    const open = vscode.workspace.textDocuments.filter(document => document.languageId === languageId)
    const beside = open.map(({ uri }) => vscode.Uri.joinPath(uri, '..').fsPath)
    return [...new Set([...beside, ...rootsOfJobs])]
  }

  const subscriptions = [
    changed,
    view,
    flush,
    reload,
    server.onJob(heard),
    server.onReady(() => reload.request()),
    server.onStopped(() => reload.request()),
    view.onDidChangeVisibility(watch),
    vscode.workspace.onDidChangeWorkspaceFolders(() => reload.request()),
  ]
  watch()
  return {
    refresh,
    async reveal(key) {
      if (!nodes.some(node => node.key === key)) await refresh()
      const node = nodes.find(known => known.key === key)
      if (node !== undefined) await view.reveal(node, { focus: true, select: true, expand: true })
    },
    known: jobId => nodes.find(node => node.jobId === jobId),
    dispose() {
      clearInterval(poll)
      for (const subscription of subscriptions) subscription.dispose()
    },
  }
}

function nodeOf({ root, job }: KnownJob): JobNode {
  const uri = vscode.Uri.joinPath(vscode.Uri.file(root), job.skill_path)
  return { type: 'job', key: jobKey(root, job.job_id), root, jobId: job.job_id, uri, job }
}

function notRunning(error: unknown): LineNode {
  return {
    type: 'line',
    label: 'The jobs cannot be read.',
    description: 'Restart',
    tooltip: describeError(error),
    icon: 'warning',
    command: { command: 'signatureTuner.restartServer', title: 'Restart Server' },
  }
}
