/** Tuning: the whole loop from baseline to a winner that met the holdout once. */
import { failure } from '../base/errors.ts'
import { createRandom } from '../base/random.ts'
import { fail, ok, type Result } from '../base/result.ts'
import { type ExampleOutcome, weightedMean } from '../evaluation/evaluate.ts'
import { groupErrors, refuseErrors } from '../evaluation/report.ts'
import type { Example } from '../examples/example.ts'
import { type Candidate, distinctPairs, meanScore, pairsOf } from './candidate.ts'
import { type Exploration, explore, patience } from './explore.ts'
import { formatScore, formatUntil } from './figures.ts'
import { promote, refuseGain } from './gates.ts'
import { allowedProposals, isLimited, limitMessage, overLimit } from './limits.ts'
import { buildOutcome, type Conclusion } from './outcome.ts'
import type { TuneInput, TuneOutcome, TunePorts } from './result.ts'
import type { UsedCalls } from './rollouts.ts'
import { createRun, type Run } from './run.ts'
import { smallestGain, summarisePairs } from './statistics.ts'
import { reflectionsPerProposal } from './steps.ts'
import { wordingKey } from './wording.ts'

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
  const { input, data, account, costs, decisions } = run
  const { signature, budget } = input
  run.report({})
  decisions.add('split', { ...data.sizes, weak: data.weak })
  if (data.search.length === 0) {
    const way = "give some of them another _split than 'holdout', or none"
    return fail(failure('examples_missing', `All examples are held out, and none is left to learn from: ${way}.`))
  }
  const scoring = `Scoring ${data.all.length}${data.all.length < data.given ? ` of ${data.given}` : ''} examples`
  if (!account.reserve(costs.baseline)) {
    const message = `${scoring} takes ${costs.baseline} calls and tuning at least ${costs.least}, but the budget is ${budget.maxCalls}: raise --max-calls to at least ${costs.least}.`
    return fail(failure('budget_exhausted', message))
  }
  const tooLittle = (verb: string) =>
    `the budget of ${budget.maxCalls} calls ${verb} none for a proposal; tuning takes at least ${costs.least}`
  const scoresOnly = budget.maxCalls < costs.least
  const message = scoresOnly ? `${scoring}; ${tooLittle('leaves')}` : scoring
  const early = scoresOnly || isLimited(run) ? undefined : describeBudget(run)
  const told = early === undefined ? {} : { preflight: early }
  run.report({ phase: 'baseline', message, expectedCalls: costs.baseline, ...told })
  const started = await startBaseline(run)
  if (!started.ok) return started
  const preflight = early ?? describeBudget(run)
  if (!scoresOnly) run.report({ preflight })
  const canSearch = !scoresOnly && account.reserve(costs.finish)
  const { searched, whole } = started.value
  const original = whole.then(candidate => {
    const score = meanScore(data.all, candidate.outcomes)
    decisions.add('baseline', { score })
    const spare = Math.min(account.available(), patience * costs.proposal)
    const next = { phase: 'propose', message: preflight, expectedCalls: costs.baseline + costs.finish + spare } as const
    run.report({ old_score: score, ...(canSearch && !isEnough(run, score) && next) })
    return candidate
  })
  original.catch(() => undefined)
  // The first proposal need not wait for scores that cannot change whether there is one.
  if (!canSearch || !isSurelyBelow(run, searched)) {
    const none = { original: await original, tuned: false } as const
    const score = meanScore(data.all, none.original.outcomes)
    if (isEnough(run, score)) {
      const shown = formatUntil(score, value => value >= signature.threshold - 1e-9)
      const on = leftOut(data.all, none.original, none.original)
      return ok(finish(run, { ...none, reason: `score ${shown} meets threshold ${signature.threshold}${on}` }))
    }
    const reason = tooLittle('left')
    if (!canSearch) return ok(finish(run, { ...none, preflight: reason, stopReason: 'budget', reason }))
  }
  const exploration = await explore(run, searched, original)
  decisions.add('stop', { reason: exploration.stopReason })
  return ok(await finishSearch(run, await original, exploration, preflight))
}

/** The original, scored on what the search reads; and on all, which ends the run where there is nothing to build on. */
interface Baseline {
  readonly searched: Candidate
  readonly whole: Promise<Candidate>
}

async function startBaseline(run: Run): Promise<Result<Baseline>> {
  const { input, data, account, rollouts } = run
  const used: UsedCalls = new Map()
  // Where money, tokens or time are limited, a few examples tell whether the baseline can be paid for.
  const sample = data.all.slice(0, Math.max(8, input.width))
  if (isLimited(run)) {
    await rollouts.evaluate(input.signature, sample, used)
    const short = overLimit(run, 'baseline', 0)
    if (short !== undefined) return fail(failure('budget_exhausted', limitMessage(run, short)))
  }
  const original = (outcomes: Candidate['outcomes']): Candidate => ({
    id: 0,
    parents: [],
    origin: 'original',
    signature: input.signature,
    key: wordingKey(input.signature),
    outcomes,
    searchScore: meanScore(data.search, outcomes),
    sources: [],
  })
  const searched = rollouts.evaluate(input.signature, [...data.search, ...data.more], used)
  const whole = rollouts.evaluate(input.signature, data.baseline, used).then(outcomes => {
    account.settle(run.costs.baseline, used)
    const refused = refuseErrors([...outcomes.values()])
    if (refused !== undefined) run.stop(refused)
    return original(outcomes)
  })
  whole.catch(() => undefined)
  return ok({ searched: original(await searched), whole })
}

function isEnough({ input }: Run, score: number): boolean {
  return !input.force && score >= input.signature.threshold - 1e-9
}

/** Whether there is a search whatever the other examples score, and no limit needs to know what they cost. */
function isSurelyBelow(run: Run, { outcomes }: Candidate): boolean {
  if (isLimited(run) || refuseErrors([...outcomes.values()]) !== undefined) return false
  const highest = run.data.all.flatMap(({ id, weight }) => {
    const outcome = outcomes.get(id)
    return outcome?.error !== undefined ? [] : [{ value: outcome?.score ?? 1, weight }]
  })
  return !isEnough(run, weightedMean(highest) ?? 1)
}

/** What this budget and these examples can show, said before the search starts. */
function describeBudget(run: Run): string {
  const { account, costs, data, rollouts } = run
  const perProposal = 1.2 * reflectionsPerProposal + rollouts.callsPerExample * data.search.length
  const affordable = Math.max(1, Math.floor((account.available() - costs.finish) / perProposal))
  const proposals = allowedProposals(run, affordable)
  const gain = smallestGain(data.testDistinct).toFixed(2)
  const sampled = data.all.length < data.given ? ` on ${data.all.length} of the ${data.given} examples` : ''
  return `this budget buys ${proposals === 0 ? 'no proposal' : proposals === 1 ? 'about 1 proposal' : `about ${proposals} proposals`}${sampled}; with ${data.distinct}${data.distinct < data.all.length ? ' different' : ''} examples the smallest gain that can be shown is about ${gain}`
}

async function finishSearch(
  run: Run,
  original: Candidate,
  exploration: Exploration,
  preflight: string,
): Promise<TuneOutcome> {
  const { input, data, account, costs, rollouts, decisions } = run
  const { stopReason } = exploration
  const told = { original, preflight, stopReason, tuned: false } as const
  const { best } = exploration
  if (best.id === original.id) {
    const none =
      exploration.reports.length === 0
        ? 'no proposal was made'
        : `no proposal scored higher than ${formatScore(original.searchScore)} on the search examples`
    const reason = `${none}; stopped: ${stopReason}`
    return finish(run, { ...told, reports: exploration.reports, reason })
  }
  const used: UsedCalls = new Map()
  const complete = async (candidate: Candidate, examples: typeof data.all): Promise<Candidate> => {
    const more = await rollouts.evaluate(candidate.signature, examples, used)
    return { ...candidate, outcomes: new Map<string, ExampleOutcome>([...candidate.outcomes, ...more]) }
  }
  const search = pairsOf(data.search, original.outcomes, best.outcomes)
  const refused = refuseGain(summarisePairs(search).gain, input.minImprovement)
  if (refused !== undefined) {
    account.settle(costs.finish, used)
    const reason = `${refused}${leftOut(data.search, original, best)}; stopped: ${stopReason}`
    return finish(run, { ...told, reports: exploration.reports, reason })
  }
  run.report({ phase: 'holdout', message: 'Testing the winner on examples the search has not seen' })
  const winner = await complete(best, data.all)
  account.settle(costs.finish, used)
  const test = distinctPairs(data.test, input.signature.inputs, original.outcomes, winner.outcomes)
  const errors = [original, winner].flatMap(({ outcomes }) => data.test.flatMap(({ id }) => outcomes.get(id) ?? []))
  const verdict = promote({
    search,
    test,
    lost: data.testDistinct - test.length,
    error: groupErrors(errors)[0]?.message,
    weak: data.weak,
    candidates: exploration.tried,
    total: data.distinct,
    random: createRandom(`${input.seed} promotion`),
  })
  decisions.add('promotion', { evidence: verdict.evidence, p: verdict.p })
  const copies = data.distinct < data.all.length ? '; examples with the same inputs count as one' : ''
  const reason = verdict.reason + copies + leftOut(data.all, original, winner)
  return finish(run, { ...told, ...verdict, reason, winner, reports: exploration.reports })
}

/** What to add to a comparison that had to do without some examples. */
function leftOut(examples: readonly Example[], a: Candidate, b: Candidate): string {
  const both = pairsOf(examples, a.outcomes, b.outcomes).length
  if (both === examples.length) return ''
  return `; scores are over the ${both} of ${examples.length} examples without a failed call`
}

function finish(run: Run, conclusion: Conclusion): TuneOutcome {
  const { all, given } = run.data
  const sampled = `; the budget allowed to score ${all.length} of the ${given} examples`
  const reason = `${conclusion.reason}${all.length < given ? sampled : ''}`
  const outcome = buildOutcome(run, { ...conclusion, reason })
  const best = outcome.new_score === undefined ? {} : { best_score: outcome.new_score }
  run.report({ phase: 'done', message: outcome.reason, ...best })
  return outcome
}
