/** Reviews of tuned results: a diff of the file as it is and as it would be, with the reasons beside the changes. */
import * as vscode from 'vscode'
import type { WirePreview, WireTuneResult } from '../../../server/src/protocol/client.ts'
import { tuneResult } from '../jobs/describeJob.ts'
import { describeError } from '../messages.ts'
import { showInfo } from '../notify.ts'
import type { Server } from '../server.ts'
import { explainPart, explainResult, fieldLabel } from './explain.ts'

/** URIs of texts as they would be: `signature-tuner-result:/abs/path/signature.yaml?job_…`. */
const resultScheme = 'signature-tuner-result'
const contextKey = 'signatureTuner.reviewing'

export interface Review {
  /** Of the signature. */
  readonly uri: vscode.Uri
  readonly jobId: string
  readonly result: WireTuneResult
  /** Of the signature as it is now. */
  readonly preview: WirePreview
}

export interface Reviews {
  /** Opens the diff; without a job the skill's newest result that waits. */
  open(uri: vscode.Uri, jobId: string | undefined): Promise<void>
  /** The one that is asked for, or in front; `undefined` after having told that there is none. */
  chosen(uri: vscode.Uri | undefined): Review | undefined
  close(review: Review): Promise<void>
}

interface OpenReview extends Review {
  preview: WirePreview
  readonly shown: vscode.Uri
  threads: readonly vscode.CommentThread[]
}

export function createReviews(extension: vscode.ExtensionContext, server: Server): Reviews {
  const open = new Map<string, OpenReview>()
  const changed = new vscode.EventEmitter<vscode.Uri>()
  let comments: vscode.CommentController | undefined
  let due: NodeJS.Timeout | undefined

  function explain(review: OpenReview): void {
    comments ??= vscode.comments.createCommentController('signatureTuner.review', 'Signature Tuner')
    for (const thread of review.threads) thread.dispose()
    const { preview, result, shown } = review
    const summary = commentThread(comments, shown, 1, 1, 'Result', [explainResult(result, preview.conflicts)])
    const byField = Map.groupBy(preview.parts, ({ path }) => fieldLabel(path))
    const threads = [...byField].map(([label, parts]) => {
      const last = Math.max(...parts.map(({ end_line: end = 1 }) => end))
      const first = Math.min(...parts.map(({ line = 1 }) => line))
      return commentThread(comments as vscode.CommentController, shown, first, last, label, parts.map(explainPart))
    })
    review.threads = [summary, ...threads]
  }

  async function renew(review: OpenReview): Promise<void> {
    const isOpen = () => open.get(review.shown.toString()) === review
    try {
      if (!isOpen()) return
      const preview = await previewOf(server, review.uri, review.jobId)
      // Accepting changes the file, too, and closes the review.
      if (!isOpen()) return
      review.preview = preview
      changed.fire(review.shown)
      explain(review)
    } catch (error) {
      server.log.warn(describeError(error))
    }
  }

  function forget(review: OpenReview): void {
    for (const thread of review.threads) thread.dispose()
    open.delete(review.shown.toString())
    if (open.size > 0) return
    comments?.dispose()
    comments = undefined
  }

  function inFront(): OpenReview | undefined {
    const tab = vscode.window.tabGroups.activeTabGroup.activeTab
    return tab && open.get(modifiedOf(tab)?.toString() ?? '')
  }

  const tell = () => void vscode.commands.executeCommand('setContext', contextKey, inFront() !== undefined)
  extension.subscriptions.push(
    changed,
    vscode.workspace.registerTextDocumentContentProvider(resultScheme, {
      onDidChange: changed.event,
      provideTextDocumentContent: uri => open.get(uri.toString())?.preview.new_text ?? closedText,
    }),
    vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
      for (const tab of closed) {
        const review = open.get(modifiedOf(tab)?.toString() ?? '')
        if (review !== undefined && tabsOf(review.shown).length === 0) forget(review)
      }
      tell()
    }),
    vscode.window.tabGroups.onDidChangeTabGroups(tell),
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      const edited = [...open.values()].filter(({ uri }) => uri.toString() === document.uri.toString())
      if (edited.length === 0) return
      clearTimeout(due)
      due = setTimeout(() => void Promise.all(edited.map(renew)), 300)
    }),
    { dispose: () => comments?.dispose() },
  )

  return {
    async open(uri, jobId) {
      const preview = await previewOf(server, uri, jobId)
      const root = vscode.Uri.joinPath(uri, '..').fsPath
      const job = await server.run('jobs show', { job_id: preview.job_id, root })
      const result = tuneResult(job)
      if (result === undefined) throw new Error(`Job ${preview.job_id} has no tuned result to review.`)
      const shown = uri.with({ scheme: resultScheme, authority: '', query: preview.job_id })
      const before = open.get(shown.toString())
      const review: OpenReview = { uri, jobId: preview.job_id, result, preview, shown, threads: before?.threads ?? [] }
      open.set(shown.toString(), review)
      changed.fire(shown)
      const title = `${vscode.workspace.asRelativePath(uri)} (tuned result)`
      await vscode.commands.executeCommand('vscode.diff', uri, shown, title, { preview: false })
      explain(review)
      tell()
    },
    chosen(uri) {
      const review = inFront() ?? [...open.values()].find(review => review.uri.toString() === uri?.toString())
      if (review === undefined) {
        void showInfo('No result is under review. Open one with "Review Result".')
      }
      return review
    },
    async close({ uri, jobId }) {
      const review = [...open.values()].find(one => one.jobId === jobId && one.uri.toString() === uri.toString())
      if (review === undefined) return
      await vscode.window.tabGroups.close(tabsOf(review.shown))
      forget(review)
      tell()
    },
  }
}

/** Of a window that was reloaded. */
const closedText = '# This review was closed. Open it again with "Review Result".\n'

function previewOf(server: Server, uri: vscode.Uri, jobId: string | undefined): Promise<WirePreview> {
  return server.execute('apply', { uri: uri.toString(), preview: true, ...(jobId !== undefined && { jobId }) })
}

function commentThread(
  controller: vscode.CommentController,
  uri: vscode.Uri,
  first: number,
  last: number,
  label: string,
  bodies: readonly string[],
): vscode.CommentThread {
  const author = { name: 'Signature Tuner' }
  const said = bodies.map(body => ({
    author,
    body: new vscode.MarkdownString(body),
    mode: vscode.CommentMode.Preview,
  }))
  const thread = controller.createCommentThread(uri, new vscode.Range(first - 1, 0, last - 1, 0), said)
  thread.label = label
  thread.canReply = false
  thread.collapsibleState = vscode.CommentThreadCollapsibleState.Expanded
  return thread
}

function modifiedOf(tab: vscode.Tab): vscode.Uri | undefined {
  return tab.input instanceof vscode.TabInputTextDiff ? tab.input.modified : undefined
}

function tabsOf(shown: vscode.Uri): readonly vscode.Tab[] {
  const tabs = vscode.window.tabGroups.all.flatMap(group => group.tabs)
  return tabs.filter(tab => modifiedOf(tab)?.toString() === shown.toString())
}
