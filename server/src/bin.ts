#!/usr/bin/env node
/** The program: checks the runtime, then hands over to a host, so that each loads nothing but itself. */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { enableCompileCache, flushCompileCache } from 'node:module'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

// N-API 10 came with Node 22.14; below it the database driver crashes the process instead of throwing.
if (Number(process.versions.napi) >= 10) {
  // Compiling a host's bundle takes a third of its start; what is kept is written at the end, which a server that is
  // killed does not reach.
  const folder = cacheFolder()
  if (folder !== undefined) {
    enableCompileCache(folder)
    setTimeout(flushCompileCache, 10_000).unref()
  }
  if (process.send !== undefined) {
    process.channel?.unref()
    process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'))
  }
  // The bundle beside this one; the specifier is computed so that it is not bundled in. An editor waits for its server.
  const host: string = isServer(process.argv.slice(2)) ? './lsp.cjs' : './cli.cjs'
  require(host)
} else {
  // A clone of the project has installed a newer Node for itself.
  const newer = join(__dirname, '../node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (existsSync(newer)) runWith(newer)
  else {
    console.error(
      `signature-tuner needs Node 22.14 or later; this is Node ${process.versions.node}. Install a newer Node.`,
    )
    process.exitCode = 2
  }
}

/** `lsp` as editors start it; what else follows the word is a matter of the command line. */
function isServer([word, ...flags]: readonly string[]): boolean {
  return word === 'lsp' && flags.every(flag => flag === '--stdio' || flag.startsWith('--clientProcessId='))
}

/** Of the user's own, because compiled code that others can write would run; `undefined` where none can be made. */
function cacheFolder(): string | undefined {
  const local = process.platform === 'win32' ? process.env.LOCALAPPDATA : process.env.XDG_CACHE_HOME
  let folder = local !== undefined && isAbsolute(local) ? local : join(homedir(), '.cache')
  if (!isAbsolute(folder)) return undefined
  try {
    // One at a time, because below /proc Node's own recursion never ends.
    for (const name of ['', 'signature-tuner', 'compiled']) {
      folder = join(folder, name)
      if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 })
    }
    return folder
  } catch {
    return undefined
  }
}

function runWith(node: string): void {
  // By the channel the child notices when this process is killed, and stops as well.
  const child = spawn(node, process.argv.slice(1), { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
  // A terminal sends these to the child as well, and the second one would end it at once.
  const onTerminal = [process.stdin, process.stdout, process.stderr].some(stream => stream.isTTY)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (signal === 'SIGTERM' || !onTerminal) child.kill(signal)
    })
  }
  child.on('error', error => {
    console.error(`${node} could not be started: ${error.message}`)
    process.exitCode = 1
  })
  child.on('exit', (status, signal) => {
    process.exitCode = status ?? (signal === null ? 1 : 128 + 9)
  })
}
