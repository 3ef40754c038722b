/** The extension's life in the editor: activate and deactivate, nothing else. */
import type * as vscode from 'vscode'
import { type Part, registerCommands } from './registerCommands.ts'

let parts: Promise<Part> | undefined

/** Only what the editor asks for by name is there when it returns; the parts are loaded after it, and then do the work. */
export function activate(context: vscode.ExtensionContext): void {
  parts = loadLater().then(({ startParts }) => startParts(context))
  registerCommands(context, parts)
}

/** After the editor has gone on: only looking for the file would take half of the activation. */
async function loadLater() {
  await new Promise(setImmediate)
  return import('./parts.ts')
}

export async function deactivate(): Promise<void> {
  await (await parts)?.stop()
}
