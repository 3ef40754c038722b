/** First texts for what a signature lacks: entries at the top, metrics that suit an output, values of examples. */
import type { SignatureDocument } from '../../signature/document.ts'
import type { FieldPart } from '../../signature/readFields.ts'
import { fieldSchema, signatureSchema } from '../../signature/schema.ts'
import type { MetricKind } from '../../signature/signature.ts'
import type { FieldType } from '../../signature/types.ts'
import type { NewEntry } from './entries.ts'

export const topOrder: readonly string[] = Object.keys(signatureSchema.shape)
export const requiredKeys = topOrder.filter(
  key => !signatureSchema.shape[key as keyof typeof signatureSchema.shape].isOptional(),
)
export const fieldOrder: readonly string[] = Object.keys(fieldSchema.shape)
export const metricOrder: readonly string[] = ['kind', 'field', 'weight']

/** What stands where only a person knows what to write. */
export const toBeWritten = 'TODO'

/** An entry that a signature must have. */
export function topStub(document: SignatureDocument, key: string): NewEntry {
  switch (key) {
    case 'name':
      return lineStub(key, 'AnswerQuestion')
    case 'instructions':
      return { key, flow: `${key}: ${toBeWritten}`, lines: [`${key}: |`, `  ${toBeWritten}`] }
    default: {
      const taken = new Set(document.fields.map(({ name }) => name))
      const names = key === 'inputs' ? ['question', 'input', 'text'] : ['answer', 'output', 'result']
      const name = names.find(candidate => !taken.has(candidate)) ?? `${key}_1`
      return {
        key,
        flow: `${key}: { ${name}: { type: str, desc: ${toBeWritten} } }`,
        lines: [`${key}:`, `  ${name}:`, '    type: str', `    desc: ${toBeWritten}`],
      }
    }
  }
}

/** An entry with a value that needs one line. */
export function lineStub(key: string, value: string): NewEntry {
  return { key, flow: `${key}: ${value}`, lines: [`${key}: ${value}`] }
}

/** A metric for each of the first outputs, as inside `{ }`. */
export function metricStubs({
  fields,
}: SignatureDocument): ReadonlyArray<{ readonly name: string; readonly value: string }> {
  return fields
    .filter(({ direction, type }) => direction === 'outputs' && type !== undefined)
    .slice(0, mostMetrics)
    .map(({ name, type }) => ({ name: `${name}_match`, value: `{ kind: ${kindFor(type)}, field: ${name} }` }))
}

const mostMetrics = 3

/** The strictest kind that can measure the type. */
export function kindFor(type: FieldType | undefined): MetricKind {
  switch (type?.kind) {
    case 'float':
      return 'numeric'
    case 'list':
      return 'set_f1'
    case 'dict':
    case 'object':
      return 'json_match'
    case 'optional':
      return kindFor(type.item)
    default:
      return 'exact_match'
  }
}

/** An example with a value of the right type for each field. */
export function exampleStub({ fields }: SignatureDocument): Readonly<Record<string, unknown>> {
  return Object.fromEntries(fields.map(field => [field.name, sampleOf(field)]))
}

function sampleOf({ name, type }: FieldPart): unknown {
  return type === undefined ? name : sampleValue(type, name)
}

function sampleValue(type: FieldType, name: string): unknown {
  switch (type.kind) {
    case 'int':
    case 'float':
      return 0
    case 'bool':
      return true
    case 'date':
      return '2026-01-31'
    case 'list':
      return [sampleValue(type.item, name)]
    case 'dict':
      return { key: sampleValue(type.value, name) }
    case 'literal':
      return type.values[0]
    case 'optional':
      return sampleValue(type.item, name)
    case 'object':
      return Object.fromEntries(type.fields.map(field => [field.name, sampleValue(field.type, field.name)]))
    default:
      return `an example of ${name}`
  }
}
