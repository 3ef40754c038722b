// Builds the VSIX files of the editor extension into dist-vsix/: one for each platform, and one for all of them.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createVSIX } from '@vscode/vsce'

const project = dirname(dirname(fileURLToPath(import.meta.url)))
const output = join(project, 'dist-vsix')
const platformBar = 4 * 1024 * 1024
/** What the editor calls a platform, and what the driver calls its binary for it. */
const binaries = {
  'win32-x64': 'win32-x64',
  'win32-arm64': 'win32-arm64',
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'alpine-x64': 'linuxmusl-x64',
  'alpine-arm64': 'linuxmusl-arm64',
  'darwin-x64': 'darwin-x64',
  'darwin-arm64': 'darwin-arm64',
}
const universal = 'universal'

const { values: options } = parseArgs({
  options: { target: { type: 'string', multiple: true }, 'skip-build': { type: 'boolean' } },
})
const targets = options.target ?? [...Object.keys(binaries), universal]
const unknown = targets.find(target => target !== universal && !(target in binaries))
if (unknown !== undefined) stop(`Unknown target '${unknown}': use ${[...Object.keys(binaries), universal].join(', ')}.`)
if (!options['skip-build']) {
  const { status } = spawnSync(process.execPath, [join(project, 'scripts/build.mjs'), '--quiet'], { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

const manifest = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'))
mkdirSync(output, { recursive: true })
const tooLarge = []
for (const target of targets) {
  const file = await packageFor(target)
  const { size } = statSync(file)
  console.log(`${relative(project, file)}  ${(size / 1024 / 1024).toFixed(2)} MB`)
  if (target !== universal && size > platformBar) tooLarge.push(target)
}
if (tooLarge.length > 0) stop(`Larger than the 4 MB that a platform's VSIX may have: ${tooLarge.join(', ')}.`)

async function packageFor(target) {
  const stage = join(output, `.stage-${target}-${process.pid}`)
  const file = join(output, `${manifest.name}-${target}-${manifest.version}.vsix`)
  try {
    stageFiles(stage, target === universal ? Object.values(binaries) : [binaries[target]])
    await createVSIX({
      cwd: stage,
      packagePath: file,
      ...(target !== universal && { target }),
      dependencies: false,
      allowMissingRepository: true,
      rewriteRelativeLinks: false,
    })
  } finally {
    rmSync(stage, { recursive: true, force: true })
  }
  return file
}

/** Lays out what a VSIX is made of; .vscodeignore says what goes in. */
function stageFiles(stage, platforms) {
  const shipped = readFileSync(join(project, '.vscodeignore'), 'utf8').matchAll(/^!([^/\n]+)/gm)
  for (const name of new Set(['.vscodeignore', ...Array.from(shipped, ([, name]) => name)])) {
    if (existsSync(join(project, name))) cpSync(join(project, name), join(stage, name), { recursive: true })
  }
  // What only npm reads says nothing to the editor, and scripts would be run on packaging.
  const { scripts, bin, dependencies, devDependencies, allowScripts, private: _, ...rest } = manifest
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify(rest, null, 2)}\n`)
  const driver = join(project, 'node_modules/better-sqlite3')
  const target = join(stage, 'dist/node_modules/better-sqlite3')
  for (const name of ['package.json', 'LICENSE', 'lib', ...platforms.map(platform => `prebuilds/${platform}.node`)]) {
    cpSync(join(driver, name), join(target, name), { recursive: true })
  }
}

function stop(sentence) {
  console.error(sentence)
  process.exit(1)
}
