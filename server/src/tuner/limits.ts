/** Limits of time and money: whether they allow the next step. */
import { z } from 'zod'
import { estimateCost } from '../model/prices.ts'
import { averageCost, formatDollars, type Spending } from '../model/usage.ts'
import { renderSignature } from '../signature/render.ts'
import type { Run } from './run.ts'
import { mostShown } from './search.ts'

const limitSchema = z.object({
  limit: z.enum(['time', 'budget']),
  /** Seconds, or US dollars, that everything reserved and the next step take together. */
  needed: z.number(),
})
export type Limit = z.infer<typeof limitSchema>

/**
 * The limit that everything reserved and this many more calls would pass, at the averages so far. Decided once for
 * each step and pair of limits: a resumed run decides alike, one with raised limits anew. What the averages do not
 * foresee is the job's to stop, call by call.
 */
export function overLimit(run: Run, step: string, calls: number, reflections = 0): Limit | undefined {
  const { input, ports } = run
  const { maxTime, maxCost } = input.budget
  if (maxTime === undefined && maxCost === undefined) return undefined
  const decision = ports.record(`stop ${step} ${maxTime ?? '-'} ${maxCost ?? '-'}`, () => {
    const spending = ports.spending()
    const committed = input.budget.maxCalls - run.account.available() + calls
    // Wordings only get longer than the one that the baseline tried.
    const margin = calls > 0 ? 1.1 : 1
    const time = margin * (ports.elapsed() / 1000 / Math.max(1, callsOf(spending))) * committed
    if (maxTime !== undefined && time > maxTime) return { limit: 'time', needed: time }
    const cost = margin * costOfCalls(run, spending, committed, reflections)
    return maxCost !== undefined && cost > maxCost + 1e-9 ? { limit: 'budget', needed: cost } : null
  })
  return limitSchema.safeParse(decision).data
}

/** How many of `affordable` proposals money and time allow beside a winner's test, at the averages so far; decided once. */
export function allowedProposals(run: Run, affordable: number): number {
  const { maxTime, maxCost } = run.input.budget
  if (maxTime === undefined && maxCost === undefined) return affordable
  const decision = run.ports.record(`proposals ${affordable} ${maxTime ?? '-'} ${maxCost ?? '-'}`, () => {
    const allowed = proposalsWithin(run, maxTime, maxCost)
    return allowed < affordable ? allowed : null
  })
  return typeof decision === 'number' ? Math.min(affordable, decision) : affordable
}

function proposalsWithin(run: Run, maxTime = Infinity, maxCost = Infinity): number {
  const { input, ports, costs } = run
  const spending = ports.spending()
  const committed = input.budget.maxCalls - run.account.available() + costs.finish
  const perCall = ports.elapsed() / 1000 / Math.max(1, callsOf(spending))
  const fixed = costOfCalls(run, spending, committed, 0)
  const each = costOfCalls(run, spending, committed + costs.proposal, costs.reflections) - fixed
  const inTime = (maxTime - perCall * committed) / (perCall * costs.proposal)
  const forMoney = (maxCost - fixed) / each
  return Math.floor(Math.max(0, Math.min(inTime, forMoney)))
}

/** A tenth more than it takes on average is asked for. */
export function limitMessage({ input, data }: Run, { limit, needed }: Limit): string {
  const { maxCost, maxTime } = input.budget
  const amount = (value: number) => (limit === 'time' ? `${Math.ceil(value - 1e-6)} seconds` : formatDollars(value))
  const flag = limit === 'time' ? `--max-time ${maxTime}` : `--max-cost ${maxCost}`
  const way = `raise it to at least ${amount(1.1 * needed)}`
  return `Scoring ${data.all.length} examples takes about ${amount(needed)}, more than ${flag} allows: ${way}.`
}

/** Of `committed` calls, `reflections` and those made before ask the reflection model; the others score examples. */
function costOfCalls({ input, rollouts, data }: Run, spending: Spending, committed: number, reflections: number) {
  const { task, judge, reflection } = spending
  const perExample = ((task.usage.cost ?? 0) + (judge.usage.cost ?? 0)) / Math.max(1, task.calls)
  const reflective = Math.min(committed, rollouts.totals.reflections + reflections)
  const signature = renderSignature(input.signature, { examples: false }).length
  const values = data.train.reduce((sum, example) => sum + JSON.stringify(example.values).length, 0)
  const analysis = Math.min(longestAnalysis, (mostShown * values) / Math.max(1, data.train.length))
  const perReflection =
    averageCost(reflection) ?? estimateCost(input.reflectionModel, signature + analysis, 2 * signature) ?? 0
  return perReflection * reflective + (perExample * (committed - reflective)) / rollouts.callsPerExample
}

/** Characters that an unseen reflection is taken to read at most. */
const longestAnalysis = 60_000

function callsOf({ task, judge, reflection }: Spending): number {
  return task.calls + judge.calls + reflection.calls
}
