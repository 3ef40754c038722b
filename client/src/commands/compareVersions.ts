/** Compare Versions: a diff of two versions, or of a version and the file as it is now. */
import * as vscode from 'vscode'
import type { CommandHandler } from '../commands.ts'
import { readVersions, type VersionItem, versionIn, versionItem } from '../history/pickVersion.ts'
import type { Server } from '../server.ts'
import { chosenSkill } from '../skill.ts'

export const compareVersions: CommandHandler = async ({ server }, given) => {
  const uri = chosenSkill(given)
  if (uri === undefined) return
  const version = versionIn(given)
  const sides = version === undefined ? await pickSides(server, uri) : { old: version, now: versionIn(given, 'other') }
  if (sides === undefined) return
  const { old, now } = sides
  const right = now === undefined ? uri : versionUri(uri, now)
  const title = `${vscode.workspace.asRelativePath(uri)} (version ${old} ↔ ${now === undefined ? 'now' : `version ${now}`})`
  await vscode.commands.executeCommand('vscode.diff', versionUri(uri, old), right, title)
}

/** Answered by the language server. */
function versionUri(uri: vscode.Uri, version: number): vscode.Uri {
  return uri.with({ scheme: 'signature-tuner', authority: '', query: `version=${version}` })
}

async function pickSides(server: Server, uri: vscode.Uri) {
  const history = await readVersions(server, uri)
  if (history === undefined) return undefined
  const items = history.versions.map(version => versionItem(version, history.current))
  const title = 'Compare Versions'
  const old = await vscode.window.showQuickPick(items, { title, placeHolder: 'Which version?', matchOnDetail: true })
  if (old?.version === undefined) return undefined
  const file: VersionItem = { label: 'The file as it is now' }
  const others = [file, ...items.filter(({ version }) => version !== old.version)]
  const placeHolder = `Compare version ${old.version} with what?`
  const now = await vscode.window.showQuickPick(others, { title, placeHolder, matchOnDetail: true })
  if (now === undefined) return undefined
  // The older one on the left.
  if (now.version !== undefined && now.version < old.version) return { old: now.version, now: old.version }
  return { old: old.version, now: now.version }
}
