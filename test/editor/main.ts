/** Tests the packaged extension in a real VS Code: what its extension host sees, then what a person sees. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { bundleSuite, type SuiteName, testFiles } from './bundleSuite.ts'
import { findChromium } from './chromium.ts'
import { mark } from './harness/run.ts'
import { isMissing } from './missing.ts'
import { openEditor } from './openEditor.ts'
import { vsixTarget } from './server.ts'
import { installVsCode } from './vscode.ts'

const project = resolve(import.meta.dirname, '../..')
const suiteLimitMs = 1_800_000
const suites: readonly SuiteName[] = ['suite', 'suite/restricted']

const { values: options } = parseArgs({
  options: {
    grep: { type: 'string', default: '' },
    only: { type: 'string' },
    pictures: { type: 'string' },
    verbose: { type: 'boolean', default: false },
    'skip-build': { type: 'boolean', default: false },
  },
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))
try {
  findChromium()
  installVsCode()
  process.exitCode = (await runAll()) ? 0 : 1
} catch (error) {
  if (!isMissing(error)) throw error
  console.error(`The editor's tests were skipped: ${error.message}.`)
  // Where everything must be tested, a test left out is a failure.
  process.exitCode = process.env.CI === 'true' ? 1 : 0
}

async function runAll(): Promise<boolean> {
  const { grep, only } = options
  if (!options['skip-build']) node(['scripts/package.mjs', '--skip-build', '--target', vsixTarget])
  const chosen = only === 'page' ? [] : suites.filter(suite => testFiles(suite, grep).length > 0)
  const pages = only === 'suite' ? [] : testFiles('page', grep)
  if (chosen.length + pages.length === 0) {
    console.error(`No test of the editor is named '${grep}'.`)
    return false
  }
  let passed = true
  for (const suite of chosen) passed = (await runSuite(suite)) && passed
  return (pages.length === 0 || runPages(pages)) && passed
}

async function runSuite(suite: SuiteName): Promise<boolean> {
  console.log(`\ntest/editor/${suite}`)
  const folder = mkdtempSync(join(tmpdir(), 'editor-suite-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', remove)
  const bundle = await bundleSuite(suite, folder, options.grep)
  const ended = Promise.withResolvers<number>()
  let reported = false
  const onLog = (line: string) => {
    if (options.verbose) console.log(line)
    else if (line.includes(mark)) console.log(line.slice(line.indexOf(mark) + mark.length))
    if (line.includes(mark)) reported = true
  }
  const editor = await openEditor({
    trusted: suite === 'suite',
    tests: { ...bundle, onLog, onExit: ended.resolve },
  })
  const giveUp = setTimeout(() => ended.resolve(124), suiteLimitMs)
  try {
    const code = await ended.promise
    if (code === 124) console.error(`The suite took longer than ${suiteLimitMs / 1000} s.`)
    if (code !== 0 && !reported) console.error(`The suite ended with ${code} before a test ran:\n${editor.log()}`)
    return code === 0 && reported
  } finally {
    clearTimeout(giveUp)
    await editor.stop()
    remove()
    process.off('exit', remove)
  }
}

/** Vitest runs the tests that drive the window. */
function runPages(files: readonly string[]): boolean {
  console.log('\ntest/editor/page')
  // A filter that names a file means all tests in it.
  const byName = options.grep !== '' && !files.some(file => file.includes(options.grep))
  const { status } = spawnSync(
    process.execPath,
    [
      ...['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/editor/vitest.config.ts'],
      ...files.map(file => `test/editor/page/${file}`),
      ...(byName ? ['-t', options.grep.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')] : []),
    ],
    {
      cwd: project,
      stdio: 'inherit',
      env: { ...process.env, ...(options.pictures && { EDITOR_PICTURES: resolve(options.pictures) }) },
    },
  )
  return status === 0
}

function node(args: readonly string[]): void {
  const { status } = spawnSync(process.execPath, args, {
    cwd: project,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (status !== 0) process.exit(status ?? 1)
}
