#!/usr/bin/env node
/** The program: checks the runtime, then hands over to a host, so that each loads nothing but itself. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

// N-API 10 came with Node 22.14; below it the database driver crashes the process instead of throwing.
if (Number(process.versions.napi) >= 10) {
  // The bundle beside this one; the specifier is computed so that it is not bundled in.
  const host: string = './cli.cjs'
  require(host)
} else {
  // A clone of the project has installed a newer Node for itself.
  const newer = join(__dirname, '../node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (existsSync(newer)) {
    // The child gets the signals of the terminal, too, and decides.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
    process.exitCode = spawnSync(newer, process.argv.slice(1), { stdio: 'inherit' }).status ?? 1
  } else {
    console.error(
      `signature-tuner needs Node 22.14 or later; this is Node ${process.versions.node}. Install a newer Node.`,
    )
    process.exitCode = 2
  }
}
