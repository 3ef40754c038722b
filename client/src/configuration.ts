/** Settings of the machine, as the server is told them: what files of a workspace say of them never counts. */
import * as vscode from 'vscode'
import { type MachineSettings, machineSettings } from '../../server/src/protocol/client.ts'

export const section = 'signatureTuner'

/** The user's own values; whatever a workspace or folder holds, nested in objects or not, is left out. */
export function readMachineSettings(): MachineSettings {
  const configuration = vscode.workspace.getConfiguration(section)
  const values = machineSettings.map(name => [name, configuration.inspect(name)?.globalValue] as const)
  return Object.fromEntries(values.filter(([, value]) => value !== undefined && value !== null && value !== ''))
}

/** What the server asks for by `workspace/configuration`, without what only the machine may say. */
export function withoutMachineSettings(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const names: ReadonlySet<string> = new Set(machineSettings)
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.has(name)))
}
