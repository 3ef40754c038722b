/** Document symbols: the outline of a signature, its fields and metrics inside their sections. */
import type { Span } from '../base/text.ts'
import type { SignatureDocument } from '../signature/document.ts'
import { lineEnd } from '../signature/editText.ts'
import type { FieldPart, ObjectFieldPart } from '../signature/readFields.ts'
import type { YamlPair } from '../signature/yamlNode.ts'

export interface SymbolEntry {
  readonly name: string
  /** A few words beside the name; may be empty. */
  readonly detail: string
  readonly kind: 'text' | 'section' | 'input' | 'output' | 'part' | 'metric' | 'number'
  readonly span: Span
  /** The name itself, within `span`. */
  readonly nameSpan: Span
  readonly children: readonly SymbolEntry[]
}

export function symbols(document: SignatureDocument): readonly SymbolEntry[] {
  return document.entries.map(pair => {
    const { key } = pair
    const base = { name: key, nameSpan: pair.keySpan, span: pairSpan(pair) }
    if (key === 'inputs' || key === 'outputs') {
      const fields = document.fields.filter(({ direction }) => direction === key)
      return { ...base, kind: 'section', detail: '', children: fields.map(field => fieldSymbol(document, field)) }
    }
    if (key === 'metrics') {
      const children = document.metrics.map((part): SymbolEntry => {
        const detail = [part.kindPart?.value, part.fieldPart?.value].filter(text => text !== undefined).join(' of ')
        return {
          name: shown(part.name),
          detail,
          kind: 'metric',
          span: part.span,
          nameSpan: part.nameSpan,
          children: [],
        }
      })
      return { ...base, kind: 'section', detail: '', children }
    }
    const { start, end } = pair.value.span
    const block = pair.value.kind === 'scalar' && /literal|folded/.test(pair.value.style)
    const from = block ? lineEnd(document.text, start) : start
    const value = pair.value.kind === 'scalar' ? document.text.slice(from, Math.min(end, from + 200)).trim() : ''
    return { ...base, kind: key === 'threshold' ? 'number' : 'text', detail: firstLine(value), children: [] }
  })
}

function fieldSymbol({ text }: SignatureDocument, field: FieldPart): SymbolEntry {
  return {
    name: shown(field.name),
    detail: typeOf(field),
    kind: field.direction === 'inputs' ? 'input' : 'output',
    span: field.span,
    nameSpan: field.nameSpan,
    children: field.objectFields.map(part => partSymbol(text, part)),
  }
}

function partSymbol(text: string, part: ObjectFieldPart): SymbolEntry {
  const children = part.objectFields.map(inner => partSymbol(text, inner))
  const ends = [part.nameSpan, part.typePart?.span, part.desc?.span, ...children.map(({ span }) => span)]
  const end = Math.max(...ends.map(span => span?.end ?? 0))
  const span = { start: part.nameSpan.start, end }
  return { name: shown(part.name), detail: typeOf(part), kind: 'part', span, nameSpan: part.nameSpan, children }
}

function typeOf({ typePart }: Pick<FieldPart, 'typePart'>): string {
  return firstLine(typePart?.value ?? '')
}

/** Clients refuse symbols without a name. */
function shown(name: string): string {
  return name.trim() === '' ? '(no name)' : name
}

function firstLine(text: string): string {
  const line = /^[^\r\n]*/.exec(text)?.[0] ?? ''
  return line.length > 80 || line.length < text.length ? `${line.slice(0, 79)}…` : line
}

export function pairSpan({ keySpan, value }: YamlPair): Span {
  return { start: keySpan.start, end: Math.max(keySpan.end, value.span.end) }
}
