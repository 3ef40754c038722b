/** Splits examples into train, dev and holdout: by hash and seed, stratified by gold class, never by score. */
import { hashUnit } from '../base/hash.ts'
import { canonicalJson } from '../base/json.ts'
import { goldFieldOf } from '../signature/gold.ts'
import type { Signature } from '../signature/signature.ts'
import type { Example, SplitName } from './example.ts'

export interface Split {
  /** Read by reflection and mining. */
  readonly train: readonly Example[]
  /** Steers the search. */
  readonly dev: readonly Example[]
  /** Read once, at the end. */
  readonly holdout: readonly Example[]
}

/** Fewer examples than this cannot spare a holdout. */
export const leastForHoldout = 25
const manyExamples = 200
/** More values than this are no classes. */
const mostClasses = 12

/**
 * Half of the examples (40 % above 200) are held out, the rest is train and dev in equal parts. `_split` is honoured:
 * where an author names a holdout, it is that one. Below 25 examples there is none, and train and dev are both all.
 * Depends on the examples' content, not on their order.
 */
export function splitExamples(
  examples: readonly Example[],
  { signature, seed }: { readonly signature: Signature; readonly seed: number },
): Split {
  const ordered = order(examples, signature, seed)
  if (examples.length < leastForHoldout) return { train: ordered, dev: ordered, holdout: [] }
  const fixed = Map.groupBy(ordered, example => example.split)
  const free = fixed.get(undefined) ?? []
  const named = (split: SplitName) => fixed.get(split) ?? []
  const share = examples.length > manyExamples ? 0.4 : 0.5
  const [holdout, search] =
    named('holdout').length > 0 ? [named('holdout'), free] : deal(free, (share * examples.length) / free.length)
  const searchSize = search.length + named('train').length + named('dev').length
  const [dev, train] = deal(search, (searchSize / 2 - named('dev').length) / search.length)
  return { train: [...named('train'), ...train], dev: [...named('dev'), ...dev], holdout }
}

/** Gives the first list `share` of the items, evenly over their order, so that every class gets its part. */
function deal(items: readonly Example[], share: number): [readonly Example[], readonly Example[]] {
  const part = Math.min(1, Math.max(0, share))
  const first: Example[] = []
  const second: Example[] = []
  // Half an item ahead: the rounding of small numbers favours neither list.
  items.forEach((item, at) => {
    const taken = Math.floor((at + 1) * part + 0.5) > Math.floor(at * part + 0.5)
    if (taken) first.push(item)
    else second.push(item)
  })
  return [first, second]
}

/** By gold class, then by hash. */
function order(examples: readonly Example[], signature: Signature, seed: number): readonly Example[] {
  const field = classField(examples, signature)
  return examples
    .map(example => ({
      example,
      gold: field === undefined ? '' : canonicalJson(example.values[field]),
      rank: hashUnit(`${seed}\n${canonicalJson(example.values)}`),
    }))
    .sort((a, b) => (a.gold < b.gold ? -1 : a.gold > b.gold ? 1 : a.rank - b.rank))
    .map(({ example }) => example)
}

/** The output whose gold values are classes: a closed set by type, else one with few values. */
function classField(examples: readonly Example[], signature: Signature): string | undefined {
  const gold = new Set(signature.metrics.map(goldFieldOf))
  const outputs = signature.outputs.filter(({ name }) => gold.has(name))
  const closed = outputs.find(({ type }) => type.kind === 'literal' || type.kind === 'bool')
  return (closed ?? outputs.find(({ name }) => hasFewValues(examples, name)))?.name
}

function hasFewValues(examples: readonly Example[], field: string): boolean {
  const values = new Set<string>()
  for (const { values: given } of examples) {
    values.add(canonicalJson(given[field]))
    if (values.size > mostClasses) return false
  }
  return values.size > 1 && values.size * 5 <= examples.length
}
