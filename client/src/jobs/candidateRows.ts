/** Rows below a job that has no result yet: what its search tried so far, the latest first. */
import type { WireCandidate, WireJob } from '../../../server/src/protocol/client.ts'
import { formatScore, plural } from './describeJob.ts'

export interface CandidateRow {
  /** Equal for the same candidate of a job. */
  readonly id: string
  readonly label: string
  readonly description: string
  readonly tooltip: string
  /** A codicon. */
  readonly icon: string
  /** For screen readers. */
  readonly spoken: string
}

export function candidateRows({ result, progress }: WireJob): readonly CandidateRow[] {
  const tree = progress?.tree
  if (tree === undefined || result !== undefined) return []
  const rows = tree.candidates.toReversed().map(candidate => candidateRow(candidate, candidate.id === tree.best))
  return tree.left_out === 0 ? rows : [...rows, restRow(tree.left_out)]
}

function candidateRow(candidate: WireCandidate, isBest: boolean): CandidateRow {
  const { id, parent, origin, search_score: score, state, decision, changes, more_changes: more = 0 } = candidate
  const [first = decision] = changes
  const word = isBest ? 'best so far' : state
  const from = parent === undefined ? '' : ` from ${parent === '0' ? 'the signature as it was' : parent}`
  const scored = score === undefined ? [] : [`Score ${formatScore(score)} on the search examples`]
  const rest = more === 0 ? [] : [`and ${plural(more, 'more change')}`]
  return {
    id,
    label: score === undefined ? first : `${formatScore(score)} · ${first}`,
    description: `${id} · ${word}`,
    tooltip: [`Candidate ${id}, ${origin}${from}`, decision, ...scored, ...changes, ...rest].join('\n'),
    icon: isBest ? 'star-full' : (icons.get(state) ?? 'circle-outline'),
    spoken: `Candidate ${id}, ${[word, ...(score === undefined ? [] : [`score ${formatScore(score)}`]), first].join(', ')}`,
  }
}

const icons: ReadonlyMap<string, string> = new Map([
  ['accepted', 'check'],
  ['rejected', 'close'],
  ['call failed', 'warning'],
])

function restRow(count: number): CandidateRow {
  const label = `${plural(count, 'more candidate')} tried`
  return { id: 'rest', label, description: '', tooltip: label, icon: 'ellipsis', spoken: label }
}
