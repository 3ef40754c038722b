/** One VS Code server with the packaged extension installed, in folders of its own that go when it stops. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { serverScript } from './vscode.ts'

const project = resolve(import.meta.dirname, '../..')

export type Settings = Readonly<Record<string, unknown>>

export interface ServerOptions {
  /** The page loads the tests that its address names; such a window shows no messages of extensions as toasts. */
  readonly loadsTests?: boolean
  /** Without trust the window opens in Restricted Mode. Trusted unless told. */
  readonly trusted?: boolean
  /** Settings of the user. */
  readonly userSettings?: Settings
  /** Settings of the machine, as a remote window has them. */
  readonly machineSettings?: Settings
  /** Environment of the server and its extension host, besides PATH; nothing of the developer's leaks in. */
  readonly env?: Readonly<Record<string, string>>
  /** Changes the workspace, a copy of `examples/`, before it is opened. */
  readonly prepare?: (workspace: string) => void
}

export interface Server {
  readonly address: string
  /** The opened folder: a repository with the sample skills under `skills/`. */
  readonly workspace: string
  /** Everything of this run lies below; suites may put files of their own here. */
  readonly folder: string
  /** What the server wrote so far. */
  log(): string
  stop(): Promise<void>
}

/** The VSIX for this machine, as `npm run package` names it. */
export function vsixPath(): string {
  const { name, version } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'))
  return join(project, 'dist-vsix', `${name}-${vsixTarget}-${version}.vsix`)
}

export const vsixTarget = `${process.platform}-${process.arch}`

export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'editor-')))
  const workspace = join(folder, 'workspace')
  cpSync(join(project, 'examples'), workspace, { recursive: true })
  mkdirSync(join(workspace, '.git'))
  options.prepare?.(workspace)
  const folders = ['--extensions-dir', join(folder, 'extensions'), '--server-data-dir', join(folder, 'server')]
  mkdirSync(join(folder, 'home'))
  // This server keeps the user's settings beside the machine's, not in the browser.
  const settings = { User: { ...quiet, ...options.userSettings }, Machine: options.machineSettings ?? {} }
  for (const [owner, values] of Object.entries(settings)) {
    mkdirSync(join(folder, 'server/data', owner), { recursive: true })
    writeFileSync(join(folder, 'server/data', owner, 'settings.json'), JSON.stringify(values))
  }
  const env = { PATH: process.env.PATH ?? '', HOME: join(folder, 'home'), LANG: 'C.UTF-8', ...options.env }
  await promisify(execFile)(process.execPath, [serverScript, ...folders, '--install-extension', vsixPath()], { env })

  // A group of its own: the extension host and what it starts stop with it.
  const child = spawn(process.execPath, [serverScript, ...folders, ...serverFlags(options)], {
    cwd: folder,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const stopAtOnce = () => {
    killGroup(child)
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  process.once('exit', stopAtOnce)
  let log = ''
  const port = await new Promise<string>((found, reject) => {
    const read = (chunk: string) => {
      log += chunk
      const listening = /agent listening on (\d+)/.exec(log)?.[1]
      if (listening !== undefined) found(listening)
    }
    child.stdout.setEncoding('utf8').on('data', read)
    child.stderr.setEncoding('utf8').on('data', read)
    child.on('error', reject)
    child.on('exit', () => reject(new Error(`VS Code's server ended before it listened:\n${log}`)))
  })
  return {
    address: `127.0.0.1:${port}`,
    workspace,
    folder,
    log: () => log,
    async stop() {
      const ended = child.exitCode !== null || child.signalCode !== null
      const exit = ended ? undefined : new Promise(done => child.once('exit', done))
      killGroup(child)
      await exit
      process.off('exit', stopAtOnce)
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** What would cover the workbench in a picture, or ask for a click before anything else. */
const quiet: Settings = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'security.workspace.trust.startupPrompt': 'never',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'telemetry.telemetryLevel': 'off',
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
}

function serverFlags({ trusted = true, loadsTests = false }: ServerOptions): readonly string[] {
  return [
    ...['--host', '127.0.0.1', '--port', '0', '--without-connection-token', '--accept-server-license-terms'],
    '--disable-telemetry',
    // Without this the page ignores the payload that names the tests.
    ...(loadsTests ? ['--enable-smoke-test-driver'] : []),
    ...(trusted ? ['--disable-workspace-trust'] : []),
  ]
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}
