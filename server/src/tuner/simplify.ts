/** Simplifying: takes added texts away again whose removal costs nothing on the search half. */
import type { ExampleOutcome } from '../evaluation/evaluate.ts'
import { compareSignatures, describeChange } from '../signature/compare.ts'
import type { Signature } from '../signature/signature.ts'
import { type Candidate, devScoreOf, openScores, pairsOf } from './candidate.ts'
import { formatScore } from './figures.ts'
import { judgeRemoval } from './gates.ts'
import { overLimit } from './limits.ts'
import type { CandidateReport } from './result.ts'
import type { UsedCalls } from './rollouts.ts'
import type { Run } from './run.ts'
import { summarisePairs } from './statistics.ts'
import { removals, wordingKey } from './wording.ts'

export interface Simplified {
  readonly winner: Candidate
  readonly reports: readonly CandidateReport[]
}

/**
 * Tries each removal once, the longest text first, building on those that were free. `winner` is known on the whole
 * search half. Stops when `maxCalls` or the account would not pay for another evaluation.
 */
export async function simplify(
  run: Run,
  original: Candidate,
  winner: Candidate,
  firstId: number,
  maxCalls: number,
): Promise<Simplified> {
  const { data, rollouts, account, decisions } = run
  const cost = rollouts.callsPerExample * data.search.length
  const reports: CandidateReport[] = []
  const kept = new Set<string>()
  let current = winner
  let spent = 0
  for (;;) {
    const removal = removals(original.signature, current.signature)
      .filter(({ part, text, signature }) => !kept.has(`${part}\n${text}`) && wordingKey(signature) !== original.key)
      .sort((a, b) => b.text.length - a.text.length)[0]
    const id = firstId + reports.length
    if (removal === undefined || spent + cost > maxCalls || account.available() < cost) break
    if (overLimit(run, `removal ${id}`, cost) !== undefined) break
    account.reserve(cost)
    kept.add(`${removal.part}\n${removal.text}`)
    const used: UsedCalls = new Map()
    const tried = await evaluateRemoval(run, current, removal.signature, used)
    const before = account.available()
    account.settle(cost, used)
    spent += cost - (account.available() - before)
    const devScore = tried.verdict === 'free' ? devScoreOf(data.dev, original, tried.outcomes) : undefined
    const decision = describeVerdict(tried)
    reports.push({
      id,
      parent: current.id,
      origin: 'simplified',
      changeSentences: compareSignatures(current.signature, removal.signature).changes.flatMap(describeChange),
      ...(devScore !== undefined && { devScore }),
      decision,
    })
    decisions.add('simplify', { id, text: removal.text, decision })
    run.report({ message: `Simplify: ${decision}` })
    if (devScore === undefined) continue
    current = {
      ...current,
      id,
      parents: [current.id],
      origin: 'simplified',
      signature: removal.signature,
      key: wordingKey(removal.signature),
      outcomes: tried.outcomes,
      devScore,
    }
  }
  return { winner: current, reports }
}

interface Tried {
  readonly verdict: 'free' | 'costs' | 'too many errors'
  readonly outcomes: ReadonlyMap<string, ExampleOutcome>
  readonly old: number
  readonly score: number
}

function describeVerdict({ verdict, score, old }: Tried): string {
  const figures = `${formatScore(score)}, was ${formatScore(old)}`
  if (verdict === 'free') return `removed: nothing lost (${figures})`
  return verdict === 'costs' ? `kept: without it ${figures}` : 'kept: too many calls failed without it'
}

/** In blocks as wide as the pool, ended as soon as a loss is certain. */
async function evaluateRemoval(run: Run, current: Candidate, signature: Signature, used: UsedCalls): Promise<Tried> {
  const examples = run.data.search
  const outcomes = new Map<string, ExampleOutcome>()
  for (let done = 0; ; ) {
    const block = examples.slice(done, done + Math.max(8, run.input.width))
    for (const [id, outcome] of await run.rollouts.evaluate(signature, block, used)) outcomes.set(id, outcome)
    done += block.length
    const seen = examples.slice(0, done)
    const pairs = pairsOf(seen, current.outcomes, outcomes)
    const lost = seen.filter(({ id }) => outcomes.get(id)?.error !== undefined).length
    const verdict = judgeRemoval(pairs, lost, openScores(examples.slice(done), current.outcomes))
    const { old, new: score } = summarisePairs(pairs)
    // What was free for certain is evaluated to the end all the same: the winner is known on the whole search half.
    const undecided = verdict === 'open' || (verdict === 'free' && done < examples.length)
    if (!undecided) return { verdict, outcomes, old, score }
  }
}
