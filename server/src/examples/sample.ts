/** Draws a sample in which each gold value is about as frequent as in the whole, so that few examples miss nothing common. */
import { canonicalJson } from '../base/json.ts'
import type { Random } from '../base/random.ts'
import type { Field } from '../signature/signature.ts'
import type { Example } from './example.ts'

/** Rarer gold values of an output count as one. */
const leastShare = 1 / 20

/**
 * `size` of the examples, or all when there are no more, in their order. One after the other, each time one whose gold
 * values the sample lacks most beside their share of the whole; which of several is up to `random`.
 */
export function sampleExamples(
  examples: readonly Example[],
  size: number,
  outputs: readonly Pick<Field, 'name'>[],
  random: Random,
): readonly Example[] {
  if (size >= examples.length) return examples
  const classesOf = goldClasses(examples, outputs)
  const groups = [...Map.groupBy(random.shuffle(examples), example => classesOf(example).join('\n')).values()].map(
    members => ({ classes: classesOf(members[0] as Example), left: members.toReversed() }),
  )
  const shares = new Map<string, number>()
  for (const { classes, left } of groups) {
    for (const name of classes) shares.set(name, (shares.get(name) ?? 0) + left.length / examples.length)
  }
  const counts = new Map<string, number>()
  const chosen = new Set<Example>()
  while (chosen.size < size) {
    const lack = ({ classes }: (typeof groups)[number]) =>
      classes.reduce((sum, name) => sum + (shares.get(name) ?? 0) * (chosen.size + 1) - (counts.get(name) ?? 0), 0)
    const open = groups.filter(({ left }) => left.length > 0)
    const rated = open.map(group => ({ group, lack: lack(group) }))
    const { group } = rated.reduce((most, other) => (other.lack > most.lack + 1e-9 ? other : most))
    chosen.add(group.left.pop() as Example)
    for (const name of group.classes) counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return examples.filter(example => chosen.has(example))
}

/** Of each output its gold value, or that this is a rare one. */
function goldClasses(
  examples: readonly Example[],
  outputs: readonly Pick<Field, 'name'>[],
): (example: Example) => readonly string[] {
  const goldOf = ({ values }: Example, name: string) =>
    `${name} ${Object.hasOwn(values, name) ? canonicalJson(values[name]) : ''}`
  const frequent = new Set(
    outputs.flatMap(({ name }) =>
      [...Map.groupBy(examples, example => goldOf(example, name))].flatMap(([value, members]) =>
        members.length >= leastShare * examples.length ? [value] : [],
      ),
    ),
  )
  return example =>
    outputs.map(({ name }) => {
      const value = goldOf(example, name)
      return frequent.has(value) ? value : `${name} rare`
    })
}
