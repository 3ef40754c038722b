/** An endpoint that was configured without its key is told of before it is asked for anything. */
import * as vscode from 'vscode'
import type { CommandContext } from './commands.ts'
import { section } from './configuration.ts'
import { isLoopback } from './endpoint.ts'
import { asksEndpoint } from './modelChoices.ts'
import { showWarning } from './notify.ts'
import { configuredOrigin, defaultBaseUrl, environmentHasKey, readKey } from './secrets.ts'

/** False when the person, having been told that there is none, did not want to go on. */
export async function hasKey(
  { extension }: Pick<CommandContext, 'extension'>,
  skill: vscode.Uri,
  named?: unknown,
): Promise<boolean> {
  const configuration = vscode.workspace.getConfiguration(section, skill)
  const model = typeof named === 'string' ? named : configuration.get<string>('model', '')
  const origin = configuredOrigin()
  // The server itself refuses to go to OpenAI without a key.
  if (!asksEndpoint(model) || origin === undefined || origin === new URL(defaultBaseUrl).origin) return true
  if (isLoopback(origin) || environmentHasKey(origin)) return true
  if ((await readKey(extension.secrets)) !== undefined) return true
  const open = extension.globalState.get<readonly string[]>(openOrigins, [])
  if (open.includes(origin)) return true
  const set = 'Set API Key'
  const goOn = 'Go On Without'
  const answer = await showWarning(`No API key is stored for ${origin}.`, set, goOn)
  if (answer === set) {
    await vscode.commands.executeCommand('signatureTuner.setApiKey')
    return (await readKey(extension.secrets)) !== undefined
  }
  if (answer === goOn) await extension.globalState.update(openOrigins, [...open, origin])
  return answer === goOn
}

/** Endpoints that the person says need no key. */
const openOrigins = 'openOrigins'
