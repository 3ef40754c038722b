/** What a running job tried so far: a tree for a person who watches, a line a candidate for a log. */
import type { JobProgressTree } from '../jobs/job.ts'
import { columnsOf, line, score, type Terminal } from './terminal.ts'

type Candidate = JobProgressTree['candidates'][number]

export interface TreeSize {
  /** Columns. */
  readonly width: number
  /** With the title. */
  readonly rows: number
}

/** A title, and one line each; where not all fit, the best, what it came from and the latest. */
export function treeLines({ style }: Pick<Terminal, 'style'>, tree: JobProgressTree, size: TreeSize): string[] {
  const { candidates, left_out: leftOut, best } = tree
  if (candidates.length === 0) return []
  const shown = choose(tree, size.rows - 1)
  const hidden = leftOut + candidates.length - shown.length
  const rest = hidden === 0 ? '' : ` (${hidden} not shown)`
  const title = `${leftOut + candidates.length} tried${rest}, scored on the search examples`
  const rows = layOut(shown, candidates).map(({ candidate, branch }) => {
    return { candidate, start: `${branch}${signOf(candidate, best)} ${line(candidate.id, 6)}` }
  })
  const startWidth = Math.max(...rows.map(({ start }) => columnsOf(start)))
  const wordWidth = Math.max(...shown.map(candidate => columnsOf(wordOf(candidate, best))))
  return [
    `  ${style('dim', line(title, size.width - 4))}`,
    ...rows.map(({ candidate, start }) => {
      const word = wordOf(candidate, best)
      const text = line(whatOf(candidate), size.width - startWidth - wordWidth - 13)
      const told = style(colourOf(candidate, best), `${padded(score(candidate.search_score), 4)}  ${word}`)
      return `  ${start}${' '.repeat(startWidth - columnsOf(start))}  ${told}${' '.repeat(wordWidth - columnsOf(word))}  ${text}`
    }),
  ]
}

/** Such as `+  3  0.71  accepted  queue: added 'One of: …'`. */
export function candidateLine(candidate: Candidate, best: string | undefined): string {
  const start = `${signOf(candidate, best)} ${line(candidate.id, 6).padStart(2)}  ${padded(score(candidate.search_score), 4)}`
  return `${start}  ${wordOf(candidate, best).padEnd(9)}  ${line(whatOf(candidate), 160)}`.trimEnd()
}

function choose({ candidates, best }: JobProgressTree, most: number): readonly Candidate[] {
  const kept = new Set<Candidate>()
  let next = candidates.find(({ id }) => id === best)
  while (next !== undefined && kept.size < most / 2) {
    kept.add(next)
    next = parentIn(candidates, next)
  }
  for (const candidate of candidates.toReversed()) if (kept.size < most) kept.add(candidate)
  return candidates.filter(candidate => kept.has(candidate))
}

/** Only what came before can be a parent: a row that somebody else wrote may hold a circle. */
function parentIn(candidates: readonly Candidate[], { id, parent }: Candidate): Candidate | undefined {
  const before = candidates.findIndex(candidate => candidate.id === id)
  return candidates.slice(0, before).find(candidate => candidate.id === parent)
}

interface Placed {
  readonly candidate: Candidate
  /** Lines that lead from its parent to it. */
  readonly branch: string
}

/** Deeper ones go no further to the right: their changes need the room. */
const deepest = 8

/** Children below what they were made from, or below the nearest of their ancestors that is shown. */
function layOut(shown: readonly Candidate[], all: readonly Candidate[]): readonly Placed[] {
  const children = Map.groupBy(shown, candidate => {
    let parent = parentIn(all, candidate)
    while (parent !== undefined && !shown.includes(parent)) parent = parentIn(all, parent)
    return parent
  })
  const below = (parent: Candidate | undefined, indent: string): Placed[] => {
    const own = children.get(parent) ?? []
    return own.flatMap((candidate, at) => {
      const isLast = at === own.length - 1
      const deeper = indent.length < deepest ? `${indent}${isLast ? '  ' : '│ '}` : indent
      return [{ candidate, branch: `${indent}${isLast ? '└ ' : '├ '}` }, ...below(candidate, deeper)]
    })
  }
  return below(undefined, '')
}

function signOf({ id, state }: Candidate, best: string | undefined): string {
  if (id === best) return '*'
  return state === 'accepted' ? '+' : state === 'rejected' ? '-' : '·'
}

function wordOf({ id, state }: Candidate, best: string | undefined): string {
  return id === best ? 'best' : line(state, 12)
}

function colourOf({ id, state }: Candidate, best: string | undefined): Parameters<Terminal['style']>[0] {
  if (id === best) return ['green', 'bold']
  return state === 'accepted' ? 'green' : state === 'rejected' ? 'red' : 'yellow'
}

/** What it changed; where it changed nothing, why. */
function whatOf({ changes, more_changes: more = 0, decision, state }: Candidate): string {
  const [first, ...others] = changes
  if (first === undefined) return decision.slice(state.length).replace(/^: /, '')
  const rest = others.length + more
  return `${inShort(first)}${rest === 0 ? '' : ` and ${rest} more`}`
}

/** `queue: added 'One of …'` for `Field 'queue': added constraint 'One of …'`. */
function inShort(change: string): string {
  return change.replace(/^Field '([^']*)': (?:(added |removed )constraint |(description )is now )?/, '$1: $2$3')
}

function padded(text: string, columns: number): string {
  return `${' '.repeat(Math.max(0, columns - columnsOf(text)))}${text}`
}
