/** The HTTP host: serves one workspace on the loopback until it is told to stop. */
import { realpath, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { ModelSettings } from '../app/ports.ts'
import { errorCode, failure } from '../base/errors.ts'
import { createRedactor } from '../base/redact.ts'
import { fail, ok, type Result } from '../base/result.ts'
import { composeHost } from '../compose.ts'
import { startHttpServer } from './server.ts'
import { type TokenFile, tokenFolder, writeTokenFile } from './tokenFile.ts'

export interface ServeOptions {
  readonly cwd: string
  /** Workspace root; the one that `cwd` belongs to unless given. */
  readonly root: string | undefined
  readonly port: number
  readonly models: ModelSettings
  /** Folder of the bundles. */
  readonly programFolder: string
  readonly onListening: (server: { readonly url: string; readonly tokenFile: string; readonly root: string }) => void
  readonly log: (line: string) => void
}

/** Resolves when the server was stopped by a signal and everything is put away, or with why it could not start. */
export async function serve(options: ServeOptions): Promise<Result<void>> {
  const { models, programFolder, port } = options
  const root = await findRoot(options)
  if (!root.ok) return root
  const redactor = createRedactor(models.apiKey)
  const log = (line: string) => options.log(redactor.message(line))
  const stop = listenForSignals()
  const host = composeHost({ cwd: root.value, root: root.value, programFolder, models })
  let tokenFile: TokenFile | undefined
  try {
    const server = await startHttpServer({
      ports: host.ports,
      root: root.value,
      port,
      log,
      async openToken(openPort) {
        const written = await writeTokenFile(tokenFolder(process.env), openPort)
        if (!written.ok) return written
        tokenFile = written.value
        return ok(written.value.token)
      },
    })
    if (!server.ok) return server
    const { url } = server.value
    options.onListening({ url, tokenFile: tokenFile?.path ?? '', root: root.value })
    await stop.asked
    log('Stopping; once more ends at once.')
    await server.value.close()
    return ok(undefined)
  } finally {
    await tokenFile?.remove()
    await host.dispose()
    stop.unlisten()
  }
}

async function findRoot({ cwd, root, models, programFolder }: ServeOptions): Promise<Result<string>> {
  if (root === undefined) return composeHost({ cwd, programFolder, models }).ports.files.root()
  const path = resolve(cwd, root)
  try {
    const real = await realpath(path)
    if ((await stat(real)).isDirectory()) return ok(real)
    return fail(failure('path_not_found', `--root ${root} is no folder.`, root))
  } catch (error) {
    const why = errorCode(error) === 'ENOENT' ? 'does not exist' : `cannot be opened (${errorCode(error)})`
    return fail(failure('path_not_found', `--root ${root} ${why}.`, root))
  }
}

/** The first signal asks for an orderly end, the second ends at once. */
function listenForSignals(): { readonly asked: Promise<void>; unlisten(): void } {
  const { promise, resolve: ask } = Promise.withResolvers<void>()
  let signals = 0
  const onSignal = () => {
    if (++signals > 1) process.exit(130)
    ask()
  }
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of names) process.on(name, onSignal)
  return {
    asked: promise,
    unlisten() {
      for (const name of names) process.off(name, onSignal)
    },
  }
}
