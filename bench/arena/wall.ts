/** Wall time of the built program against the server over HTTP, beside calls × latency / concurrency. */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createArena } from './server.ts'
import { createWorld, valuesOf, type World } from './world.ts'
import { worlds } from './worlds/worlds.ts'

const latency = 200
const project = resolve(import.meta.dirname, '../..')

console.log('| concurrency | calls | seconds | ideal | times the ideal |')
console.log('| ---: | ---: | ---: | ---: | ---: |')
// One at a time takes some minutes for 800 calls, so it gets fewer.
for (const [concurrency, maxCalls] of [
  [1, 300],
  [8, 800],
  [32, 800],
] as const) {
  const world = createWorld(worlds.invoices, 0)
  const arena = createArena(world, { noise: 0, reflector: 'strong' })
  const listening = await arena.listen(latency)
  const folder = writeSkill(world)
  await tune(folder, ['--base-url', listening.url, '--concurrency', `${concurrency}`, '--max-calls', `${maxCalls}`])
  await listening.close()
  rmSync(folder, { recursive: true })
  const [seconds, ideal] = [listening.busy() / 1000, (arena.counts.all * latency) / 1000 / concurrency]
  const cells = [concurrency, arena.counts.all, seconds.toFixed(1), ideal.toFixed(1), (seconds / ideal).toFixed(2)]
  console.log(`| ${cells.join(' | ')} |`)
}

/** A workspace of its own that holds nothing but the skill. */
function writeSkill(world: World): string {
  const folder = mkdtempSync(join(tmpdir(), 'arena-'))
  mkdirSync(join(folder, '.git'))
  writeFileSync(join(folder, 'signature.yaml'), `${world.signature}examples: examples.jsonl\n`)
  const lines = world.shown.map(example => JSON.stringify({ _id: example.key, ...valuesOf(example) }))
  writeFileSync(join(folder, 'examples.jsonl'), `${lines.join('\n')}\n`)
  return folder
}

async function tune(folder: string, flags: readonly string[]): Promise<void> {
  const { OPENAI_API_KEY, OPENAI_BASE_URL, HTTPS_PROXY, https_proxy, ...env } = process.env
  const args = [
    join(project, 'dist/bin.cjs'),
    'tune',
    folder,
    '--json',
    '--no-apply',
    '--quiet',
    '--model',
    'simulated',
    ...flags,
  ]
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (part: Buffer) => {
    output += part
  })
  const status = await new Promise(ended => child.once('close', ended))
  if (status !== 0) throw new Error(`The program ended with ${status}: ${output.slice(-1000)}`)
}
