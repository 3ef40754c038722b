/** The outcome of a run, put together from what its phases found. */
import { clampScore, formatImprovement } from '../base/score.ts'
import { type Evaluation, summarise } from '../evaluation/evaluate.ts'
import { countPassed, failingExamples, groupErrors } from '../evaluation/report.ts'
import { compareSignatures, describeChange } from '../signature/compare.ts'
import type { Candidate, Source } from './candidate.ts'
import type { Verdict } from './gates.ts'
import type { CandidateReport, Provenance, TuneOutcome } from './result.ts'
import type { Run } from './run.ts'
import { newTexts } from './wording.ts'

export interface Conclusion extends Partial<Omit<Verdict, 'tuned' | 'reason'>> {
  readonly tuned: boolean
  readonly reason: string
  readonly original: Candidate
  /** Evaluated on all examples; absent when nothing is kept. */
  readonly winner?: Candidate
  readonly reports?: readonly CandidateReport[]
  readonly stopReason?: string
  readonly preflight?: string
}

export function buildOutcome(run: Run, conclusion: Conclusion): TuneOutcome {
  const { input, data, rollouts, decisions } = run
  const { original, winner, stopReason, preflight, evidence, summary, p } = conclusion
  const { signature } = input
  const before = evaluationOf(run, original)
  const after = winner === undefined ? undefined : evaluationBeside(run, before, original, winner)
  const oldScore = before.score ?? 0
  const changes = winner === undefined ? [] : compareSignatures(signature, winner.signature).changes
  const provenance = winner === undefined ? [] : provenanceOf(run, winner)
  const reasoning = [...new Set(provenance.map(entry => entry.reasoning))].filter(text => text !== '').join('\n')
  decisions.add('end', { tuned: conclusion.tuned, reason: conclusion.reason, winner: winner?.key ?? null })
  return {
    tuned: conclusion.tuned,
    old_score: oldScore,
    ...(after?.score !== undefined && {
      new_score: after.score,
      improvement: formatImprovement(oldScore, after.score),
    }),
    changes,
    changeSentences: changes.flatMap(describeChange),
    provenance,
    ...(reasoning !== '' && { reasoning }),
    reason: conclusion.reason,
    ...(evidence !== undefined && { evidence }),
    ...(summary !== undefined &&
      p !== undefined &&
      !data.weak && {
        holdout: {
          old_score: summary.old,
          new_score: summary.new,
          p_value: p,
          examples: summary.examples,
          wins: summary.wins,
          losses: summary.losses,
        },
      }),
    ...(stopReason !== undefined && { stopReason }),
    ...(preflight !== undefined && { preflight }),
    candidates: conclusion.reports ?? [],
    ...(winner !== undefined && { best: winner.id }),
    scoreByMetric: { old: before.scoreByMetric, ...(after && { new: after.scoreByMetric }) },
    scoreByField: { old: before.scoreByField, ...(after && { new: after.scoreByField }) },
    unscored: { old: before.errors, ...(after && { new: after.errors }) },
    ...(data.all.length === data.given && {
      passed: { old: countPassed(before), ...(after && { new: countPassed(after) }) },
    }),
    errors: groupErrors(rollouts.outcomes()),
    examples: { scored: data.all.length, given: data.given },
    calls: rollouts.totals.calls,
    splits: data.sizes,
    seed: input.seed,
    width: input.width,
    decisionDigest: decisions.digest(),
    failing: {
      old: failingExamples(before, input.examples, signature),
      ...(after && { new: failingExamples(after, input.examples, signature) }),
    },
  }
}

function evaluationOf({ data, input }: Run, candidate: Candidate): Evaluation {
  const outcomes = data.all.flatMap(({ id }) => candidate.outcomes.get(id) ?? [])
  return summarise(outcomes, input.signature)
}

/**
 * The winner's scores beside the original's. Where errors left out examples of either, the gain on those scored in
 * both is added to the original's score: means over different examples do not compare.
 */
function evaluationBeside(run: Run, before: Evaluation, original: Candidate, winner: Candidate): Evaluation {
  const { data, input } = run
  const after = evaluationOf(run, winner)
  const isScored = ({ outcomes }: Candidate, id: string) => outcomes.get(id)?.error === undefined && outcomes.has(id)
  if (data.all.every(({ id }) => isScored(original, id) === isScored(winner, id))) return after
  const both = data.all.filter(({ id }) => isScored(original, id) && isScored(winner, id))
  const onBoth = ({ outcomes }: Candidate) =>
    summarise(
      both.flatMap(({ id }) => outcomes.get(id) ?? []),
      input.signature,
    )
  const [old, fresh] = [onBoth(original), onBoth(winner)]
  const shifted = (scores: (evaluation: Evaluation) => Readonly<Record<string, number>>) =>
    Object.fromEntries(
      Object.entries(scores(before)).map(([name, score]) => {
        return [name, clampScore(score + (scores(fresh)[name] ?? 0) - (scores(old)[name] ?? 0))]
      }),
    )
  return {
    ...after,
    score: clampScore((before.score ?? 0) + (fresh.score ?? 0) - (old.score ?? 0)),
    scoreByMetric: shifted(evaluation => evaluation.scoreByMetric),
    scoreByField: shifted(evaluation => evaluation.scoreByField),
  }
}

/**
 * Each text the winner has beyond the original, with the newest explanation of it. A proposal's explanation may speak
 * of all it changed: it holds only while all of that is there.
 */
function provenanceOf({ input }: Run, winner: Candidate): readonly Provenance[] {
  const texts = newTexts(input.signature, winner.signature)
  const isKept = (source: Source) => texts.some(({ part, text }) => part === source.part && text === source.text)
  return texts.map(({ part, path, text }) => {
    const source =
      winner.sources.findLast(item => item.part === part && item.text === text) ??
      winner.sources.findLast(item => item.part === part)
    if (source === undefined) return { path, text, examples: [], reasoning: '' }
    const { proposal, examples, reasoning } = source
    const explained = winner.sources.filter(item => item.proposal === proposal && item.reasoning === reasoning)
    return {
      path,
      text,
      examples,
      reasoning: explained.every(isKept) ? reasoning : neutralReason(part, text, examples),
    }
  })
}

function neutralReason(part: string, text: string, examples: readonly string[]): string {
  const [, name] = part.split('.')
  const where = name === undefined ? 'Instructions' : `Field '${name}'`
  const start = text.length > 80 ? `${text.slice(0, 80)}…` : text
  const count = examples.length === 1 ? '1 failing example' : `${examples.length} failing examples`
  return `${where}: '${start.replace(/\s+/gu, ' ')}' was written for ${count}.`
}
