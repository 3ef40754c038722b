/** YAML nodes as plain values. */
import { atOnce, forEachInSteps, type Steps } from '../base/steps.ts'
import { isEmptyNode, type YamlAlias, type YamlNode } from './yamlNode.ts'

/** Bounds what aliases can blow up: nodes that stand for aliases, of all values together. */
const maxAliased = 10_000

export function toValue(node: YamlNode, resolve: (alias: YamlAlias) => YamlNode | undefined): unknown {
  return atOnce(toValuesInSteps([node], resolve))[0]
}

/** Objects have no prototype, so that only the file's own keys are found in them. */
export function* toValuesInSteps(
  nodes: readonly YamlNode[],
  resolve: (alias: YamlAlias) => YamlNode | undefined,
): Steps<readonly unknown[]> {
  let budget = maxAliased
  let depth = 0
  const convert = (node: YamlNode): unknown => {
    if (depth > 0 && --budget < 0) return null
    switch (node.kind) {
      case 'scalar':
        return isEmptyNode(node) ? null : node.value
      case 'seq':
        return node.items.map(convert)
      case 'map': {
        const record = Object.create(null) as Record<string, unknown>
        for (const pair of node.pairs) record[pair.key] ??= convert(pair.value)
        return record
      }
      case 'alias': {
        const target = resolve(node)
        if (target === undefined) return null
        depth++
        const value = convert(target)
        depth--
        return value
      }
    }
  }
  const values: unknown[] = []
  yield* forEachInSteps(nodes, node => values.push(convert(node)))
  return values
}
