/** The tree of candidates that a run's progress carries: what was tried so far, from what, and how it did. */
import type { Candidate } from './candidate.ts'
import type { CandidateReport, ProgressCandidate, ProgressTree } from './result.ts'

/** Progress is written several times a second: the tree is bound in entries and in the text of each. */
export const mostEntries = 16
export const mostCharacters = 120

/** `reports` in logical order; of more than `mostEntries` the latest, and before them those that the best builds upon. */
export function progressTree(
  reports: readonly CandidateReport[],
  pool: readonly Candidate[],
  best: Candidate,
): ProgressTree {
  const kept = new Set(lineage(pool, best).slice(0, mostEntries))
  for (const { id } of reports.toReversed()) if (kept.size < mostEntries) kept.add(id)
  const candidates = reports.filter(({ id }) => kept.has(id)).map(entryOf)
  return {
    candidates,
    left_out: reports.length - candidates.length,
    ...(best.origin !== 'original' && { best: String(best.id) }),
  }
}

/** Ids of the candidate and all that gave it a wording, the nearest first, without the original. */
function lineage(pool: readonly Candidate[], best: Candidate): readonly number[] {
  const byId = new Map(pool.map(candidate => [candidate.id, candidate]))
  const found = new Set([best.id])
  // A set is visited in the order of insertion, also what is added meanwhile.
  for (const id of found) for (const parent of byId.get(id)?.parents ?? []) found.add(parent)
  return [...found].filter(id => byId.get(id)?.origin !== 'original')
}

function entryOf({ id, parent, origin, searchScore, decision, changeSentences }: CandidateReport): ProgressCandidate {
  const changes = firstOf(changeSentences)
  const more = changeSentences.length - changes.length
  return {
    id: String(id),
    ...(parent !== undefined && { parent: String(parent) }),
    origin,
    ...(searchScore !== undefined && { search_score: searchScore }),
    state: decision.split(':', 1)[0] ?? decision,
    decision: cut(decision),
    changes,
    ...(more > 0 && { more_changes: more }),
  }
}

/** The first sentence, cut, and those after it that fit as a whole. */
function firstOf(sentences: readonly string[]): readonly string[] {
  const [first, ...others] = sentences
  if (first === undefined) return []
  const changes = [cut(first)]
  let room = mostCharacters - first.length
  for (const sentence of others) {
    room -= sentence.length
    if (room < 0) break
    changes.push(sentence)
  }
  return changes
}

function cut(text: string): string {
  if (text.length <= mostCharacters) return text
  return `${text.slice(0, mostCharacters - 1).replace(/[\ud800-\udbff]$/, '')}…`
}
