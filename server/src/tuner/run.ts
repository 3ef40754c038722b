/** A run: what every phase of one tuning run shares. */
import type { Failure } from '../base/errors.ts'
import { createRandom } from '../base/random.ts'
import type { Example } from '../examples/example.ts'
import { inputKey, splitExamples } from '../examples/split.ts'
import { callsPerExample } from '../metrics/metrics.ts'
import { totalUsage } from '../model/usage.ts'
import { type Account, createAccount } from './account.ts'
import { type Costs, costsOf } from './costs.ts'
import { createDecisions, type Decisions } from './decisions.ts'
import { callsPerProposal } from './propose.ts'
import type { TuneInput, TunePorts, TuneProgress } from './result.ts'
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
  /** The failure that ended the run, if one did. */
  stopped(): Failure | undefined
}

export interface SplitData {
  /** Examples there are. */
  readonly given: number
  /** Those that the budget allows to score. */
  readonly all: readonly Example[]
  /** Steers the search. */
  readonly search: readonly Example[]
  /** The examples of `search` that reflection and mining read: those not kept from it by `_split: dev`. */
  readonly train: readonly Example[]
  /** What the promotion is tested on: the holdout, or everything when there is too little to hold out. */
  readonly test: readonly Example[]
  readonly weak: boolean
  /** Examples of `all` with different inputs. */
  readonly distinct: number
  /** The same of `test`. */
  readonly testDistinct: number
  readonly sizes: { readonly train: number; readonly dev: number; readonly holdout: number }
}

export type ProgressUpdate = Partial<Pick<TuneProgress, 'phase' | 'message' | 'best_score' | 'old_score'>> & {
  readonly expectedCalls?: number
}

export function createRun(input: TuneInput, ports: TunePorts): Run {
  const price = callsPerExample(ports.metrics.map(({ spec }) => spec))
  const data = splitData(input, sampleExamples(input, price))
  const ended = new AbortController()
  let failed: Failure | undefined
  const stop = (error: Failure) => {
    failed ??= error
    ended.abort(new Error(error.message))
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
    stopped: () => failed,
  }
}

/**
 * So many examples, drawn by seed, that scoring the first and the last wording takes no more than a quarter of a small
 * budget: the rest buys proposals, and many of them on fewer examples find more than few on many.
 */
function sampleExamples({ examples, budget, seed, without }: TuneInput, price: number): readonly Example[] {
  const size = Math.max(leastSample, Math.floor((budget.maxCalls - 4 * callsPerProposal) / (sampleShare * price)))
  if (size >= examples.length || without?.includes('sample')) return examples
  const chosen = new Set(createRandom(`${seed} sample`).shuffle(examples).slice(0, size))
  return examples.filter(example => chosen.has(example))
}

const sampleShare = 7
/** Fewer show nothing. */
const leastSample = 8

/** Where nothing can be held out, all examples are searched and all tested: the evidence is weak then. */
function splitData({ signature, seed, examples: given }: TuneInput, examples: readonly Example[]): SplitData {
  const { train, dev, holdout } = splitExamples(examples, { signature, seed })
  const weak = holdout.length === 0
  const test = weak ? examples : holdout
  const distinct = (list: readonly Example[]) => new Set(list.map(item => inputKey(item, signature.inputs))).size
  const inSearch = new Set([...train, ...dev].map(({ id }) => id))
  const search = examples.filter(({ id }) => inSearch.has(id))
  const readable = search.filter(({ split }) => weak || split !== 'dev')
  const read = readable.length > 0 ? readable : search
  return {
    given: given.length,
    all: examples,
    train: read,
    search,
    test,
    weak,
    distinct: distinct(examples),
    testDistinct: distinct(test),
    sizes: { train: read.length, dev: search.length - read.length, holdout: holdout.length },
  }
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
    })
  }
}
