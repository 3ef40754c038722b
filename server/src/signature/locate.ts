/** What stands at an offset of a signature file: the field, the metric, and the path of keys. */
import type { Span } from '../base/text.ts'
import type { SignatureDocument } from './document.ts'
import type { FieldPart } from './readFields.ts'
import type { MetricPart } from './readMetrics.ts'
import { isEmptyNode, type YamlNode, type YamlPair } from './yamlNode.ts'

export interface Place {
  /** Keys and list indexes from the top, such as `['outputs', 'answer', 'constraints', 0]`. */
  readonly path: readonly (string | number)[]
  readonly at: 'key' | 'value'
  /** The key or value itself. */
  readonly span: Span
  readonly node: YamlNode | undefined
}

/** The input or output around an offset, from its name to the end of its value. */
export function fieldAt(document: SignatureDocument, offset: number): FieldPart | undefined {
  return document.fields.find(part => contains(part.span, offset))
}

export function metricAt(document: SignatureDocument, offset: number): MetricPart | undefined {
  return document.metrics.find(part => contains(part.span, offset))
}

/** The innermost key or value around an offset. */
export function placeAt(document: SignatureDocument, offset: number): Place | undefined {
  return pairsPlace(document.entries, offset, [])
}

/** `outputs.answer.constraints[0]`, the form in which provenance names a place. */
export function formatPath(path: readonly (string | number)[]): string {
  return path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`),
    '',
  )
}

/** The node at a path of keys and indexes. */
export function nodeAt(document: SignatureDocument, path: readonly (string | number)[]): YamlNode | undefined {
  const [first, ...rest] = path
  let node = document.entries.find(pair => pair.key === first)?.value
  for (const step of rest) {
    if (node?.kind === 'map') node = node.pairs.find(pair => pair.key === step)?.value
    else node = node?.kind === 'seq' && typeof step === 'number' ? node.items[step] : undefined
  }
  return node
}

type Path = readonly (string | number)[]

function pairsPlace(pairs: readonly YamlPair[], offset: number, path: Path): Place | undefined {
  for (const { key, keySpan, value } of pairs) {
    if (contains(keySpan, offset)) return { path: [...path, key], at: 'key', span: keySpan, node: value }
    if (offset <= keySpan.end || offset > Math.max(value.span.end, keySpan.end)) continue
    return nodePlace(value, offset, [...path, key])
  }
  return undefined
}

function nodePlace(node: YamlNode, offset: number, path: Path): Place | undefined {
  const here: Place = { path, at: 'value', span: node.span, node }
  if (node.kind === 'map') return pairsPlace(node.pairs, offset, path) ?? here
  if (node.kind === 'seq') {
    const index = node.items.findIndex(item => contains(item.span, offset) && !isEmptyNode(item))
    const item = node.items[index]
    return item === undefined ? here : nodePlace(item, offset, [...path, index])
  }
  return here
}

function contains(span: Span, offset: number): boolean {
  return span.start <= offset && offset <= span.end
}
