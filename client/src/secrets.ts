/** API keys in the editor's secret storage, each bound to the origin of the endpoint it was entered for. */
import type * as vscode from 'vscode'
import { readMachineSettings } from './configuration.ts'

export const defaultBaseUrl = 'https://api.openai.com/v1'

export interface BoundKey {
  readonly origin: string
  readonly value: string
}

/** The endpoint's origin as the machine's settings name it; `undefined` where they hold no URL. */
export function configuredOrigin(): string | undefined {
  const baseUrl = readMachineSettings().baseUrl ?? process.env.OPENAI_BASE_URL ?? defaultBaseUrl
  return URL.canParse(baseUrl) ? new URL(baseUrl).origin : undefined
}

/** The key for the endpoint that is configured now; one that was entered for another origin is not it. */
export async function readKey(secrets: vscode.SecretStorage): Promise<BoundKey | undefined> {
  const origin = configuredOrigin()
  const value = origin === undefined ? undefined : await secrets.get(nameOf(origin))
  return origin === undefined || !value ? undefined : { origin, value }
}

export async function storeKey(secrets: vscode.SecretStorage, { origin, value }: BoundKey): Promise<void> {
  await secrets.store(nameOf(origin), value)
}

export async function deleteKey(secrets: vscode.SecretStorage, origin: string): Promise<void> {
  await secrets.delete(nameOf(origin))
}

function nameOf(origin: string): string {
  return `apiKey:${origin}`
}
