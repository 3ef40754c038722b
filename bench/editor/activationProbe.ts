/** Runs in the extension host of a real VS Code: opens a signature, and prints what the editor measured of the activation. */
import { commands, extensions, Uri, window, workspace } from 'vscode'
import { rowMark } from './activationRow.ts'

const id = 'signature-tuner.signature-tuner'

export async function run(): Promise<void> {
  const [folder] = workspace.workspaceFolders ?? []
  if (folder === undefined) throw new Error('The window has no folder.')
  const skill = Uri.joinPath(folder.uri, 'skills/python/async/signature.yaml')
  await window.showTextDocument(await workspace.openTextDocument(skill))
  // Asked for by the language already; this only waits.
  await extensions.getExtension(id)?.activate()
  console.log(rowMark + (await activationRow()))
}

/** Its line in what "Developer: Startup Performance" shows. */
async function activationRow(): Promise<string> {
  const find = () => {
    const page = workspace.textDocuments.find(({ uri }) => uri.scheme === 'perf')
    return page
      ?.getText()
      .split('\n')
      .find(line => line.includes(id) && /\d/.test(line))
  }
  const found = Promise.withResolvers<string>()
  const look = () => {
    const row = find()
    if (row !== undefined) found.resolve(row)
  }
  const listening = [workspace.onDidChangeTextDocument(look), workspace.onDidOpenTextDocument(look)]
  await commands.executeCommand('perfview.show')
  look()
  const row = await found.promise
  for (const one of listening) one.dispose()
  return row
}
