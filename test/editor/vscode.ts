/** The VS Code that the tests run in: the server and workbench of the code-server package, kept in `.editor/`. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { missing } from './missing.ts'

// VS Code 1.139.
const version = '4.139.1'
const cache = resolve(import.meta.dirname, '../../.editor')
const installed = join(cache, `code-server-${version}`)

/** The script that starts VS Code's own server. */
export const serverScript = join(installed, 'node_modules/code-server/lib/vscode/out/server-main.js')

/** Installs it where it is missing; it is no dependency of the product and large, so node_modules goes without. */
export function installVsCode(): void {
  if (existsSync(serverScript)) return
  if (process.platform === 'win32') throw missing('the VS Code of the code-server package does not run on Windows')
  console.log(`Installing code-server ${version} into .editor (once) …`)
  mkdirSync(cache, { recursive: true })
  const fresh = mkdtempSync(join(cache, 'installing-'))
  try {
    npm(fresh, ['install', '--prefix', fresh, '--no-save', `code-server@${version}`])
    const server = join(fresh, 'node_modules/code-server/lib/vscode')
    npm(server, ['install', '--omit=dev'])
    symlinkSync('node_modules', join(server, 'node_modules.asar'), 'dir')
    // Another run may have been faster; both hold the same.
    if (!existsSync(installed)) renameSync(fresh, installed)
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}

/** Its native modules are left unbuilt: without them the server only writes a few lines more to its log. */
function npm(cwd: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync('npm', [...args, '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  if (status !== 0) throw missing(`code-server could not be installed (${error?.message ?? stderr.trim()})`)
}
