/** Hover: what a key, a type, a field, a metric or a constraint means, and how well it last scored. */
import type { Span } from '../base/text.ts'
import type { SignatureDocument } from '../signature/document.ts'
import { type Place, placeAt } from '../signature/locate.ts'
import type { FieldPart, ObjectFieldPart } from '../signature/readFields.ts'
import { fieldSchema, objectFieldSchema, signatureSchema } from '../signature/schema.ts'
import type { SkillFacts } from './facts.ts'
import { fieldHover, tunedSentence } from './hoverField.ts'
import { historyHover, type VersionLink } from './hoverHistory.ts'
import { metricHover, metricPartHover } from './hoverMetric.ts'
import { typeHover } from './hoverType.ts'
import { code, escaped } from './markdown.ts'

export interface HoverResult {
  readonly span: Span
  readonly markdown: string
}

export interface HoverOptions {
  /** Makes links that run a command; absent where the client would not trust them. */
  readonly versionLink?: VersionLink
}

/** `undefined` means there is nothing to say here; broken YAML is no error. */
export function hover(
  facts: SkillFacts,
  document: SignatureDocument,
  offset: number,
  options: HoverOptions = {},
): HoverResult | undefined {
  const place = placeAt(document, offset)
  if (place === undefined) return undefined
  const said = sections({ facts, document, options, place }).filter(section => section !== '')
  return said.length === 0 ? undefined : { span: place.span, markdown: said.join('\n\n') }
}

interface Hovered {
  readonly facts: SkillFacts
  readonly document: SignatureDocument
  readonly options: HoverOptions
  readonly place: Place
}

type Shape = Readonly<Record<string, { readonly description?: string | undefined }>>

function sections(hovered: Hovered): readonly string[] {
  const { document, place } = hovered
  const [top, name] = place.path
  if (top === 'inputs' || top === 'outputs') {
    const field = document.fields.find(part => part.direction === top && part.name === name)
    if (field !== undefined) return fieldSections(hovered, field)
  }
  if (top === 'metrics' && name !== undefined) return metricSections(hovered, String(name))
  if (top === 'examples' && place.at === 'key' && place.path.length === 3) {
    const field = document.fields.find(part => part.name === place.path[2])
    return field === undefined ? [] : fieldHover(hovered.facts, document, field)
  }
  return place.path.length === 1 ? topSections(hovered, String(top)) : []
}

function topSections({ facts, document, options, place }: Hovered, key: string): readonly string[] {
  const meaning = place.at === 'key' || key !== 'instructions' ? [keyDoc(signatureSchema.shape, key)] : []
  switch (key) {
    case 'name':
    case 'skill_id':
    case 'threshold':
      return [...meaning, ...historyHover(facts, options.versionLink)]
    case 'instructions':
      return [...meaning, tunedSentence(facts, 'instructions', document.instructions?.value)]
    default:
      return place.at === 'key' || key === 'examples' ? meaning : []
  }
}

function fieldSections({ facts, document, place }: Hovered, field: FieldPart): readonly string[] {
  const { at, path } = place
  let rest = path.slice(2)
  let part: FieldPart | ObjectFieldPart | undefined = field
  let shape: Shape = fieldSchema.shape
  while (rest[0] === 'fields' && rest.length > 1) {
    const name: string | number | undefined = rest[1]
    part = part?.objectFields.find(inner => inner.name === name)
    shape = objectFieldSchema.shape
    rest = rest.slice(2)
  }
  const [key, index] = rest
  if (part === undefined) return []
  if (key === undefined) {
    if (at !== 'key') return []
    return part === field
      ? fieldHover(facts, document, field)
      : [`**${escaped(part.name, 60)}**`, escaped(part.desc?.value ?? '')]
  }
  if (at === 'key') return [keyDoc(shape, String(key))]
  if (key === 'type') return typeHover(part.type, part.typePart?.value)
  const isDesc = key === 'desc' && part === field
  if (!isDesc && (key !== 'constraints' || typeof index !== 'number')) return []
  const text = isDesc ? field.desc?.value : field.constraints.find(({ span }) => span.start === place.span.start)?.text
  const meaning = isDesc ? keyDoc(shape, 'desc') : 'A sentence the model must obey. Tuning may change it.'
  return [meaning, tunedSentence(facts, `${field.direction}.${field.name}.${key}`, text)]
}

function metricSections({ facts, document, place }: Hovered, name: string): readonly string[] {
  const metric = document.metrics.find(part => part.name === name)
  const key = place.path[2]
  if (metric === undefined) return []
  if (key === undefined) return place.at === 'key' ? metricHover(facts, metric) : []
  if (place.at === 'value' && key === 'field') {
    const field = document.fields.find(part => part.direction === 'outputs' && part.name === metric.fieldPart?.value)
    return field === undefined ? [] : fieldHover(facts, document, field)
  }
  return metricPartHover(metric, String(key), place.at)
}

/** What the schema says of a key. */
function keyDoc(shape: Shape, key: string): string {
  const description = Object.hasOwn(shape, key) ? shape[key]?.description : undefined
  return description === undefined ? '' : `${code(key)}: ${description}`
}
