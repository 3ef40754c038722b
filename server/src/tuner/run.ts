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
import { mostReflections } from './steps.ts'

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
  readonly all: readonly Example[]
  /** Read by reflection and mining. */
  readonly train: readonly Example[]
  /** Steers the search; in the order of evaluation. */
  readonly dev: readonly Example[]
  readonly search: readonly Example[]
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
 * So many examples, drawn by seed, that no more than two fifths of a small budget go into scoring the first and the last
 * wording: the rest buys proposals.
 */
function sampleExamples({ examples, budget, seed }: TuneInput, price: number): readonly Example[] {
  const size = Math.max(leastSample, Math.floor((budget.maxCalls - 16) / (+(process.env.T_DIV ?? 3) * price)))
  if (size >= examples.length || size < leastSample) return examples
  const chosen = new Set(createRandom(`${seed} sample`).shuffle(examples).slice(0, size))
  return examples.filter(example => chosen.has(example))
}

/** Fewer show nothing: a smaller budget is refused. */
const leastSample = 8

/** Where nothing can be held out, all examples are searched and all tested: the evidence is weak then. */
function splitData({ signature, seed }: TuneInput, examples: readonly Example[]): SplitData {
  const split = splitExamples(examples, { signature, seed })
  const weak = split.holdout.length === 0
  const test = weak ? examples : split.holdout
  const distinct = (list: readonly Example[]) => new Set(list.map(item => inputKey(item, signature.inputs))).size
  const train = split.train.length > 0 ? split.train : split.dev
  // Shuffled, so that the first blocks already stand for the whole.
  const dev = createRandom(`${seed} dev`).shuffle(split.dev.length > 0 ? split.dev : split.train)
  const inSearch = new Set([...train, ...dev].map(({ id }) => id))
  if (process.env.T_UNDIV && !weak) { const both = [...split.train, ...split.dev]; return { all: examples, train: both, dev, search: examples.filter(({ id }) => both.some(e => e.id === id)), test, weak, distinct: distinct(examples), testDistinct: distinct(test), sizes: { train: split.train.length, dev: split.dev.length, holdout: split.holdout.length } } }
  return {
    all: examples,
    train,
    dev,
    search: examples.filter(({ id }) => inSearch.has(id)),
    test,
    weak,
    distinct: distinct(examples),
    testDistinct: distinct(test),
    sizes: { train: split.train.length, dev: split.dev.length, holdout: split.holdout.length },
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
