/** Splits examples for tuning into train, dev and holdout, by hash and never by score. */
import { hashUnit } from '../base/hash.ts'
import { canonicalJson } from '../base/json.ts'
import type { Field, Signature, Values } from '../signature/signature.ts'
import type { Example, SplitName } from './example.ts'

export interface SplitOptions {
  readonly seed: number
  /** Says what the model is asked, and which output is the gold class. */
  readonly signature: Pick<Signature, 'inputs' | 'outputs' | 'metrics'>
}

export type ExampleSplit = Readonly<Record<SplitName, readonly Example[]>>

/** With fewer different examples there is no holdout. */
export const leastForHoldout = 25
const manyExamples = 200
/** A search half with fewer than this in train or dev is not divided. */
const fewest = 3
const mostClasses = 20

/** The part of so many different examples that is held out. */
export function holdoutShare(count: number): number {
  return count < leastForHoldout ? 0 : count > manyExamples ? 0.4 : 0.5
}

/** Equal for examples that ask the model the same. */
export function inputKey({ values }: Pick<Example, 'values'>, inputs: readonly Pick<Field, 'name'>[]): string {
  return canonicalJson(inputs.map(({ name }) => values[name]))
}

/**
 * From 25 examples up, half is holdout (40 % above 200) and the rest is divided into train and dev; each class of
 * gold value is spread evenly over the three, and `_split` is honoured. Examples with the same inputs count as one
 * and stay together, in the holdout when one of them is fixed to it: what was searched is no test. Below 25 the
 * holdout is empty, `_split` does not count, and every example is in train and in dev: the result is then tested on
 * all of them anyway. When `_split` leaves fewer than 3 for train or dev, both are the whole search part. Depends on
 * the examples' contents and the seed alone, not on their order; each list is in an order of its own that does not
 * either.
 */
export function splitExamples(examples: readonly Example[], { seed, signature }: SplitOptions): ExampleSplit {
  const drawn = examples
    .map(example => ({ example, draw: hashUnit(`${seed}\n${canonicalJson(example.values)}`) }))
    .sort((a, b) => a.draw - b.draw || compare(a.example.id, b.example.id))
    .map(({ example }) => example)
  const groups = [...Map.groupBy(drawn, example => inputKey(example, signature.inputs)).values()].map(groupOf)
  if (groups.length < leastForHoldout) return { train: drawn, dev: drawn, holdout: [] }
  const byClass = groupByClass(groups, signature)
  const holdout = choose(byClass, 'holdout', Math.floor(holdoutShare(groups.length) * groups.length))
  const search = byClass.filter(group => !holdout.has(group))
  const train = choose(search, 'train', Math.ceil(search.length / 2))
  const pick = (wanted: (group: Group) => boolean) => groups.filter(wanted).flatMap(({ members }) => members)
  const inSearch = pick(group => !holdout.has(group))
  const undivided = Math.min(train.size, search.length - train.size) < fewest
  return {
    train: undivided ? inSearch : pick(group => train.has(group)),
    dev: undivided ? inSearch : pick(group => !holdout.has(group) && !train.has(group)),
    holdout: pick(group => holdout.has(group)),
  }
}

/** Examples with the same inputs. */
interface Group {
  readonly members: readonly Example[]
  readonly values: Values
  readonly split: SplitName | undefined
}

function groupOf(members: readonly Example[]): Group {
  const split = (['holdout', 'train', 'dev'] as const).find(name => members.some(member => member.split === name))
  return { members, values: members[0]?.values ?? {}, split }
}

/** Those fixed to `name`, and as many of the free ones as fill up to `count`, evenly along the list. */
function choose(groups: readonly Group[], name: SplitName, count: number): ReadonlySet<Group> {
  const chosen = new Set(groups.filter(({ split }) => split === name))
  const free = groups.filter(({ split }) => split === undefined)
  const share = free.length === 0 ? 0 : Math.min(1, Math.max(0, (count - chosen.size) / free.length))
  for (const [index, group] of free.entries()) {
    if (Math.floor((index + 1) * share + 1e-9) > Math.floor(index * share + 1e-9)) chosen.add(group)
  }
  return chosen
}

/** Groups of one gold class side by side; the order within a class stays. */
function groupByClass(groups: readonly Group[], signature: SplitOptions['signature']): readonly Group[] {
  for (const field of signature.outputs.filter(field => isClassLike(field, signature))) {
    const classes = Map.groupBy(groups, ({ values }) => canonicalJson(values[field.name]))
    if (classes.size < 2 || classes.size > Math.min(mostClasses, groups.length / 4)) continue
    return [...classes].sort(([a], [b]) => compare(a, b)).flatMap(([, members]) => members)
  }
  return groups
}

function isClassLike(field: Field, { metrics }: SplitOptions['signature']): boolean {
  const { kind } = field.type.kind === 'optional' ? field.type.item : field.type
  const matched = metrics.some(metric => metric.kind === 'exact_match' && metric.field === field.name)
  return kind === 'literal' || kind === 'bool' || matched
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
