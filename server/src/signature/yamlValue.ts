/** YAML nodes as plain values. */
import { isEmptyNode, type YamlAlias, type YamlNode } from './yamlNode.ts'

/** Bounds what aliases can blow up: nodes of the value. */
const maxNodes = 1_000_000

/** Objects have no prototype, so that only the file's own keys are found in them. */
export function toValue(node: YamlNode, resolve: (alias: YamlAlias) => YamlNode | undefined): unknown {
  let budget = maxNodes
  const convert = (node: YamlNode): unknown => {
    if (--budget < 0) return null
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
        return target === undefined ? null : convert(target)
      }
    }
  }
  return convert(node)
}
