/** Pages of versions, one a signature: follow the history file, and come back after a reload of the window. */
import { randomBytes } from 'node:crypto'
import { basename } from 'node:path'
import * as vscode from 'vscode'
import { failureBody, historyBody, historyPage } from '../history/historyPage.ts'
import { versionIn } from '../history/pickVersion.ts'
import { describeError } from '../messages.ts'
import type { Server } from '../server.ts'
import { uriOf } from '../skill.ts'

const viewType = 'signatureTuner.history'

export interface HistoryPages {
  show(uri: vscode.Uri): void
}

export function createHistoryPages(extension: vscode.ExtensionContext, server: Server): HistoryPages {
  const panels = new Map<string, vscode.WebviewPanel>()

  async function bodyOf(uri: vscode.Uri): Promise<string> {
    try {
      return historyBody(await server.run('history', { skill_path: uri.fsPath }))
    } catch (error) {
      return failureBody(describeError(error))
    }
  }

  async function fill(panel: vscode.WebviewPanel, uri: vscode.Uri): Promise<void> {
    panels.set(uri.toString(), panel)
    let said: string | undefined
    let inHtml: string | undefined
    let isDisposed = false
    const write = (body: string) => {
      const nonce = randomBytes(16).toString('hex')
      inHtml = body
      panel.webview.html = historyPage({ nonce, state: { uri: uri.toString() } }, body)
    }
    const refresh = async () => {
      const body = await bodyOf(uri)
      if (body === said || said === undefined || isDisposed) return
      said = body
      // Messages to a hidden page are lost: it is built anew from its HTML when it shows again.
      if (panel.visible) await panel.webview.postMessage({ body })
      else write(body)
    }
    let due: NodeJS.Timeout | undefined
    const soon = () => {
      clearTimeout(due)
      due = setTimeout(refresh, 300)
    }
    const history = basename(uri.fsPath).replace(/\.ya?ml$/, '.history.json')
    const pattern = new vscode.RelativePattern(vscode.Uri.joinPath(uri, '..'), history)
    const watcher = vscode.workspace.createFileSystemWatcher(pattern)
    const listening = [
      watcher,
      watcher.onDidChange(soon),
      watcher.onDidCreate(soon),
      watcher.onDidDelete(soon),
      server.onReady(soon),
      vscode.workspace.onDidChangeTextDocument(({ document }) => document.uri.toString() === uri.toString() && soon()),
      panel.webview.onDidReceiveMessage((given: unknown) => act(uri, given)),
      panel.onDidChangeViewState(() => {
        if (panel.visible) soon()
        else if (said !== undefined && said !== inHtml) write(said)
      }),
    ]
    panel.onDidDispose(() => {
      isDisposed = true
      clearTimeout(due)
      for (const one of listening) one.dispose()
      if (panels.get(uri.toString()) === panel) panels.delete(uri.toString())
    })
    said = await bodyOf(uri)
    if (!isDisposed) write(said)
  }

  extension.subscriptions.push(
    vscode.window.registerWebviewPanelSerializer(viewType, {
      async deserializeWebviewPanel(panel, state) {
        const uri = uriOf(state)
        if (uri?.scheme !== 'file') return panel.dispose()
        panel.webview.options = webviewOptions
        await fill(panel, uri)
      },
    }),
  )

  return {
    show(uri) {
      const known = panels.get(uri.toString())
      if (known !== undefined) return known.reveal()
      const title = `History of ${basename(vscode.workspace.asRelativePath(vscode.Uri.joinPath(uri, '..')))}`
      const panel = vscode.window.createWebviewPanel(viewType, title, vscode.ViewColumn.Active, webviewOptions)
      void fill(panel, uri)
    },
  }
}

/** Its script is in the page: no file and no address is reached. */
const webviewOptions: vscode.WebviewOptions = { enableScripts: true, localResourceRoots: [] }

async function act(uri: vscode.Uri, given: unknown): Promise<void> {
  if (typeof given !== 'object' || given === null || !('action' in given)) return
  if (given.action === 'evaluate') await vscode.commands.executeCommand('signatureTuner.evaluate', uri)
  const version = versionIn(given)
  if (version === undefined) return
  if (given.action === 'compare') {
    const other = versionIn(given, 'other')
    await vscode.commands.executeCommand('signatureTuner.compareVersions', { uri, version, other })
  }
  if (given.action === 'restore')
    await vscode.commands.executeCommand('signatureTuner.restoreVersion', { uri, version })
}
