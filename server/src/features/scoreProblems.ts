/** What scores say about the text: below the threshold, or no longer of this text. */
import type { SignatureDocument } from '../signature/document.ts'
import { type Problem, problem } from '../validation/problem.ts'
import type { SkillFacts } from './facts.ts'
import { formatScore, staleSentence } from './scoreText.ts'

/** For editors alone: a command line that validates knows no scores. */
export function scoreProblems({ score }: SkillFacts, document: SignatureDocument): readonly Problem[] {
  const { signature, name, threshold } = document
  // A text that is half typed has other problems.
  if (score === undefined || signature === undefined || name === undefined) return []
  if (score.stale.length > 0) {
    const message = `The score is stale: since it was evaluated, ${staleSentence(score.stale)}`
    return [problem('score-stale', message, name.span)]
  }
  if (score.score >= signature.threshold) return []
  const [is, wanted] = toldApart(score.score, signature.threshold)
  return [
    problem('score-below-threshold', `Score ${is} is below the threshold ${wanted}`, threshold?.span ?? name.span),
  ]
}

/** 0.7499 is below 0.75, and must not read as if it were not. */
function toldApart(score: number, threshold: number): readonly [string, string] {
  const short = formatScore(score)
  return [short === formatScore(threshold) ? String(Number(score.toFixed(6))) : short, String(threshold)]
}
