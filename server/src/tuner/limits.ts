/** Limits of time, tokens and money: whether they allow the next step. */
import { z } from 'zod'
import { estimateCost } from '../model/prices.ts'
import {
  averageCost,
  averageTokens,
  charactersPerToken,
  formatDollars,
  type Spending,
  tokensOf,
} from '../model/usage.ts'
import { renderSignature } from '../signature/render.ts'
import type { Run } from './run.ts'
import { mostShown } from './search.ts'

const limitSchema = z.object({
  limit: z.enum(['time', 'tokens', 'budget']),
  /** Seconds, tokens, or US dollars, that everything reserved and the next step take together. */
  needed: z.number(),
})
export type Limit = z.infer<typeof limitSchema>

/**
 * The limit that everything reserved and this many more calls would pass, at the averages so far. Decided once for
 * each step and set of limits: a resumed run decides alike, one with raised limits anew. What the averages do not
 * foresee is the job's to stop, call by call.
 */
export function overLimit(run: Run, step: string, calls: number, reflections = 0): Limit | undefined {
  const { input, ports } = run
  if (!isLimited(run)) return undefined
  const { maxTime, maxTokens = Infinity, maxCost = Infinity } = input.budget
  const decision = ports.record(`stop ${step} ${keyOf(run)}`, () => {
    const spending = ports.spending()
    const committed = input.budget.maxCalls - run.account.available() + calls
    // Wordings only get longer than the one that the baseline tried.
    const margin = calls > 0 ? 1.1 : 1
    const time = margin * (ports.elapsed() / 1000 / Math.max(1, callsOf(spending))) * committed
    if (maxTime !== undefined && time > maxTime) return { limit: 'time', needed: time }
    const tokens = margin * spentBy(run, inTokens, spending, committed, reflections)
    if (tokens > maxTokens) return { limit: 'tokens', needed: tokens }
    const cost = margin * spentBy(run, inDollars, spending, committed, reflections)
    return cost > maxCost + 1e-9 ? { limit: 'budget', needed: cost } : null
  })
  return limitSchema.safeParse(decision).data
}

export function isLimited({ input }: Run): boolean {
  const { maxTime, maxTokens, maxCost } = input.budget
  return (maxTime ?? maxTokens ?? maxCost) !== undefined
}

function keyOf({ input }: Run): string {
  const { maxTime, maxTokens, maxCost } = input.budget
  return `${maxTime ?? '-'} ${maxCost ?? '-'}${maxTokens === undefined ? '' : ` ${maxTokens}`}`
}

/** How many of `affordable` proposals the limits allow beside a winner's test, at the averages so far; decided once. */
export function allowedProposals(run: Run, affordable: number): number {
  if (!isLimited(run)) return affordable
  const decision = run.ports.record(`proposals ${affordable} ${keyOf(run)}`, () => {
    const allowed = proposalsWithin(run)
    return allowed < affordable ? allowed : null
  })
  return typeof decision === 'number' ? Math.min(affordable, decision) : affordable
}

function proposalsWithin(run: Run): number {
  const { input, ports, costs } = run
  const { maxTime = Infinity, maxTokens = Infinity, maxCost = Infinity } = input.budget
  const spending = ports.spending()
  const committed = input.budget.maxCalls - run.account.available() + costs.finish
  const perCall = ports.elapsed() / 1000 / Math.max(1, callsOf(spending))
  const inTime = (maxTime - perCall * committed) / (perCall * costs.proposal)
  const within = (limit: number, measure: Measure) => {
    const fixed = spentBy(run, measure, spending, committed, 0)
    const each = spentBy(run, measure, spending, committed + costs.proposal, costs.reflections) - fixed
    return (limit - fixed) / each
  }
  const allowed = Math.min(inTime, within(maxTokens, inTokens), within(maxCost, inDollars))
  return Math.floor(Math.max(0, allowed))
}

/** A tenth more than it takes on average is asked for. */
export function limitMessage({ input, data }: Run, { limit, needed }: Limit): string {
  const { maxCost, maxTokens, maxTime } = input.budget
  const unit = { time: 'seconds', tokens: 'tokens', budget: undefined }[limit]
  const amount = (value: number) => (unit === undefined ? formatDollars(value) : `${Math.ceil(value - 1e-6)} ${unit}`)
  const flag = { time: `--max-time ${maxTime}`, tokens: `--max-tokens ${maxTokens}`, budget: `--max-cost ${maxCost}` }[
    limit
  ]
  const way = `raise it to at least ${amount(1.1 * needed)}`
  return `Scoring ${data.all.length} examples takes about ${amount(needed)}, more than ${flag} allows: ${way}.`
}

/** How usage is measured. */
interface Measure {
  readonly of: (usage: Spending['task']['usage']) => number
  readonly average: (tally: Spending['task']) => number | undefined
  /** Of a call of the reflection model with a prompt and a reply of so many characters. */
  readonly estimate: (model: string, prompt: number, reply: number) => number
}

const inDollars: Measure = {
  of: ({ cost }) => cost ?? 0,
  average: averageCost,
  estimate: (model, prompt, reply) => estimateCost(model, prompt, reply) ?? 0,
}

const inTokens: Measure = {
  of: tokensOf,
  average: averageTokens,
  estimate: (_, prompt, reply) => (prompt + reply) / charactersPerToken,
}

/** Of `committed` calls, `reflections` and those made before ask the reflection model; the others score examples. */
function spentBy(
  { input, rollouts, data }: Run,
  { of, average, estimate }: Measure,
  spending: Spending,
  committed: number,
  reflections: number,
): number {
  const { task, judge, reflection } = spending
  const perExample = (of(task.usage) + of(judge.usage)) / Math.max(1, task.calls)
  const reflective = Math.min(committed, rollouts.totals.reflections + reflections)
  const signature = renderSignature(input.signature, { examples: false }).length
  const values = data.train.reduce((sum, example) => sum + JSON.stringify(example.values).length, 0)
  const analysis = Math.min(longestAnalysis, (mostShown * values) / Math.max(1, data.train.length))
  const perReflection = average(reflection) ?? estimate(input.reflectionModel, signature + analysis, 2 * signature)
  return perReflection * reflective + (perExample * (committed - reflective)) / rollouts.callsPerExample
}

/** Characters that an unseen reflection is taken to read at most. */
const longestAnalysis = 60_000

function callsOf({ task, judge, reflection }: Spending): number {
  return task.calls + judge.calls + reflection.calls
}
