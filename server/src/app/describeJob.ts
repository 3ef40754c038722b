/** How a job ended, in one sentence for a person. */
import { type JobView, tuneResultSchema } from './jobView.ts'

export function describeJob({ result, status, kind }: Pick<JobView, 'result' | 'status' | 'kind'>): string {
  const tuned = tuneResultSchema.safeParse(result)
  if (kind !== 'tune' || !tuned.success) {
    const score = result !== undefined && 'score' in result ? `: score ${result.score.toFixed(2)}` : ''
    return `The job is ${status}${score}.`
  }
  const { old_score: before, new_score: after, evidence, reason, signature_version: version, changes } = tuned.data
  const gain = after === undefined ? before.toFixed(2) : `${before.toFixed(2)} → ${after.toFixed(2)}`
  if (version !== undefined) return `Tuned: ${gain} (${evidence}), written as version ${version}.`
  if (changes.length > 0) return `Not written: ${gain}, ${reason}. The changes are kept: apply them when you like.`
  return `Nothing to write: ${reason}.`
}
