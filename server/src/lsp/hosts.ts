/** The adapters behind the server, built for its settings; open documents stand for their files. */
import { pathToFileURL } from 'node:url'
import type { Ports } from '../app/ports.ts'
import { ok } from '../base/result.ts'
import { composeHost, type Host } from '../compose.ts'
import { type Environment, modelSettings, type Settings } from './settings.ts'
import { pathsOfUris } from './uris.ts'

export interface Hosts {
  ports(): Ports
  /** The model that would evaluate now. */
  model(): string | undefined
  /** Jobs of the host before go on in it; new ones start with the new settings. */
  configure(settings: Settings): void
  /** Ends all workers; their jobs stay resumable. */
  dispose(): Promise<void>
}

export interface HostsOptions {
  readonly programFolder: string
  readonly environment: Environment
  readonly settings: Settings
  /** URIs of the workspace's folders; paths are shown as seen from the first. */
  readonly folders: readonly string[]
  /** The text of an open document. */
  readonly openText: (uri: string) => string | undefined
}

export function createHosts({ programFolder, environment, settings, folders, openText }: HostsOptions): Hosts {
  const [cwd = process.cwd()] = pathsOfUris(folders)
  const hosts = new Map<string, { readonly host: Host; readonly ports: Ports }>()
  let current = configured(settings)

  function configured(settings: Settings) {
    const models = modelSettings(settings, environment)
    const key = JSON.stringify(models)
    const known = hosts.get(key)
    if (known !== undefined) return known
    const host = composeHost({ cwd, programFolder, models })
    const made = { host, ports: withOpenDocuments(host.ports, openText) }
    hosts.set(key, made)
    return made
  }

  return {
    ports: () => current.ports,
    model: () => current.ports.models.model,
    configure(settings) {
      current = configured(settings)
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
