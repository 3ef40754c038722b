/** Times the activation of the packaged extension. Run: `npm run package -- --target linux-x64 && node bench/editor/activation.ts`. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { openEditor } from '../../test/editor/openEditor.ts'
import { installVsCode } from '../../test/editor/vscode.ts'
import { type Activation, readActivation, rowMark } from './activationRow.ts'

const { values } = parseArgs({
  options: { windows: { type: 'string', default: '7' }, loads: { type: 'string', default: '21' } },
})
const here = import.meta.dirname
const folder = mkdtempSync(join(tmpdir(), 'activation-'))

try {
  print('plain Node, editor stubbed', timesOf(Number(values.loads), loadInNode))
  installVsCode()
  await bundleProbe()
  const measured: Activation[] = []
  for (let n = 0; n < Number(values.windows); n++) measured.push(await activateInWindow())
  print(`real VS Code, by ${[...new Set(measured.map(({ event }) => event))].join(', ')}`, measured)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function timesOf(count: number, run: () => Activation): readonly Activation[] {
  return Array.from({ length: count }, run)
}

/** A process of its own each time: what was compiled once is kept. */
function loadInNode(): Activation {
  const [load = 0, call = 0] = execFileSync(process.execPath, [join(here, 'loadExtension.cjs')], { encoding: 'utf8' })
    .trim()
    .split(' ')
    .map(Number)
  return { load, call, finish: 0, event: '' }
}

async function bundleProbe(): Promise<void> {
  const manifest = {
    name: 'probe',
    publisher: 'bench',
    version: '0.0.0',
    engines: { vscode: '^1.101.0' },
    extensionKind: ['workspace'],
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  await build({
    entryPoints: [join(here, 'activationProbe.ts')],
    outfile: join(folder, 'probe.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['vscode'],
  })
}

/** A server and a window of its own each time, as the first one of a day. */
async function activateInWindow(): Promise<Activation> {
  const ended = Promise.withResolvers<number>()
  let row: string | undefined
  const onLog = (line: string) => {
    if (line.includes(rowMark)) row = line.slice(line.indexOf(rowMark) + rowMark.length)
  }
  const editor = await openEditor({
    tests: { folder, module: join(folder, 'probe.cjs'), onLog, onExit: ended.resolve },
  })
  try {
    await ended.promise
    if (row === undefined) throw new Error(`The window told nothing of its activation:\n${editor.log()}`)
    const activation = readActivation(row)
    console.error(row)
    return activation
  } finally {
    await editor.stop()
  }
}

function print(where: string, measured: readonly Activation[]): void {
  const total = measured.map(({ load, call, finish }) => load + call + finish)
  const parts = (['load', 'call', 'finish'] as const).map(
    part => `${part} ${median(measured.map(one => one[part])).toFixed(1)}`,
  )
  console.log(
    `${where}: median ${median(total).toFixed(1)} ms, most ${Math.max(...total).toFixed(1)} ms of ${total.length} (${parts.join(', ')})`,
  )
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN
}
