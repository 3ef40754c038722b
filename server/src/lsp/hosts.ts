/** The adapters behind the server, built for its settings; open documents stand for their files. */
import { pathToFileURL } from 'node:url'
import type { Ports } from '../app/ports.ts'
import { ok } from '../base/result.ts'
import { composeHost, type Host, type HostOptions } from '../compose.ts'
import type { EditorConfiguration, ListModelsParams, OfferedModels } from '../protocol/client.ts'
import { type Environment, modelSettings, type Settings } from './settings.ts'
import { pathsOfUris } from './uris.ts'

export interface Hosts {
  ports(): Ports
  /** The model that would evaluate now. */
  model(): string | undefined
  /** At one place, each server with its list or why there is none. */
  listModels(place: ListModelsParams['place'], signal: AbortSignal): Promise<readonly OfferedModels[]>
  /** Jobs of the host before go on in it; new ones start with the new settings. */
  configure(settings: Settings, key?: EditorConfiguration['key']): void
  /** Ends all workers; their jobs stay resumable. */
  dispose(): Promise<void>
}

export interface HostsOptions {
  readonly programFolder: string
  readonly environment: Environment
  readonly settings: Settings
  /** Of the client, bound to its origin. */
  readonly key: EditorConfiguration['key']
  /** URIs of the workspace's folders; paths are shown as seen from the first. */
  readonly folders: readonly string[]
  /** The text of an open document. */
  readonly openText: (uri: string) => string | undefined
  /** Asks the client's own models, where it has any. */
  readonly completeInEditor: HostOptions['completeInEditor']
}

export function createHosts(options: HostsOptions): Hosts {
  const { programFolder, environment, settings, key, folders, openText, completeInEditor } = options
  const [cwd = process.cwd()] = pathsOfUris(folders)
  const hosts = new Map<string, { readonly host: Host; readonly ports: Ports }>()
  let current = configured(settings, key)

  function configured(settings: Settings, key: EditorConfiguration['key']) {
    const models = modelSettings(settings, environment, key)
    const digest = JSON.stringify(models)
    const known = hosts.get(digest)
    if (known !== undefined) return known
    const host = composeHost({ cwd, programFolder, models, completeInEditor })
    const made = { host, ports: withOpenDocuments(host.ports, openText) }
    hosts.set(digest, made)
    return made
  }

  return {
    ports: () => current.ports,
    model: () => current.ports.models.model,
    async listModels(place, signal) {
      const { host, ports } = current
      const { baseUrl } = ports.models
      if (place === 'machine') return host.findLocalModels(signal)
      const listed = await host.listModels(signal)
      const name = new URL(baseUrl).origin
      if (listed.ok) return [{ name, baseUrl, models: listed.value }]
      const { code, message } = listed.error
      return [{ name, baseUrl, models: [], problem: { code, message } }]
    },
    configure(settings, key) {
      current = configured(settings, key)
    },
    async dispose() {
      await Promise.all([...hosts.values()].map(({ host }) => host.dispose()))
    },
  }
}

/** What is typed and not saved yet is what counts. */
function withOpenDocuments(ports: Ports, openText: HostsOptions['openText']): Ports {
  const { files } = ports
  const opened = (path: string) => openText(pathToFileURL(path).href)
  return {
    ...ports,
    files: {
      ...files,
      async readText(path, maxBytes) {
        const text = opened(path)
        return text === undefined ? files.readText(path, maxBytes) : ok(text)
      },
      async openText(path) {
        const text = opened(path)
        return text === undefined ? files.openText(path) : ok(pieces(text))
      },
    },
  }
}

async function* pieces(text: string): AsyncGenerator<string> {
  yield text
}
