/** Restore Version: the text of an earlier version again, recorded as a new one. */
import * as vscode from 'vscode'
import type { WireOutputs } from '../../../server/src/protocol/client.ts'
import type { CommandHandler } from '../commands.ts'
import { readVersions, versionIn, versionItem } from '../history/pickVersion.ts'
import { showInfo } from '../notify.ts'
import type { Server } from '../server.ts'
import { chosenSkill } from '../skill.ts'

export const restoreVersion: CommandHandler = async ({ server }, given) => {
  const uri = chosenSkill(given)
  if (uri === undefined) return
  const version = versionIn(given) ?? (await pickVersion(server, uri))
  if (version === undefined) return
  // In an open document it is a step that can be undone.
  const document = await vscode.workspace.openTextDocument(uri)
  const done = await server.execute<WireOutputs['restore']>('restore', { uri: uri.toString(), version })
  void tell(uri, done, document.isDirty)
}

async function pickVersion(server: Server, uri: vscode.Uri): Promise<number | undefined> {
  const history = await readVersions(server, uri)
  const items = history?.versions.map(version => versionItem(version, history.current))
  if (items === undefined) return undefined
  const title = 'Restore Version'
  const placeHolder = 'What you have now is kept as a version, too'
  return (await vscode.window.showQuickPick(items, { title, placeHolder, matchOnDetail: true }))?.version
}

async function tell(uri: vscode.Uri, { restored, version, changed }: WireOutputs['restore'], isDirty: boolean) {
  const done = changed
    ? `Restored version ${restored} as version ${version}.${isDirty ? ' Save the file to keep it.' : ''}`
    : `The text reads as version ${restored} already.`
  const show = 'Show History'
  const answer = await showInfo(done, show)
  if (answer === show) await vscode.commands.executeCommand('signatureTuner.showHistory', uri)
}
