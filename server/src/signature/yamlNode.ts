/** YAML as a plain tree with spans: what the rest of the code reads instead of the parser's own nodes. */
import type { Span } from '../base/text.ts'

export type YamlNode = YamlScalar | YamlMap | YamlSeq | YamlAlias

export interface YamlScalar {
  readonly kind: 'scalar'
  readonly span: Span
  readonly value: string | number | boolean | null
  /** The text before it was read as a number, null or the like; without quotes and escapes. */
  readonly source: string
  readonly style: 'plain' | 'single' | 'double' | 'literal' | 'folded'
  readonly anchor?: string
}

export interface YamlMap {
  readonly kind: 'map'
  readonly span: Span
  readonly flow: boolean
  readonly pairs: readonly YamlPair[]
  readonly anchor?: string
}

export interface YamlSeq {
  readonly kind: 'seq'
  readonly span: Span
  readonly flow: boolean
  readonly items: readonly YamlNode[]
  readonly anchor?: string
}

export interface YamlAlias {
  readonly kind: 'alias'
  readonly span: Span
  readonly name: string
}

export interface YamlPair {
  readonly key: string
  readonly keySpan: Span
  /** A missing value is an empty plain scalar. */
  readonly value: YamlNode
}

/** Something wrong with the YAML itself. */
export interface YamlIssue {
  readonly code: YamlIssueCode
  readonly message: string
  readonly span: Span
  /** Text to put in place of the span. */
  readonly suggestion?: string
  /** Where the first of two is. */
  readonly related?: Span
}

export type YamlIssueCode =
  | 'yaml-syntax'
  | 'yaml-brackets'
  | 'yaml-tag'
  | 'yaml-alias'
  | 'yaml-limit'
  | 'multiple-documents'
  | 'duplicate-key'
  | 'forbidden-key'

/** Whether nothing was written where the node is. */
export function isEmptyNode(node: YamlNode): boolean {
  return node.kind === 'scalar' && node.span.start === node.span.end
}

/** The tree moved by `delta` characters. */
export function shiftNode<T extends YamlNode>(node: T, delta: number): T
export function shiftNode(node: YamlNode, delta: number): YamlNode {
  const span = shiftSpan(node.span, delta)
  switch (node.kind) {
    case 'map':
      return { ...node, span, pairs: node.pairs.map(pair => shiftPair(pair, delta)) }
    case 'seq':
      return { ...node, span, items: node.items.map(item => shiftNode(item, delta)) }
    default:
      return { ...node, span }
  }
}

function shiftPair(pair: YamlPair, delta: number): YamlPair {
  return { key: pair.key, keySpan: shiftSpan(pair.keySpan, delta), value: shiftNode(pair.value, delta) }
}

export function shiftSpan(span: Span, delta: number): Span {
  return { start: span.start + delta, end: span.end + delta }
}
