/** Tuning: the whole loop from baseline to a winner that met the holdout once. */
import { failure } from '../base/errors.ts'
import { createRandom } from '../base/random.ts'
import { fail, ok, type Result } from '../base/result.ts'
import type { ExampleOutcome } from '../evaluation/evaluate.ts'
import { groupErrors } from '../evaluation/report.ts'
import { type Candidate, distinctPairs, meanScore, pairsOf } from './candidate.ts'
import { type Exploration, explore } from './explore.ts'
import { formatScore } from './figures.ts'
import { promote, refuseGain } from './gates.ts'
import { overLimit } from './limits.ts'
import { buildOutcome, type Conclusion } from './outcome.ts'
import { callsPerProposal } from './propose.ts'
import type { TuneInput, TuneOutcome, TunePorts } from './result.ts'
import type { UsedCalls } from './rollouts.ts'
import { createRun, type Run } from './run.ts'
import { minibatchSize } from './search.ts'
import { simplify } from './simplify.ts'
import { smallestGain, summarisePairs } from './statistics.ts'
import { wordingKey, wordingLength } from './wording.ts'

/**
 * A function of its input, the replies to its calls and the decisions recorded: run again over the same replies, in
 * any order, it decides the same. Rejects with the reason of `ports.signal` when that is aborted.
 */
export async function tune(input: TuneInput, ports: TunePorts): Promise<Result<TuneOutcome>> {
  if (input.examples.length === 0) {
    return fail(failure('examples_missing', 'There are no examples to score with: add some to the signature.'))
  }
  if (ports.metrics.length === 0) {
    return fail(failure('metrics_missing', 'The signature has no metrics to score with: add some under metrics.'))
  }
  const run = createRun(input, ports)
  try {
    return await runPhases(run)
  } catch (thrown) {
    const stopped = run.stopped()
    if (stopped !== undefined) return fail(stopped)
    throw thrown
  }
}

async function runPhases(run: Run): Promise<Result<TuneOutcome>> {
  const { input, data, account, rollouts, decisions } = run
  const { signature } = input
  run.report({})
  decisions.add('split', { ...data.sizes, weak: data.weak, proposalsPerRound: run.proposalsPerRound })
  const price = rollouts.callsPerExample
  const baselineCalls = price * data.all.length
  if (!account.reserve(baselineCalls)) {
    const message = `Scoring ${data.all.length} examples takes ${baselineCalls} calls, but the budget is ${input.budget.maxCalls}: raise --max-calls to at least ${baselineCalls}.`
    return fail(failure('budget_exhausted', message))
  }
  run.report({ phase: 'baseline', message: `Scoring ${data.all.length} examples`, expectedCalls: baselineCalls })
  const original = await scoreBaseline(run, baselineCalls)
  if (!original.ok) return original
  const oldScore = meanScore(data.all, original.value.outcomes)
  decisions.add('baseline', { score: oldScore })
  run.report({ old_score: oldScore, best_score: original.value.devScore })
  const none = { original: original.value, tuned: false } as const
  if (oldScore >= signature.threshold && !input.force) {
    const reason = `score ${formatScore(oldScore)} meets threshold ${signature.threshold}`
    return ok(finish(run, { ...none, reason }))
  }

  const finishCalls = price * new Set([...data.train, ...data.test]).size
  const preflight = describeBudget(run, finishCalls)
  if (!account.reserve(finishCalls)) {
    const needed = baselineCalls + finishCalls + price * data.dev.length + oneProposal(run)
    const reason = `refused: the budget of ${input.budget.maxCalls} calls pays for scoring alone; tuning takes at least ${needed}`
    return ok(finish(run, { ...none, preflight, stopReason: 'budget', reason }))
  }
  const simplifyCalls = Math.min(
    account.available(),
    price * data.search.length,
    Math.floor(input.budget.maxCalls / 10),
  )
  account.reserve(simplifyCalls)
  const spare = Math.min(account.available(), price * data.dev.length + 10 * oneProposal(run))
  run.report({ phase: 'propose', message: preflight, expectedCalls: baselineCalls + finishCalls + spare })
  const exploration = await explore(run, original.value)
  account.settle(simplifyCalls, new Map())
  decisions.add('stop', { reason: exploration.stopReason })
  return ok(await finishSearch(run, original.value, exploration, preflight, finishCalls, simplifyCalls))
}

/** Calls of a reflective proposal that goes all the way, about. */
function oneProposal({ rollouts, data }: Run): number {
  return callsPerProposal + rollouts.callsPerExample * (minibatchSize + data.dev.length)
}

/** Baseline on all examples; without any score, or with fewer scores than errors, there is nothing to build on. */
async function scoreBaseline(run: Run, reserved: number): Promise<Result<Candidate>> {
  const { input, data, account, rollouts } = run
  const used: UsedCalls = new Map()
  // Where money or time is limited, a few examples tell whether the baseline can be paid for.
  const sample = data.all.slice(0, Math.max(8, input.width))
  if (input.budget.maxCost !== undefined || input.budget.maxTime !== undefined) {
    await rollouts.evaluate(input.signature, sample, used)
    const short = overLimit(run, 'baseline', 0)
    if (short !== undefined) return fail(failure('budget_exhausted', limitMessage(run, short)))
  }
  const outcomes = await rollouts.evaluate(input.signature, data.all, used)
  account.settle(reserved, used)
  const [worst] = groupErrors(outcomes.values())
  const failed = [...outcomes.values()].filter(({ error }) => error !== undefined).length
  if (worst !== undefined && failed * 2 > data.all.length) {
    return fail(failure(worst.code, `${failed} of ${data.all.length} examples could not be scored: ${worst.message}`))
  }
  return ok({
    id: 0,
    parents: [],
    origin: 'original',
    signature: input.signature,
    key: wordingKey(input.signature),
    outcomes,
    devScore: meanScore(data.dev, outcomes),
    sources: [],
  })
}

function limitMessage({ input, data, rollouts, ports }: Run, short: 'time' | 'budget'): string {
  const share = (rollouts.callsPerExample * data.all.length) / Math.max(1, rollouts.totals.calls)
  const { maxCost, maxTime } = input.budget
  const [needed, given] =
    short === 'time'
      ? [`${Math.ceil((ports.elapsed() / 1000) * share)} s`, `--max-time of ${maxTime} s`]
      : [`$${((rollouts.totals.cost ?? 0) * share).toFixed(2)}`, `--max-cost of $${maxCost}`]
  return `Scoring ${data.all.length} examples takes about ${needed}, more than the ${given}: raise it.`
}

/** What this budget and these examples can show, said before the search starts. */
function describeBudget(run: Run, finishCalls: number): string {
  const { account, data, rollouts } = run
  const price = rollouts.callsPerExample
  const perProposal = callsPerProposal - 0.8 + price * (minibatchSize + data.dev.length / 2)
  const proposals = Math.max(0, Math.floor((account.available() - finishCalls) / perProposal))
  const gain = smallestGain(data.testDistinct).toFixed(2)
  return `this budget buys about ${proposals} proposals; with ${data.distinct} examples the smallest gain that can be shown is about ${gain}`
}

async function finishSearch(
  run: Run,
  original: Candidate,
  exploration: Exploration,
  preflight: string,
  finishCalls: number,
  simplifyCalls: number,
): Promise<TuneOutcome> {
  const { input, data, account, rollouts, decisions } = run
  const { stopReason } = exploration
  const told = { original, preflight, stopReason, tuned: false } as const
  const best = bestOf(exploration.pool)
  if (best === undefined || best === original) {
    const reason = `no proposal scored higher than ${formatScore(original.devScore)} on the dev examples; stopped: ${stopReason}`
    return finish(run, { ...told, reports: exploration.reports, reason })
  }
  const used: UsedCalls = new Map()
  const complete = async (candidate: Candidate, examples: typeof data.all): Promise<Candidate> => {
    const more = await rollouts.evaluate(candidate.signature, examples, used)
    return { ...candidate, outcomes: new Map<string, ExampleOutcome>([...candidate.outcomes, ...more]) }
  }
  run.report({ phase: 'train', message: 'Running the winner on the train examples' })
  const known = await complete(best, data.train)
  run.report({ phase: 'simplify', message: 'Dropping added sentences that earn nothing' })
  const allowance = Math.max(simplifyCalls, Math.floor(input.budget.maxCalls / 5))
  const simplified = await simplify(run, input.signature, known, exploration.reports.length + 1, allowance)
  const reports = [...exploration.reports, ...simplified.reports]
  const search = pairsOf(data.search, original.outcomes, simplified.winner.outcomes)
  const refused = refuseGain(summarisePairs(search).gain, input.minImprovement)
  if (refused !== undefined) {
    account.settle(finishCalls, used)
    return finish(run, { ...told, reports, reason: `${refused}; stopped: ${stopReason}` })
  }
  run.report({ phase: 'holdout', message: 'Testing the winner on examples the search has not seen' })
  const winner = await complete(simplified.winner, data.test)
  account.settle(finishCalls, used)
  const verdict = promote({
    search,
    test: distinctPairs(data.test, input.signature.inputs, original.outcomes, winner.outcomes),
    weak: data.weak,
    candidates: exploration.tried,
    total: data.distinct,
    minImprovement: input.minImprovement,
    random: createRandom(`${input.seed} promotion`),
  })
  decisions.add('promotion', { evidence: verdict.evidence, p: verdict.p })
  return finish(run, { ...told, ...verdict, winner, reports })
}

/** Highest on dev; of equals the shorter wording, so that the original wins against what does not beat it. */
function bestOf(pool: readonly Candidate[]): Candidate | undefined {
  return [...pool].sort(
    (a, b) => b.devScore - a.devScore || wordingLength(a.signature) - wordingLength(b.signature) || a.id - b.id,
  )[0]
}

function finish(run: Run, conclusion: Conclusion): TuneOutcome {
  const outcome = buildOutcome(run, conclusion)
  run.report({ phase: 'done', message: outcome.reason })
  return outcome
}
