/** New Signature: a first signature and examples file in a folder of the workspace, opened to be filled in. */
import * as vscode from 'vscode'
import type { CommandHandler } from '../commands.ts'
import { showInfo } from '../notify.ts'
import { exists, signatureIn, uriOf } from '../skill.ts'
import { folderProblem, foldersOf, offeredFolder } from '../skillFolder.ts'

export const newSignature: CommandHandler = async ({ server }, given) => {
  const chosen = uriOf(given)
  const root = await rootOf(chosen)
  if (root === undefined) return
  const below = chosen === undefined ? '' : pathBelow(root, chosen)
  const { value, selection } = offeredFolder(below, chosen !== undefined && (await isEmpty(chosen)))
  const folder = (text: string) => vscode.Uri.joinPath(root, ...foldersOf(text))
  const typed = await vscode.window.showInputBox({
    // The walkthrough takes the focus when it ticks its step.
    ignoreFocusOut: true,
    title: 'New Signature',
    prompt: 'Folder of the new skill, as seen from the workspace folder',
    value,
    valueSelection: selection,
    validateInput: async text => folderProblem(text) ?? (await takenProblem(folder(text))),
  })
  if (typed === undefined) return
  const skill = folder(typed)
  await server.run('new', { skill_path: skill.fsPath })
  await vscode.window.showTextDocument(signatureIn(skill), { preview: false })
}

/** The workspace folder; `undefined` where there is none or the person chose none. */
async function rootOf(chosen: vscode.Uri | undefined): Promise<vscode.Uri | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? []
  if (chosen !== undefined) return vscode.workspace.getWorkspaceFolder(chosen)?.uri ?? chosen
  if (folders.length > 1) return (await vscode.window.showWorkspaceFolderPick())?.uri
  if (folders[0] === undefined) await offerFolder()
  return folders[0]?.uri
}

async function offerFolder(): Promise<void> {
  const open = 'Open Folder'
  const demo = 'Open Demo Skill'
  const answer = await showInfo('A signature is a file: open a folder for it.', open, demo)
  if (answer === open) await vscode.commands.executeCommand('workbench.action.files.openFolder')
  if (answer === demo) await vscode.commands.executeCommand('signatureTuner.openDemoSkill')
}

function pathBelow(root: vscode.Uri, folder: vscode.Uri): string {
  return folder.path.slice(root.path.length).replace(/^\/+|\/+$/g, '')
}

async function isEmpty(folder: vscode.Uri): Promise<boolean> {
  return (await vscode.workspace.fs.readDirectory(folder)).length === 0
}

async function takenProblem(skill: vscode.Uri): Promise<string | undefined> {
  return (await exists(signatureIn(skill))) ? 'There is a signature in this folder already: type another.' : undefined
}
