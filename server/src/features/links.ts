/** Document links: the files that a signature names, its examples and the scripts of its metrics. */
import type { Span } from '../base/text.ts'
import type { SignatureDocument } from '../signature/document.ts'
import { isEmptyNode, type YamlNode } from '../signature/yamlNode.ts'

export interface FileLink {
  /** The path as written, without quotes. */
  readonly span: Span
  /** Relative to the signature file. */
  readonly path: string
  readonly what: 'examples' | 'script'
}

export function links({ examples, metrics, entries }: SignatureDocument): readonly FileLink[] {
  const found: FileLink[] = []
  const node = entries.find(({ key }) => key === 'examples')?.value
  if (examples?.source?.kind === 'file') add(found, node, 'examples')
  for (const { kind, options } of metrics) {
    if (kind === 'script') add(found, options.find(({ key }) => key === 'path')?.value, 'script')
  }
  return found
}

function add(found: FileLink[], node: YamlNode | undefined, what: FileLink['what']): void {
  if (node?.kind !== 'scalar' || isEmptyNode(node) || typeof node.value !== 'string') return
  const quotes = node.style === 'single' || node.style === 'double' ? 1 : 0
  const span = { start: node.span.start + quotes, end: node.span.end - quotes }
  found.push({ span, path: node.value, what })
}
