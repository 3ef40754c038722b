/** Runs contestants in worlds on several threads and writes a row for each result, part by part. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import type { WorldName } from './constants.ts'
import { type Row, runUnit, type Unit } from './unit.ts'
import { worlds } from './worlds/worlds.ts'

/** Where rows are kept: one file for each world, contestant, noise and reflector, so that parts can be run again. */
export const rowsFolder = join(import.meta.dirname, '.scratch')

if (!isMainThread) serve()
else if (import.meta.main) await main()

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      worlds: { type: 'string', default: Object.keys(worlds).join(',') },
      contestants: { type: 'string', default: 'ours,ax,greedy,bestOfN,random' },
      seeds: { type: 'string', default: '30' },
      noise: { type: 'string', default: '0,0.1' },
      reflectors: { type: 'string', default: 'weak,strong' },
      failing: { type: 'string', default: '0' },
      threads: { type: 'string', default: '2' },
    },
  })
  const list = (text: string) => text.split(',').filter(item => item !== '')
  const parts: Unit[][] = []
  for (const contestant of list(values.contestants)) {
    for (const reflector of list(values.reflectors) as Unit['reflector'][]) {
      for (const noise of list(values.noise).map(Number)) {
        for (const world of list(values.worlds) as WorldName[]) {
          const failing = Number(values.failing)
          const seeds = Array.from({ length: Number(values.seeds) }, (_, seed) => seed)
          parts.push(seeds.map(seed => ({ world, contestant, seed, noise, reflector, failing })))
        }
      }
    }
  }
  mkdirSync(rowsFolder, { recursive: true })
  const threads = Array.from({ length: Number(values.threads) }, () => new Worker(import.meta.filename))
  for (const part of parts) {
    const started = performance.now()
    const rows = await runPart(part, threads)
    const [unit] = part
    if (unit === undefined) continue
    const { contestant, world, reflector, noise, failing } = unit
    const name = [contestant, world, reflector, noise, ...(failing > 0 ? [`failing-${failing}`] : [])].join('_')
    writeFileSync(join(rowsFolder, `${name}.jsonl`), rows.map(row => `${JSON.stringify(row)}\n`).join(''))
    console.error(`${name}: ${rows.length} rows, ${((performance.now() - started) / 1000).toFixed(1)} s`)
  }
  await Promise.all(threads.map(thread => thread.terminate()))
}

/** Each thread takes the next unit when it is done with one; rows are in the order of seeds. */
async function runPart(units: readonly Unit[], threads: readonly Worker[]): Promise<readonly Row[]> {
  const results: (readonly Row[])[] = []
  let next = 0
  await Promise.all(
    threads.map(async thread => {
      for (let index = next++; index < units.length; index = next++) {
        results[index] = await new Promise((resolve, reject) => {
          thread.removeAllListeners()
          thread.once('message', resolve)
          thread.once('error', reject)
          thread.postMessage(units[index])
        })
      }
    }),
  )
  return results.flat()
}

function serve(): void {
  parentPort?.on('message', async (unit: Unit) => parentPort?.postMessage(await runUnit(unit)))
}
