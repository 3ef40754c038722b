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

/** Names of machine settings that the open workspace or one of its folders tries to set. */
export function settingsOfWorkspace(): readonly string[] {
  const folders = vscode.workspace.workspaceFolders?.map(({ uri }) => uri) ?? []
  const scopes = [undefined, ...folders]
  const found = machineSettings.filter(name =>
    scopes.some(scope => {
      const whole = vscode.workspace.getConfiguration(undefined, scope).inspect<Record<string, unknown>>(section)
      const nested = [whole?.workspaceValue, whole?.workspaceFolderValue].some(value => value?.[name] !== undefined)
      const plain = vscode.workspace.getConfiguration(section, scope).inspect(name)
      return nested || plain?.workspaceValue !== undefined || plain?.workspaceFolderValue !== undefined
    }),
  )
  return found
}

/** What the server asks for by `workspace/configuration`, without what only the machine may say. */
export function withoutMachineSettings(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const names: ReadonlySet<string> = new Set(machineSettings)
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.has(name)))
}
