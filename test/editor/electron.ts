/** Runs the extension host's suite in a desktop VS Code, which is downloaded: for machines with a display. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import {
  downloadAndUnzipVSCode,
  resolveCliArgsFromVSCodeExecutablePath,
  runTests,
  TestRunFailedError,
} from '@vscode/test-electron'
import { bundleSuite } from './bundleSuite.ts'
import { vsixPath, vsixTarget } from './server.ts'

const project = resolve(import.meta.dirname, '../..')
// What the tests read results of the Test Explorer with.
const proposed = ['--enable-proposed-api=signature-tuner.signature-tuner-tests']
const windows = process.platform === 'win32'
const folder = mkdtempSync(join(tmpdir(), 'editor-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))

const packaged = spawnSync(process.execPath, ['scripts/package.mjs', '--skip-build', '--target', vsixTarget], {
  cwd: project,
  stdio: 'inherit',
})
if (packaged.status !== 0) process.exit(1)

const vscodeExecutablePath = await downloadAndUnzipVSCode({ cachePath: join(project, '.editor/desktop') })
const folders = [`--extensions-dir=${join(folder, 'extensions')}`, `--user-data-dir=${join(folder, 'user')}`]
const [cli = '', ...cliArgs] = resolveCliArgsFromVSCodeExecutablePath(vscodeExecutablePath, {
  reuseMachineInstall: true,
})
const installed = spawnSync(windows ? `"${cli}"` : cli, [...cliArgs, ...folders, '--install-extension', vsixPath()], {
  stdio: 'inherit',
  shell: windows,
})
if (installed.status !== 0) process.exit(1)

const workspace = join(folder, 'workspace')
cpSync(join(project, 'examples'), workspace, { recursive: true })
mkdirSync(join(workspace, '.git'))
const suite = await bundleSuite('suite', join(folder, 'suite'), '')
try {
  await runTests({
    vscodeExecutablePath,
    reuseMachineInstall: true,
    extensionDevelopmentPath: suite.folder,
    extensionTestsPath: suite.module,
    // Nothing of the developer's endpoint or key leaks in.
    extensionTestsEnv: { OPENAI_API_KEY: undefined, OPENAI_BASE_URL: undefined },
    launchArgs: [workspace, ...folders, '--disable-workspace-trust', '--disable-telemetry', ...proposed],
  })
} catch (error) {
  if (!(error instanceof TestRunFailedError)) throw error
  process.exitCode = 1
}
