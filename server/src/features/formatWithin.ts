/** Formatting inside lines: one blank behind colons, dashes and commas, and the blanks inside braces. */
import type { Span, TextEdit } from '../base/text.ts'
import { isEmptyNode, type YamlMap, type YamlNode, type YamlPair, type YamlSeq } from '../signature/yamlNode.ts'

/** Gaps that hold a comment, an anchor or a line break stay as they are. */
export function formatWithin(text: string, pairs: readonly YamlPair[]): readonly TextEdit[] {
  const edits: TextEdit[] = []
  const gap = (span: Span, pattern: RegExp, wanted: string) => {
    const now = text.slice(span.start, span.end)
    if (now !== wanted && pattern.test(now)) edits.push({ span, text: wanted })
  }

  function visitPair({ keySpan, value }: YamlPair): void {
    if (isEmptyNode(value)) {
      const colon = text.indexOf(':', keySpan.end)
      if (colon !== -1) gap({ start: keySpan.end, end: colon + 1 }, /^[ \t]+:$/, ':')
    } else gap({ start: keySpan.end, end: value.span.start }, /^[ \t]*:[ \t]*$/, ': ')
    visit(value)
  }

  function visitFlow(node: YamlMap | YamlSeq, members: readonly Span[]): void {
    const inside = node.kind === 'map' ? ' ' : ''
    const [first, last] = [members[0], members.at(-1)]
    if (first === undefined || last === undefined) {
      gap(node.span, /^[[{][ \t]+[\]}]$/, node.kind === 'map' ? '{}' : '[]')
      return
    }
    const { start, end } = node.span
    gap({ start: start + 1, end: first.start }, /^[ \t]*$/, inside)
    members.slice(1).forEach((member, index) => {
      gap({ start: members[index]?.end ?? member.start, end: member.start }, /^[ \t]*,[ \t]*$/, ', ')
    })
    gap({ start: last.end, end: end - 1 }, /^[ \t]*$/, inside)
  }

  function visit(node: YamlNode): void {
    if (node.kind === 'map') {
      node.pairs.forEach(visitPair)
      if (node.flow && node.pairs.every(({ value }) => !isEmptyNode(value))) {
        visitFlow(
          node,
          node.pairs.map(({ keySpan, value }) => ({ start: keySpan.start, end: value.span.end })),
        )
      }
    } else if (node.kind === 'seq') {
      node.items.forEach(visit)
      if (node.flow) {
        if (node.items.every(item => !isEmptyNode(item)))
          visitFlow(
            node,
            node.items.map(({ span }) => span),
          )
        return
      }
      for (const item of node.items) {
        if (isEmptyNode(item)) continue
        const { span } = item
        const before = /-[ \t]+$/.exec(text.slice(Math.max(0, span.start - 100), span.start))?.[0]
        if (before !== undefined) gap({ start: span.start - before.length, end: span.start }, /^/, '- ')
      }
    }
  }

  for (const pair of pairs) visitPair(pair)
  return edits
}
