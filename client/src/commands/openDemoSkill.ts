/** Open Demo Skill: a copy of the sample skill, which the offline demo evaluates and tunes without any key. */
import * as vscode from 'vscode'
import type { CommandHandler } from '../commands.ts'
import { section } from '../configuration.ts'
import { demoModel } from '../modelChoices.ts'
import { showInfo } from '../notify.ts'
import { exists, signatureIn, uriOf } from '../skill.ts'

export const openDemoSkill: CommandHandler = async ({ extension }, given) => {
  const sample = vscode.Uri.joinPath(extension.extensionUri, 'examples', ...samplePath)
  const folders = vscode.workspace.workspaceFolders ?? []
  if (uriOf(given) === undefined && folders.length === 0) return openOwnFolder(extension, sample)
  const folder = uriOf(given) ?? (await chooseFolder(folders))
  if (folder === undefined) return undefined
  const skill = await copySample(sample, folder)
  if (vscode.workspace.getWorkspaceFolder(skill) === undefined) return openFolder(folder, skill)
  await preferDemoModel(skill)
  await vscode.window.showTextDocument(signatureIn(skill), { preview: false })
  return undefined
}

/** Below a workspace folder, as in the sample. */
const samplePath = ['skills', 'python', 'async'] as const

async function chooseFolder(folders: readonly vscode.WorkspaceFolder[]): Promise<vscode.Uri | undefined> {
  const items: readonly (vscode.QuickPickItem & { readonly uri?: vscode.Uri })[] = [
    ...folders.map(({ name, uri }) => ({ label: `$(folder) ${name}`, description: 'in this workspace', uri })),
    { label: '$(folder-opened) Another Folder…', description: 'opened in a window of its own' },
  ]
  const chosen = await vscode.window.showQuickPick(items, {
    title: 'Open Demo Skill',
    // The walkthrough takes the focus when it ticks its step.
    ignoreFocusOut: true,
    placeHolder: `Folder that gets a copy, in ${samplePath.join('/')}`,
  })
  if (chosen === undefined || chosen.uri !== undefined) return chosen?.uri
  const opened = await vscode.window.showOpenDialog({
    title: 'Folder for the Demo Skill',
    openLabel: 'Copy Here',
    canSelectFolders: true,
    canSelectFiles: false,
  })
  return opened?.[0]
}

/** Where no folder is open: one of the extension's own, which keeps what the person does with it. */
async function openOwnFolder({ globalStorageUri }: vscode.ExtensionContext, sample: vscode.Uri): Promise<void> {
  const folder = vscode.Uri.joinPath(globalStorageUri, 'demo')
  const skill = vscode.Uri.joinPath(folder, ...samplePath)
  if (!(await exists(signatureIn(skill)))) await vscode.workspace.fs.copy(sample, skill, { overwrite: true })
  // Makes it the root that its jobs are kept at.
  await vscode.workspace.fs.createDirectory(vscode.Uri.joinPath(folder, '.signature-tuner'))
  await openFolder(folder, skill)
}

async function openFolder(folder: vscode.Uri, skill: vscode.Uri): Promise<void> {
  const settings = vscode.Uri.joinPath(folder, '.vscode', 'settings.json')
  if (!(await exists(settings))) {
    const text = `${JSON.stringify({ [`${section}.model`]: demoModel }, null, 2)}\n`
    await vscode.workspace.fs.writeFile(settings, new TextEncoder().encode(text))
  }
  await vscode.commands.executeCommand('vscode.openFolder', folder, {
    forceNewWindow: vscode.workspace.workspaceFolders !== undefined,
    filesToOpen: [signatureIn(skill)],
  })
}

/** Into the first folder of this name that is free: what a person made of an earlier copy stays. */
async function copySample(sample: vscode.Uri, folder: vscode.Uri): Promise<vscode.Uri> {
  const path = samplePath.join('/')
  for (let count = 1; ; count++) {
    const skill = vscode.Uri.joinPath(folder, count === 1 ? path : `${path}-${count}`)
    if (await exists(skill)) continue
    await vscode.workspace.fs.copy(sample, skill)
    return skill
  }
}

/** In this folder alone, and only with the person's leave where a model is configured already. */
async function preferDemoModel(skill: vscode.Uri): Promise<void> {
  const configuration = vscode.workspace.getConfiguration(section, skill)
  const model = configuration.get<string>('model', '')
  if (model === demoModel) return
  const write = () => configuration.update('model', demoModel, vscode.ConfigurationTarget.WorkspaceFolder)
  if (model === '') return write()
  const use = 'Use the Offline Demo'
  // Nobody waits for the answer.
  void showInfo(`${model} is asked about the demo skill, unless this folder uses the offline demo.`, use).then(
    answer => (answer === use ? write() : undefined),
  )
}
