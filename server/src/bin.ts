#!/usr/bin/env node
/** The program: checks the runtime, then hands over to a host, so that each loads nothing but itself. */

// N-API 10 came with Node 22.14; below it the database driver crashes the process instead of throwing.
if (Number(process.versions.napi) < 10) {
  console.error(
    `signature-tuner needs Node 22.14 or later; this is Node ${process.versions.node}. Install a newer Node.`,
  )
  process.exitCode = 2
} else {
  // The bundle beside this one; the specifier is computed so that it is not bundled in.
  const host: string = './cli.cjs'
  require(host)
}
