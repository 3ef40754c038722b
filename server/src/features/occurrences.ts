/** Where a field is named in a signature: its definition, the metrics that read it, and every text that mentions it. */
import type { Span } from '../base/text.ts'
import type { SignatureDocument } from '../signature/document.ts'
import { lineEnd } from '../signature/editText.ts'
import type { FieldPart, ObjectFieldPart } from '../signature/readFields.ts'
import { isEmptyNode, type YamlNode } from '../signature/yamlNode.ts'

export interface Occurrence {
  /** The name alone, without quotes. */
  readonly span: Span
  /** `mention` is marked as a name (in backticks or quotes, or no plain word at all); `word` could be mere language. */
  readonly role: 'definition' | 'metric' | 'example' | 'mention' | 'word'
}

/** All of a field, in order of place. */
export function occurrencesOf(document: SignatureDocument, name: string): readonly Occurrence[] {
  const { text } = document
  const definitions = document.fields.flatMap(field =>
    field.name === name ? occurrence('definition', bareSpan(text, field.nameSpan, name)) : [],
  )
  const metrics = document.metrics.flatMap(({ fieldPart }) =>
    fieldPart?.value === name ? occurrence('metric', bareSpan(text, fieldPart.span, name)) : [],
  )
  const examples = (document.examples?.items ?? []).flatMap(item =>
    item.kind === 'map'
      ? item.pairs.flatMap(({ key, keySpan }) =>
          key === name ? occurrence('example', bareSpan(text, keySpan, name)) : [],
        )
      : [],
  )
  const texts = textSpans(document).flatMap(span => wordsIn(text, span, name))
  return [...definitions, ...metrics, ...examples, ...texts].sort((a, b) => a.span.start - b.span.start)
}

/** The field that is named at an offset, and where exactly. */
export function nameAt(
  document: SignatureDocument,
  offset: number,
): { readonly field: FieldPart; readonly found: Occurrence } | undefined {
  const { text } = document
  let [start, end] = [offset, offset]
  while (start > 0 && isWordCharacter(text[start - 1])) start--
  while (end < text.length && isWordCharacter(text[end])) end++
  if (start === end || end - start > longestName) return undefined
  const name = text.slice(start, end)
  const field = document.fields.find(field => field.name === name)
  const found = field && occurrencesOf(document, name).find(({ span }) => span.start <= offset && offset <= span.end)
  return field === undefined || found === undefined ? undefined : { field, found }
}

const longestName = 200

function occurrence(role: Occurrence['role'], span: Span | undefined): readonly Occurrence[] {
  return span === undefined ? [] : [{ role, span }]
}

/** Without quotes; `undefined` where the name is written in another way, such as through an alias. */
function bareSpan(text: string, { start, end }: Span, name: string): Span | undefined {
  const quoted = text[start] === '"' || text[start] === "'" ? 1 : 0
  const span = { start: start + quoted, end: end - quoted }
  return text.slice(span.start, span.end) === name ? span : undefined
}

/** What the model reads: instructions, descriptions, constraints, and the rubrics of judges. */
export function textSpans(document: SignatureDocument): readonly Span[] {
  const { text } = document
  const spans: Span[] = []
  const add = (node: YamlNode | undefined) => {
    if (node === undefined || node.kind !== 'scalar' || isEmptyNode(node)) return
    // The header of a block scalar may hold a comment.
    const block = node.style === 'literal' || node.style === 'folded'
    spans.push(
      block ? { start: Math.min(lineEnd(text, node.span.start), node.span.end), end: node.span.end } : node.span,
    )
  }
  const addShapes = (parts: readonly ObjectFieldPart[]) => {
    for (const part of parts) {
      add(part.desc?.node)
      addShapes(part.objectFields)
    }
  }
  add(document.instructions?.node)
  for (const field of document.fields) {
    add(field.desc?.node)
    const list = field.constraintsPair?.value
    if (list?.kind === 'seq') list.items.forEach(add)
    addShapes(field.objectFields)
  }
  for (const { options } of document.metrics) add(options.find(({ key }) => key === 'rubric')?.value)
  return spans
}

/** The name as a whole word. */
function wordsIn(text: string, { start, end }: Span, name: string): readonly Occurrence[] {
  const found: Occurrence[] = []
  for (let at = text.indexOf(name, start); at !== -1 && at + name.length <= end; at = text.indexOf(name, at + 1)) {
    const [before, after] = [text[at - 1], text[at + name.length]]
    // After a backslash the first letter may belong to an escape.
    if (isWordCharacter(before) || isWordCharacter(after) || before === '\\') continue
    const marked = before !== undefined && before === after && '`"\'*'.includes(before)
    const inTag = before === '<' || before === '{'
    const role = marked || inTag || /[^\p{Ll}]/u.test(name) ? 'mention' : 'word'
    found.push({ role, span: { start: at, end: at + name.length } })
  }
  return found
}

function isWordCharacter(character: string | undefined): boolean {
  return character !== undefined && /[\p{L}\p{M}\p{N}_]/u.test(character)
}
