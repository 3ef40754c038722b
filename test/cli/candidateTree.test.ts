/** The tree of candidates on a terminal: its lines, its size, and rows that nobody would write. */
import { afterEach, expect, test, vi } from 'vitest'
import { candidateLine, treeLines } from '../../server/src/cli/candidateTree.ts'
import { createProgressView } from '../../server/src/cli/progress.ts'
import { columnsOf, createTerminal, type Terminal } from '../../server/src/cli/terminal.ts'
import type { JobProgressTree } from '../../server/src/jobs/job.ts'

type Candidate = JobProgressTree['candidates'][number]

afterEach(() => {
  vi.restoreAllMocks()
})

const plain: Pick<Terminal, 'style'> = { style: (_, text) => text }

function candidate(id: number, parent: number, state = 'rejected', values: Partial<Candidate> = {}): Candidate {
  const changes = [`Field 'queue': added constraint 'One of: billing, access, ${id}.'`]
  const decision = `${state}: 0.60, was 0.55`
  return {
    ...{ id: String(id), parent: String(parent), origin: 'reflection', state, decision, search_score: 0.6, changes },
    ...values,
  }
}

const some: JobProgressTree = {
  candidates: [
    candidate(1, 0, 'accepted'),
    candidate(2, 1, 'rejected', { changes: ['a', 'b'], more_changes: 2 }),
    candidate(3, 1, 'accepted', { search_score: 0.714 }),
    candidate(4, 0, 'call failed', { changes: [], search_score: undefined, decision: 'call failed: No reply.' }),
    candidate(5, 3, 'rejected', { changes: ["Field 'queue': description is now 'A queue'"] }),
  ],
  left_out: 0,
  best: '3',
}

test('children are below what they were made from, and the best is marked', () => {
  expect(treeLines(plain, some, { width: 80, rows: 8 }).join('\n')).toMatchInlineSnapshot(`
    "  5 tried, scored on the search examples
      ├ + 1      0.60  accepted     queue: added 'One of: billing, access, 1.'
      │ ├ - 2    0.60  rejected     a and 3 more
      │ └ * 3    0.71  best         queue: added 'One of: billing, access, 3.'
      │   └ - 5  0.60  rejected     queue: description 'A queue'
      └ · 4         –  call failed  No reply."
  `)
})

test('of more than fit, the best, what it came from and the latest are shown', () => {
  const many = Array.from({ length: 16 }, (_, at) => candidate(at + 4, 3))
  const tree = { ...some, candidates: [...some.candidates.slice(0, 3), ...many], left_out: 5 }
  expect(treeLines(plain, tree, { width: 60, rows: 6 }).join('\n')).toMatchInlineSnapshot(`
    "  24 tried (19 not shown), scored on the search examples
      └ + 1       0.60  accepted  queue: added 'One of: billin…
        └ * 3     0.71  best      queue: added 'One of: billin…
          ├ - 17  0.60  rejected  queue: added 'One of: billin…
          ├ - 18  0.60  rejected  queue: added 'One of: billin…
          └ - 19  0.60  rejected  queue: added 'One of: billin…"
  `)
})

test.each([40, 60, 80])('no line is wider than %i columns, whatever was changed', width => {
  const texts = ['改善された説明文'.repeat(20), '🙂'.repeat(80), `a\u001b[2J\u202e\n${'b'.repeat(200)}`]
  const deep = texts.map((text, at) => candidate(at + 1, at, 'rejected', { changes: [text] }))
  const deeper = Array.from({ length: 12 }, (_, at) => candidate(at + 4, at + 3, 'x'.repeat(200)))
  const lines = treeLines(plain, { candidates: [...deep, ...deeper], left_out: 0 }, { width, rows: 24 })
  expect(lines).toHaveLength(16)
  expect(Math.max(...lines.map(columnsOf))).toBeLessThanOrEqual(width)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not reach a terminal
  expect(lines.join('')).not.toMatch(/[\u0000-\u001f\u202e]/)
})

test('a row with parents in a circle, unknown ones or none at all is shown all the same', () => {
  const odd = [candidate(1, 2), candidate(2, 1), candidate(3, 3), candidate(4, 99), candidate(4, 4)]
  expect(treeLines(plain, { candidates: odd, left_out: 0 }, { width: 80, rows: 8 })).toHaveLength(6)
  expect(treeLines(plain, { candidates: [], left_out: 0 }, { width: 80, rows: 8 })).toEqual([])
})

test('a line of a log says all in words, too', () => {
  const lines = some.candidates.map(one => candidateLine(one, some.best))
  expect(lines.join('\n')).toMatchInlineSnapshot(`
    "+  1  0.60  accepted   queue: added 'One of: billing, access, 1.'
    -  2  0.60  rejected   a and 3 more
    *  3  0.71  best       queue: added 'One of: billing, access, 3.'
    ·  4     –  call failed  No reply.
    -  5  0.60  rejected   queue: description 'A queue'"
  `)
})

test.each([
  [24, 11],
  [9, 7],
  [5, 3],
])('a terminal of %i rows is shown a view of %i', (rows, shown) => {
  const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  const terminal = { ...createTerminal(false), ...plain, columns: 80, rows, interactive: true }
  const view = createProgressView(terminal, () => 0)
  const candidates = Array.from({ length: 16 }, (_, at) => candidate(at + 1, 0))
  const tree = { candidates, left_out: 0 }
  const progress = { phase: 'propose', percent: 30, calls: 10, message: 'Proposal 16', tree }
  view.onEvent({ kind: 'progress', skillPath: 'a/signature.yaml', progress })
  expect(String(written.mock.lastCall?.[0]).trimEnd().split('\n')).toHaveLength(shown)
})
