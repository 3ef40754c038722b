/** Splits examples for tuning into train, dev and holdout, by hash and never by score. */
import { hashUnit } from '../base/hash.ts'
import { canonicalJson } from '../base/json.ts'
import type { Field, Signature } from '../signature/signature.ts'
import type { Example, SplitName } from './example.ts'

export interface SplitOptions {
  readonly seed: number
  /** Says which output is the gold class. */
  readonly signature: Pick<Signature, 'outputs' | 'metrics'>
}

export type ExampleSplit = Readonly<Record<SplitName, readonly Example[]>>

/** With fewer examples there is no holdout. */
export const leastForHoldout = 25
const manyExamples = 200
/** A search half with fewer than this in train or dev is not divided. */
const fewest = 3
const mostClasses = 20

/**
 * From 25 examples up, half is holdout (40 % above 200) and the rest is divided into train and dev; each class of
 * gold value is spread evenly over the three, and `_split` is honoured. Below 25 the holdout is empty, `_split`
 * does not count, and every example is in train and in dev: the result is then tested on all of them anyway. When
 * `_split` leaves fewer than 3 for train or dev, both are the whole search part. Depends on the examples' contents
 * and the seed alone, not on their order; each list is in an order of its own that does not either.
 */
export function splitExamples(examples: readonly Example[], { seed, signature }: SplitOptions): ExampleSplit {
  const drawn = examples
    .map(example => ({ example, draw: hashUnit(`${seed}\n${canonicalJson(example.values)}`) }))
    .sort((a, b) => a.draw - b.draw || compare(a.example.id, b.example.id))
    .map(({ example }) => example)
  if (drawn.length < leastForHoldout) return { train: drawn, dev: drawn, holdout: [] }
  const byClass = groupByClass(drawn, signature)
  const share = drawn.length > manyExamples ? 0.4 : 0.5
  const holdout = choose(byClass, example => example.split, 'holdout', Math.floor(share * drawn.length))
  const search = byClass.filter(example => !holdout.has(example))
  const train = choose(search, example => example.split, 'train', Math.ceil(search.length / 2))
  const pick = (wanted: (example: Example) => boolean) => drawn.filter(wanted)
  const inSearch = pick(example => !holdout.has(example))
  const undivided = Math.min(train.size, search.length - train.size) < fewest
  return {
    train: undivided ? inSearch : pick(example => train.has(example)),
    dev: undivided ? inSearch : pick(example => !holdout.has(example) && !train.has(example)),
    holdout: pick(example => holdout.has(example)),
  }
}

/** Those fixed to `name`, and as many of the free ones as fill up to `count`, evenly along the list. */
function choose(
  examples: readonly Example[],
  fixedTo: (example: Example) => SplitName | undefined,
  name: SplitName,
  count: number,
): ReadonlySet<Example> {
  const chosen = new Set(examples.filter(example => fixedTo(example) === name))
  const free = examples.filter(example => fixedTo(example) === undefined)
  const share = free.length === 0 ? 0 : Math.min(1, Math.max(0, (count - chosen.size) / free.length))
  for (const [index, example] of free.entries()) {
    if (Math.floor((index + 1) * share + 1e-9) > Math.floor(index * share + 1e-9)) chosen.add(example)
  }
  return chosen
}

/** Examples of one gold class side by side; the order within a class stays. */
function groupByClass(examples: readonly Example[], signature: SplitOptions['signature']): readonly Example[] {
  for (const field of signature.outputs.filter(field => isClassLike(field, signature))) {
    const classes = Map.groupBy(examples, example => canonicalJson(example.values[field.name]))
    if (classes.size < 2 || classes.size > Math.min(mostClasses, examples.length / 4)) continue
    return [...classes].sort(([a], [b]) => compare(a, b)).flatMap(([, members]) => members)
  }
  return examples
}

function isClassLike(field: Field, { metrics }: SplitOptions['signature']): boolean {
  const { kind } = field.type.kind === 'optional' ? field.type.item : field.type
  const matched = metrics.some(metric => metric.kind === 'exact_match' && metric.field === field.name)
  return kind === 'literal' || kind === 'bool' || matched
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
