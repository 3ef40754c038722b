/** A run: what every phase of one tuning run shares. */
import type { Failure } from '../base/errors.ts'
import { createRandom } from '../base/random.ts'
import type { Example } from '../examples/example.ts'
import { sampleExamples } from '../examples/sample.ts'
import { inputKey, splitExamples } from '../examples/split.ts'
import { callsPerExample } from '../metrics/metrics.ts'
import { totalUsage } from '../model/usage.ts'
import { type Account, createAccount } from './account.ts'
import { type Costs, costsOf } from './costs.ts'
import { createDecisions, type Decisions } from './decisions.ts'
import { callsPerProposal } from './propose.ts'
import { hasIdea, type TuneInput, type TunePorts, type TuneProgress } from './result.ts'
import { createRollouts, type Rollouts } from './rollouts.ts'

export interface Run {
  readonly input: TuneInput
  readonly ports: TunePorts
  readonly data: SplitData
  readonly rollouts: Rollouts
  readonly account: Account
  readonly costs: Costs
  readonly decisions: Decisions
  /** Tells what is going on; facts stay until told anew. */
  report(update: ProgressUpdate): void
  /** Ends the run: throws, here and wherever a call is waited for. */
  stop(error: Failure): never
  /** The failure that ended the run, if one did. */
  stopped(): Failure | undefined
}

export interface SplitData {
  /** Examples there are. */
  readonly given: number
  /** Those that the first wording and the winner are scored on. */
  readonly all: readonly Example[]
  /** Steers the search. */
  readonly search: readonly Example[]
  /** The examples of `search` that reflection and mining read: those not kept from it by `_split: dev`. */
  readonly train: readonly Example[]
  /** More examples to read: only the first wording is tried on them, and perhaps the winner. */
  readonly more: readonly Example[]
  /** What the first wording is tried on: `all` and `more`. */
  readonly baseline: readonly Example[]
  /** What the promotion is tested on: the holdout, or everything when there is too little to hold out. */
  readonly test: readonly Example[]
  readonly weak: boolean
  /** Examples of `all` with different inputs. */
  readonly distinct: number
  /** The same of `test`. */
  readonly testDistinct: number
  readonly sizes: { readonly train: number; readonly dev: number; readonly holdout: number }
}

export type ProgressUpdate = Partial<
  Pick<TuneProgress, 'phase' | 'message' | 'best_score' | 'old_score' | 'preflight' | 'tree'>
> & {
  readonly expectedCalls?: number
}

export function createRun(input: TuneInput, ports: TunePorts): Run {
  const price = callsPerExample(ports.metrics.map(({ spec }) => spec))
  const data = splitData(input, price)
  const ended = new AbortController()
  let failed: Failure | undefined
  const stop = (error: Failure): never => {
    failed ??= error
    ended.abort(new Error(error.message))
    throw ended.signal.reason
  }
  const report = createReporter(input, ports, () => rollouts.totals)
  const signal = AbortSignal.any([ports.signal, ended.signal])
  const rollouts = createRollouts(input, ports, () => report({}), stop, signal)
  return {
    input,
    ports,
    data,
    rollouts,
    account: createAccount(input.budget.maxCalls),
    costs: costsOf(data, rollouts.callsPerExample),
    decisions: createDecisions(),
    report,
    stop,
    stopped: () => failed,
  }
}

/**
 * What a small budget is shared between, in examples: those that every proposal is tried on grow slower than the budget,
 * so that more money buys more proposals, too; failures of the first wording cost one call each and show a reflection
 * rules that few examples need.
 */
function partSizes(input: TuneInput, price: number) {
  const { budget } = input
  if (!hasIdea(input, 'sample')) return { search: Infinity, holdout: Infinity, undivided: Infinity, more: 0 }
  const affordable = Math.max(0, (budget.maxCalls - 4 * callsPerProposal) / price)
  const search = Math.max(leastSearch, Math.round(0.5 * affordable ** 0.6))
  const holdout = Math.floor(affordable / 14)
  return {
    search,
    holdout: holdout < leastHoldout / 2 ? 0 : Math.max(leastHoldout, holdout),
    undivided: Math.max(leastUndivided, Math.floor(affordable / 7)),
    more: hasIdea(input, 'evidence') ? Math.floor(Math.max(0, Math.min(1.5 * search, affordable / 8 - 4))) : 0,
  }
}

/** Fewer show nothing. */
const leastSearch = 6
const leastHoldout = 9
/** Where all are searched and tested. */
const leastUndivided = 8
/** The part of the budget that scoring the winner on the rest of the search half, too, may take. */
const completionShare = 1 / 20

/** Where nothing can be held out, or paid for, all examples are searched and all tested: the evidence is weak then. */
function splitData(input: TuneInput, price: number): SplitData {
  const { signature, seed, budget } = input
  const given = weighted(input.examples)
  const { train, dev, holdout } = splitExamples(given, { signature, seed })
  const sizes = partSizes(input, price)
  const weak = holdout.length === 0 || sizes.holdout === 0
  const random = createRandom(`${seed} sample`)
  const draw = (examples: readonly Example[], size: number) => sampleExamples(examples, size, signature.outputs, random)
  const inHalf = new Set([...train, ...dev])
  const half = given.filter(example => inHalf.has(example))
  const search = draw(half, weak ? sizes.undivided : sizes.search)
  const test = weak ? search : draw(holdout, sizes.holdout)
  const isReadable = ({ split }: Example) => holdout.length === 0 || split !== 'dev'
  const readable = search.filter(isReadable)
  const read = readable.length > 0 ? readable : search
  const searched = new Set(search)
  const rest = half.filter(example => !searched.has(example))
  const more = draw(rest.filter(isReadable), sizes.more)
  const completed = price * rest.length <= completionShare * budget.maxCalls ? rest : []
  const scored = new Set([...search, ...test, ...completed])
  const all = given.filter(example => scored.has(example))
  const distinct = (list: readonly Example[]) => new Set(list.map(item => inputKey(item, signature.inputs))).size
  return {
    given: given.length,
    all,
    train: read,
    search,
    more,
    baseline: [...new Set([...all, ...more])],
    test,
    weak,
    distinct: distinct(all),
    testDistinct: distinct(test),
    sizes: {
      train: read.length + more.length,
      dev: new Set([...search, ...completed]).difference(new Set([...read, ...more])).size,
      holdout: weak ? 0 : test.length,
    },
  }
}

/** With a mean weight of 1: what is too small to count does not depend on the scale that weights are written in. */
function weighted(examples: readonly Example[]): readonly Example[] {
  const largest = examples.reduce((largest, { weight }) => Math.max(largest, weight), 0)
  const mean = examples.reduce((sum, { weight }) => sum + weight / largest, 0) / examples.length
  return mean === 1 && largest === 1
    ? examples
    : examples.map(item => ({ ...item, weight: item.weight / largest / mean }))
}

/** The part of the whole that each phase takes, in percent: how long a search lasts is not known before it ends. */
const bands: Readonly<Record<TuneProgress['phase'], readonly [number, number]>> = {
  split: [0, 0],
  baseline: [0, 20],
  propose: [20, 70],
  train: [70, 75],
  simplify: [75, 95],
  holdout: [95, 99],
  done: [100, 100],
}

function createReporter(input: TuneInput, ports: TunePorts, totals: () => Rollouts['totals']): Run['report'] {
  let told: ProgressUpdate = {}
  let phase: TuneProgress['phase'] = 'split'
  let callsBefore = 0
  let percent = 0
  return update => {
    const { calls, errors } = totals()
    const { cost } = totalUsage(Object.values(ports.spending()).map(({ usage }) => usage))
    if (update.phase !== undefined && update.phase !== phase) {
      phase = update.phase
      callsBefore = calls
    }
    told = { ...told, ...update }
    const expected = Math.max(calls, Math.min(input.budget.maxCalls, told.expectedCalls ?? input.examples.length))
    const [from, to] = bands[phase]
    const left = phase === 'baseline' || phase === 'propose' ? expected - callsBefore : input.examples.length
    const share = Math.min(1, (calls - callsBefore) / Math.max(1, left))
    percent = Math.max(percent, from + share * (to - from))
    ports.progress({
      phase,
      percent,
      calls,
      expected_calls: expected,
      ...(told.best_score !== undefined && { best_score: told.best_score }),
      ...(told.old_score !== undefined && { old_score: told.old_score }),
      ...(cost !== undefined && { cost }),
      errors,
      message: told.message ?? 'Splitting the examples',
      ...(told.preflight !== undefined && { preflight: told.preflight }),
      ...(told.tree !== undefined && { tree: told.tree }),
    })
  }
}
