/** Warns of settings in files of the workspace that only the person's own settings may name: the editor hides them. */
import * as vscode from 'vscode'
import { machineSettings } from '../../server/src/protocol/client.ts'
import { section } from './configuration.ts'
import { showWarning } from './notify.ts'
import { settingNames } from './settingsText.ts'

interface Found {
  readonly file: vscode.Uri
  readonly names: readonly string[]
}

/** Bytes; what is larger is read by no person either. */
const largestFile = 1_000_000

/** Warns now and whenever such a file changes, once for each set of names. */
export function warnOfWorkspaceSettings(
  { subscriptions }: vscode.ExtensionContext,
  log: vscode.LogOutputChannel,
): void {
  let warned = ''
  const look = async () => {
    const found = (await Promise.all(settingsFiles().map(find))).filter(({ names }) => names.length > 0)
    const said = machineSettings
      .map(nameOf)
      .filter(name => found.some(({ names }) => names.includes(name)))
      .join(', ')
    if (said === warned) return
    warned = said
    if (said !== '') await warn(said, found)
  }
  const again = () => void look().catch(error => log.error(String(error)))
  const watcher = vscode.workspace.createFileSystemWatcher('**/.vscode/settings.json')
  subscriptions.push(
    watcher,
    watcher.onDidChange(again),
    watcher.onDidCreate(again),
    watcher.onDidDelete(again),
    vscode.workspace.onDidSaveTextDocument(({ uri }) => isWorkspaceFile(uri) && again()),
    vscode.workspace.onDidChangeWorkspaceFolders(again),
  )
  again()
}

async function warn(said: string, [first]: readonly Found[]): Promise<void> {
  const where = first === undefined ? '' : ` (${vscode.workspace.asRelativePath(first.file)})`
  const why = 'only your own user settings may say where requests go and what they may cost'
  const show = 'Show File'
  const answer = await showWarning(`This workspace sets ${said}${where}: ignored, because ${why}.`, show)
  if (answer === show && first !== undefined) await vscode.window.showTextDocument(first.file)
}

function settingsFiles(): readonly vscode.Uri[] {
  const folders = vscode.workspace.workspaceFolders?.map(({ uri }) => uri) ?? []
  const { workspaceFile } = vscode.workspace
  return [
    ...folders.map(folder => vscode.Uri.joinPath(folder, '.vscode', 'settings.json')),
    // One that was never saved has no file that a repository could bring.
    ...(workspaceFile === undefined || workspaceFile.scheme === 'untitled' ? [] : [workspaceFile]),
  ]
}

async function find(file: vscode.Uri): Promise<Found> {
  try {
    const { size } = await vscode.workspace.fs.stat(file)
    if (size > largestFile) return { file, names: [] }
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(file))
    const set = new Set(settingNames(text, isWorkspaceFile(file) ? 'settings' : undefined))
    return { file, names: machineSettings.map(nameOf).filter(name => set.has(name)) }
  } catch {
    // Most folders have none.
    return { file, names: [] }
  }
}

function nameOf(setting: (typeof machineSettings)[number]): string {
  return `${section}.${setting}`
}

function isWorkspaceFile(uri: vscode.Uri): boolean {
  return uri.toString() === vscode.workspace.workspaceFile?.toString()
}
