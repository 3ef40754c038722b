/** API keys in the editor's secret storage, each bound to the origin of the endpoint it was entered for. */
import type * as vscode from 'vscode'
import { readMachineSettings } from './configuration.ts'

export const defaultBaseUrl = 'https://api.openai.com/v1'

export interface BoundKey {
  readonly origin: string
  readonly value: string
}

/** Where keys are, and the list of their origins, which is no secret. */
export type KeyStore = Pick<vscode.ExtensionContext, 'secrets' | 'globalState'>

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

/** Whether the environment holds a key for this origin, as the server reads it. */
export function environmentHasKey(origin: string): boolean {
  const baseUrl = process.env.OPENAI_BASE_URL ?? defaultBaseUrl
  return Boolean(process.env.OPENAI_API_KEY) && URL.canParse(baseUrl) && new URL(baseUrl).origin === origin
}

export async function storeKey({ secrets, globalState }: KeyStore, { origin, value }: BoundKey): Promise<void> {
  // The list first: a key that it does not name could not be removed.
  await globalState.update(originsName, [...new Set([...listedOrigins(globalState), origin])])
  await secrets.store(nameOf(origin), value)
}

export async function deleteKey({ secrets, globalState }: KeyStore, origin: string): Promise<void> {
  await secrets.delete(nameOf(origin))
  const left = listedOrigins(globalState).filter(listed => listed !== origin)
  await globalState.update(originsName, left)
}

/** Origins that have a key, sorted. */
export async function keyOrigins({ secrets, globalState }: KeyStore): Promise<readonly string[]> {
  const candidates = new Set([configuredOrigin() ?? [], ...listedOrigins(globalState)].flat())
  const held = await Promise.all(
    [...candidates].map(async origin => ((await secrets.get(nameOf(origin))) ? [origin] : [])),
  )
  return held.flat().sort()
}

// Older editors cannot list the names of secrets.
const originsName = 'keyOrigins'

function listedOrigins(state: vscode.Memento): readonly string[] {
  return state.get<readonly string[]>(originsName, [])
}

function nameOf(origin: string): string {
  return `apiKey:${origin}`
}
