/** Which suites and examples a run of tests evaluates. */
import { expect, test } from 'vitest'
import { chooseSuites, suitesOf, type TestNode } from '../../client/src/testing/selection.ts'

interface Node extends TestNode<Node> {
  readonly children: Map<string, Node>
}

function suite(id: string, ...examples: readonly string[]): Node {
  const children = new Map<string, Node>()
  const made: Node = { id, children }
  for (const example of examples) children.set(example, { id: example, parent: made, children: new Map() })
  return made
}

const one = suite('one', '1', '2')
const other = suite('other', '1')
const empty = suite('empty')
const all = [one, other, empty]
const example = (of: Node, id: string) => of.children.get(id) as Node

const shown = (chosen: ReturnType<typeof chooseSuites<Node>>) =>
  chosen.map(({ suite: { id }, isWhole, examples }) => `${id}${isWhole ? ' whole' : ''}: ${examples.map(e => e.id)}`)

test.each<[string, Node[] | undefined, Node[], string[]]>([
  ['everything where nothing is included', undefined, [], ['one whole: 1,2', 'other whole: 1', 'empty whole: ']],
  ['a suite', [one], [], ['one whole: 1,2']],
  ['an example, not that of the same id elsewhere', [example(one, '1')], [], ['one: 1']],
  ['a suite without some of its examples', [one], [example(one, '2')], ['one: 1']],
  ['nothing of a suite that is left out', undefined, [one, empty], ['other whole: 1']],
  ['nothing of a suite whose examples are all left out', [other], [example(other, '1')], []],
  ['examples of several suites', [example(one, '2'), other], [], ['one: 2', 'other whole: 1']],
])('%s', (_, include, exclude, expected) => {
  expect(shown(chooseSuites(all, include, exclude))).toEqual(expected)
})

test('each suite is listed once', () => {
  expect(suitesOf([example(one, '1'), example(one, '2'), other])).toEqual([one, other])
})
