/** `npm run crash -- --kills 500 --seed 1`: as many random kills as wanted, until one of them does harm. */
import { parseArgs } from 'node:util'
import { killAtRandom } from './randomKills.ts'

const number = { type: 'string' } as const
const { values } = parseArgs({ options: { kills: number, seed: number } })
const { kills, jobs, repeated, mostInFlight, seconds, problems } = await killAtRandom({
  kills: Number(values.kills ?? 500),
  seed: Number(values.seed ?? 1),
})
for (const problem of problems) console.error(problem)
const found = problems.length === 0 ? 'nothing lost' : `${problems.length} problems`
const figures = `${jobs} jobs, ${repeated} calls repeated, at most ${mostInFlight} in flight, ${seconds.toFixed(1)} s`
console.log(`${kills} kills, ${figures}: ${found}`)
process.exitCode = problems.length === 0 ? 0 : 1
