/** Rows of the view of jobs: a job, and below it what it tries, what it changed or which examples fail. */
import * as vscode from 'vscode'
import type { WireFailing, WireJob } from '../../../server/src/protocol/client.ts'
import { candidateRows } from '../jobs/candidateRows.ts'
import { formatScore, plural, tuneResult } from '../jobs/describeJob.ts'
import { jobMarkdown } from '../jobs/jobMarkdown.ts'
import type { JobRow } from '../jobs/jobRow.ts'
import { describeError } from '../messages.ts'
import type { Server } from '../server.ts'

/** Commands of its menus are given it. */
export interface JobNode {
  readonly type: 'job'
  /** That of `jobKey`. */
  readonly key: string
  /** Absolute path. */
  readonly root: string
  readonly jobId: string
  /** Of the signature. */
  readonly uri: vscode.Uri
  job: WireJob
}

export interface LineNode {
  readonly type: 'line'
  readonly parent?: JobNode
  /** Below its parent, so that the editor knows it again. */
  readonly id?: string
  readonly label: string
  readonly description?: string
  readonly tooltip?: string
  readonly icon: string
  /** For screen readers, where the label is not enough. */
  readonly spoken?: string
  readonly command?: vscode.Command
}

export type TreeNode = JobNode | LineNode

export function jobItem(node: JobNode, { label, description, contextValue, icon, hasChildren, spoken }: JobRow) {
  const { None, Collapsed } = vscode.TreeItemCollapsibleState
  const item = new vscode.TreeItem(label, hasChildren ? Collapsed : None)
  item.id = node.key
  item.description = description
  item.contextValue = contextValue
  item.iconPath = new vscode.ThemeIcon(
    icon.id,
    icon.color === undefined ? undefined : new vscode.ThemeColor(icon.color),
  )
  item.tooltip = new vscode.MarkdownString(jobMarkdown(node, Date.now()))
  item.accessibilityInformation = { label: spoken }
  return item
}

export function lineItem({
  parent,
  id,
  label,
  description,
  tooltip,
  icon,
  spoken,
  command,
}: LineNode): vscode.TreeItem {
  const item = new vscode.TreeItem(label)
  item.iconPath = new vscode.ThemeIcon(icon)
  if (description !== undefined) item.description = description
  item.tooltip = tooltip ?? label
  if (parent !== undefined && id !== undefined) item.id = `${parent.key}\n${id}`
  if (spoken !== undefined) item.accessibilityInformation = { label: spoken }
  if (command !== undefined) item.command = command
  return item
}

/** Worst first; the page of the job has the others. */
const mostLines = 50

export async function linesOf(server: Server, node: JobNode): Promise<LineNode[]> {
  const tried = candidateRows(node.job)
  if (tried.length > 0) return tried.map(row => ({ type: 'line', parent: node, ...row }))
  const changes = tuneResult(node.job)?.changes
  if (changes !== undefined) return changes.map(label => ({ type: 'line', parent: node, label, icon: 'edit' }))
  try {
    const shown = await server.run('jobs show', { job_id: node.jobId, root: node.root })
    if (shown.result === undefined || !('failing' in shown.result)) return []
    const { failing, failing_count: count } = shown.result
    const examples = await examplesFile(node.uri)
    const shownFailing = failing.slice(0, mostLines)
    const more = count - shownFailing.length
    const rest: LineNode[] =
      more > 0
        ? [
            {
              type: 'line',
              parent: node,
              label: `${plural(more, 'more example')} failing`,
              icon: 'ellipsis',
              command: { command: 'signatureTuner.showJob', title: 'Show Job', arguments: [node] },
            },
          ]
        : []
    return [...shownFailing.map(one => failingLine(node, one, examples)), ...rest]
  } catch (error) {
    return [{ type: 'line', parent: node, label: describeError(error), icon: 'warning' }]
  }
}

function failingLine(
  parent: JobNode,
  { id, line, score, feedback, expected, got }: WireFailing,
  examples: vscode.Uri | undefined,
): LineNode {
  const place = new vscode.Range(line - 1, 0, line - 1, 0)
  const tooltip = [...feedback, `Expected: ${JSON.stringify(expected)}`, `Got: ${JSON.stringify(got)}`].join('\n')
  return {
    type: 'line',
    parent,
    label: `Example ${id}`,
    description: [formatScore(score), ...feedback].join(' · '),
    tooltip,
    icon: 'close',
    ...(examples !== undefined && {
      command: { command: 'vscode.open', title: 'Open Example', arguments: [examples, { selection: place }] },
    }),
  }
}

/** The file that the signature links to as its examples, else the signature itself, which then holds them. */
async function examplesFile(signature: vscode.Uri): Promise<vscode.Uri | undefined> {
  try {
    const { uri } = await vscode.workspace.openTextDocument(signature)
    const links = await vscode.commands.executeCommand<vscode.DocumentLink[]>('vscode.executeLinkProvider', uri)
    // Its other links are to scripts of metrics.
    const data = links.find(({ target }) => /\.(?:jsonl|json|ya?ml|csv)$/.test(target?.path ?? ''))
    return data?.target ?? uri
  } catch {
    // The skill is gone; what its job found is still shown.
    return undefined
  }
}
