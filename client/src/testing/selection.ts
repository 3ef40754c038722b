/** What a run of tests is to evaluate: whole suites, or some examples of them. */

/** An item of the tree: a suite has no parent, an example has its suite. */
export interface TestNode<Self> {
  readonly id: string
  readonly parent?: Self | undefined
  readonly children: Iterable<readonly [string, Self]>
}

export interface ChosenSuite<Item> {
  readonly suite: Item
  /** Every example, those that are not listed included. */
  readonly isWhole: boolean
  /** Those that are listed. */
  readonly examples: readonly Item[]
}

/** In the order of `suites`; nothing included means everything. A suite all of whose examples are left out is, too. */
export function chooseSuites<Item extends TestNode<Item>>(
  suites: Iterable<Item>,
  include: readonly Item[] | undefined,
  exclude: readonly Item[] = [],
): readonly ChosenSuite<Item>[] {
  const excluded = new Set(exclude.map(pathOf))
  const included = include && new Set(include.map(pathOf))
  return [...suites].flatMap((suite): ChosenSuite<Item>[] => {
    if (excluded.has(pathOf(suite))) return []
    const all = [...suite.children].map(([, example]) => example)
    const isIncluded = included === undefined || included.has(pathOf(suite))
    const examples = all.filter(
      example => !excluded.has(pathOf(example)) && (isIncluded || included.has(pathOf(example))),
    )
    const isWhole = isIncluded && examples.length === all.length
    return isWhole || examples.length > 0 ? [{ suite, isWhole, examples }] : []
  })
}

/** Suites whose examples must be listed before it is known what to evaluate. */
export function suitesOf<Item extends TestNode<Item>>(include: readonly Item[]): readonly Item[] {
  return [...new Set(include.map(item => item.parent ?? item))]
}

function pathOf<Item extends TestNode<Item>>({ id, parent }: Item): string {
  return JSON.stringify(parent === undefined ? [id] : [parent.id, id])
}
