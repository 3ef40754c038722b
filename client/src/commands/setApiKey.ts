/** Set API Key: asks for the key of the configured endpoint, and of no other. */
import * as vscode from 'vscode'
import type { CommandHandler } from '../commands.ts'
import { isReadable, keyProblem } from '../endpoint.ts'
import { showError, showInfo } from '../notify.ts'
import { configuredOrigin, storeKey } from '../secrets.ts'

export const setApiKey: CommandHandler = async ({ extension, server }) => {
  const origin = configuredOrigin()
  if (origin === undefined) return showWrongUrl()
  const warning = isReadable(origin) ? ' Requests there are not encrypted: anybody on the way can read the key.' : ''
  const value = await vscode.window.showInputBox({
    title: `API Key for ${origin}`,
    prompt: `Sent to ${origin} alone, and kept in the editor's secret storage.${warning}`,
    placeHolder: 'Paste the key',
    password: true,
    ignoreFocusOut: true,
    validateInput: text => (text === '' ? undefined : keyProblem(text)),
  })
  if (value === undefined || keyProblem(value) !== undefined) return undefined
  await storeKey(extension, { origin, value: value.trim() })
  await server.configure()
  offerTest(origin)
  return undefined
}

/** Nobody waits for the answer. */
function offerTest(origin: string): void {
  const test = 'Test Connection'
  void showInfo(`The key for ${origin} is stored.`, test).then(answer => {
    if (answer === test) void vscode.commands.executeCommand('signatureTuner.testConnection')
  })
}

async function showWrongUrl(): Promise<void> {
  const open = 'Open Settings'
  const problem = 'The setting signatureTuner.baseUrl is no URL: a key belongs to an endpoint, so name that first.'
  const answer = await showError(problem, open)
  if (answer === open) await vscode.commands.executeCommand('workbench.action.openSettings', 'signatureTuner.baseUrl')
}
