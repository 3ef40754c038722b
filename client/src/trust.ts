/** What spends money or runs code of the workspace needs the person's trust in it. */
import * as vscode from 'vscode'
import { showWarning } from './notify.ts'

/** False after having told the person, who is offered to decide about the workspace. */
export async function hasTrust(what: string): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true
  const manage = 'Manage Workspace Trust'
  const answer = await showWarning(
    `${what} needs your trust in this workspace: it sends the skill's texts to a model, and may run its scripts.`,
    manage,
  )
  if (answer === manage) await vscode.commands.executeCommand('workbench.trust.manage')
  return vscode.workspace.isTrusted
}
