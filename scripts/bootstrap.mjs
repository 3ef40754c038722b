// Installs what is missing, builds, and runs a task on a Node that the product supports. Works from Node 20 on,
// without node_modules, so that `npm start` and `npm test` are all a fresh clone needs.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const project = dirname(dirname(fileURLToPath(import.meta.url)))
const windows = process.platform === 'win32'
// N-API 10 came with Node 22.14; below it the database driver crashes the process.
const neededNapi = 10

// Ctrl-C reaches the child too; this process waits for it and passes its status on.
process.on('SIGINT', () => {})

const [task, ...args] = process.argv.slice(2)
install()
const node = findNode()
run(node, ['scripts/build.mjs', '--quiet'])
if (task === 'start') start(args)
else if (task === 'test') test(args)
else if (task === 'test:editor') run(node, ['test/editor/main.ts', ...args])
else if (task === 'test:electron') run(node, ['test/editor/electron.ts', ...args])
else if (task === 'package') run(node, ['scripts/package.mjs', '--skip-build', ...args])
else if (task === 'crash') run(node, ['--no-warnings', 'test/crash/main.ts', ...args])
else stop(`Unknown task '${task}': use start, test, test:editor, test:electron, package or crash.`)

function install() {
  const lock = createHash('sha256')
    .update(readFileSync(join(project, 'package-lock.json')))
    .digest('hex')
  const stamp = join(project, 'node_modules', '.installed-lock')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return
  console.error('Installing dependencies (only when the lockfile changed) …')
  const npm = process.env.npm_execpath
  if (npm) run(process.execPath, [npm, 'ci', '--no-audit', '--no-fund', '--loglevel=error'])
  else run(windows ? 'npm.cmd' : 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], windows)
  writeFileSync(stamp, lock)
}

function findNode() {
  const bundled = join(project, 'node_modules', 'node', 'bin', windows ? 'node.exe' : 'node')
  for (const candidate of [process.execPath, bundled]) {
    const { stdout } = spawnSync(candidate, ['-p', 'process.versions.napi'], { encoding: 'utf8' })
    if (Number(stdout) >= neededNapi) return candidate
  }
  return stop(
    `Node ${process.versions.node} is too old and no newer one was installed: ` +
      'use Node 22.14 or later, or allow install scripts (npm config delete ignore-scripts) and delete node_modules.',
  )
}

/** Everything, the editor's suite last; with arguments, such as the name of a file, they are meant for Vitest alone. */
function test(args) {
  run(node, ['node_modules/vitest/vitest.mjs', 'run', ...args])
  if (args.length === 0) run(node, ['test/editor/main.ts'])
}

/** Tunes a copy of a sample skill with the offline demo model, so that the sample stays as it is. */
function start(args) {
  const scratch = join(project, '.scratch', 'demo')
  rmSync(scratch, { recursive: true, force: true })
  // A folder of this name marks the workspace root, so that jobs of the demo stay in the scratch folder.
  mkdirSync(join(scratch, '.signature-tuner'), { recursive: true, mode: 0o700 })
  cpSync(join(project, 'examples', 'skills'), join(scratch, 'skills'), { recursive: true })
  const skill = join('skills', 'python', 'async')
  console.error(`Tuning a copy of a sample skill in ${join('.scratch', 'demo')} with the offline demo model.\n`)
  const cli = join(project, 'dist', 'bin.cjs')
  run(node, [cli, 'tune', skill, '--model', 'embedded', '--apply', ...args], false, scratch)
  console.log('\nWhat changed (signature-tuner diff):\n')
  run(node, [cli, 'diff', skill, '1', '2'], false, scratch)
}

function run(command, args, shell = false, cwd = project) {
  const path = `${join(project, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`
  const { status, error } = spawnSync(command, args, {
    cwd,
    shell,
    stdio: 'inherit',
    env: { ...process.env, PATH: path },
  })
  if (error) stop(`${command} could not be started: ${error.message}`)
  if (status !== 0) process.exit(status ?? 1)
}

function stop(sentence) {
  console.error(sentence)
  process.exit(1)
}
