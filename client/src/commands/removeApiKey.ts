/** Remove API Key: of one of the endpoints that a key was entered for. */
import * as vscode from 'vscode'
import type { CommandHandler } from '../commands.ts'
import { showInfo } from '../notify.ts'
import { configuredOrigin, deleteKey, keyOrigins } from '../secrets.ts'

export const removeApiKey: CommandHandler = async ({ extension, server }) => {
  const origins = await keyOrigins(extension)
  if (origins.length === 0) {
    void showInfo('No API key is stored.')
    return
  }
  const current = configuredOrigin()
  const chosen = await vscode.window.showQuickPick(
    origins.map(origin => ({ label: origin, ...(origin === current && { description: 'in use now' }) })),
    { title: 'Remove API Key', placeHolder: 'Endpoint whose key is removed' },
  )
  if (chosen === undefined) return
  await deleteKey(extension, chosen.label)
  await server.configure()
  void showInfo(`The key for ${chosen.label} was removed.`)
}
