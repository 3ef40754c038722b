/** Lets the person choose a version of a signature. */
import * as vscode from 'vscode'
import type { WireHistory, WireVersion } from '../../../server/src/protocol/client.ts'
import { showInfo } from '../notify.ts'
import type { Server } from '../server.ts'
import { dateOf, kindOf, reasonOf, scoreOf } from './describeVersion.ts'

export interface VersionItem extends vscode.QuickPickItem {
  /** Absent: the file as it is now. */
  readonly version?: number
}

/** Newest first, without those that were recorded without their text; `undefined` after having told there is none. */
export async function readVersions(server: Server, uri: vscode.Uri): Promise<WireHistory | undefined> {
  const history = await server.run('history', { skill_path: uri.fsPath })
  const versions = history.versions.filter(({ signature }) => signature !== undefined).toReversed()
  if (versions.length > 0) return { ...history, versions }
  const evaluate = 'Evaluate'
  const message = 'This signature has no versions yet. Evaluating it records the first.'
  void showInfo(message, evaluate).then(answer => {
    if (answer === evaluate) void vscode.commands.executeCommand('signatureTuner.evaluate', uri)
  })
  return undefined
}

export function versionItem(version: WireVersion, current: number | undefined): VersionItem {
  const now = version.version === current ? ' (now)' : ''
  return {
    label: `Version ${version.version}${now}`,
    description: `${scoreOf(version)} · ${kindOf(version)} · ${dateOf(version)}`,
    detail: reasonOf(version),
    version: version.version,
  }
}

/** The number in what a link or a page gives. */
export function versionIn(given: unknown, name = 'version'): number | undefined {
  if (typeof given !== 'object' || given === null) return undefined
  const value: unknown = Reflect.get(given, name)
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined
}
