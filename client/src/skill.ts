/** Which skill a command is about: the one it was called on, else the one in the active editor. */
import * as vscode from 'vscode'
import { showInfo } from './notify.ts'

export const languageId = 'skill-signature'

/** `undefined` after having told the person what to open. */
export function chosenSkill(given: unknown): vscode.Uri | undefined {
  const uri = uriOf(given) ?? activeSkill()
  if (uri === undefined) {
    void showInfo('Open a signature.yaml first, or make one with "New Signature".')
  }
  return uri
}

/** Of a URI from a menu, a server's argument, or a text of either. */
export function uriOf(given: unknown): vscode.Uri | undefined {
  if (given instanceof vscode.Uri) return given
  if (typeof given === 'string') return vscode.Uri.parse(given, true)
  if (typeof given === 'object' && given !== null && 'uri' in given) return uriOf(given.uri)
  return undefined
}

/** The signature of a skill's folder, under the name that is found by itself. */
export function signatureIn(folder: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(folder, 'signature.yaml')
}

export async function exists(uri: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  )
}

function activeSkill(): vscode.Uri | undefined {
  const document = vscode.window.activeTextEditor?.document
  return document?.languageId === languageId && document.uri.scheme === 'file' ? document.uri : undefined
}
