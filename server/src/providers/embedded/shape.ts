/** What an output must look like: read from the reply's JSON Schema, else from the type in the prompt. */
import { isRecord } from '../../base/json.ts'

export type Scalar = string | number | boolean | null

export type Shape =
  | { readonly kind: 'text' | 'date' | 'integer' | 'number' | 'boolean' | 'null' }
  | { readonly kind: 'label'; readonly values: readonly Scalar[] }
  | { readonly kind: 'list'; readonly item: Shape }
  | { readonly kind: 'optional'; readonly item: Shape }
  | { readonly kind: 'object'; readonly fields: readonly (readonly [name: string, shape: Shape, desc: string])[] }

const text: Shape = { kind: 'text' }
const maxDepth = 8

/** The schema decides; the type's words only tell a date from other text. */
export function shapeOf(schema: unknown, typeText: string): Shape {
  const typed = shapeOfType(typeText, 0)
  const shape = shapeOfSchema(schema, 0)
  return shape === undefined ? typed : refine(shape, typed)
}

function refine(shape: Shape, typed: Shape): Shape {
  if (shape.kind === 'text' && typed.kind === 'date') return typed
  if (shape.kind === 'optional' && typed.kind === 'optional')
    return { kind: 'optional', item: refine(shape.item, typed.item) }
  if (shape.kind === 'list' && typed.kind === 'list') return { kind: 'list', item: refine(shape.item, typed.item) }
  return shape
}

function shapeOfSchema(schema: unknown, depth: number): Shape | undefined {
  if (!isRecord(schema) || depth > maxDepth) return undefined
  const { type } = schema
  if (Array.isArray(schema.enum)) return labels(schema.enum)
  if (schema.const !== undefined) return labels([schema.const])
  const options = [schema.anyOf, schema.oneOf].find(Array.isArray)
  if (options !== undefined) return union(options.map(option => shapeOfSchema(option, depth + 1)))
  if (Array.isArray(type)) return union(type.map(one => shapeOfSchema({ ...schema, type: one }, depth + 1)))
  if (type === 'string') return schema.format === 'date' ? { kind: 'date' } : text
  if (type === 'integer' || type === 'number' || type === 'boolean' || type === 'null') return { kind: type }
  if (type === 'array') return { kind: 'list', item: shapeOfSchema(schema.items, depth + 1) ?? text }
  if (type === 'object') {
    const properties = isRecord(schema.properties) ? Object.entries(schema.properties) : []
    return {
      kind: 'object',
      fields: properties.slice(0, 100).map(([name, member]) => {
        const desc = isRecord(member) && typeof member.description === 'string' ? member.description : ''
        return [name, shapeOfSchema(member, depth + 1) ?? text, desc] as const
      }),
    }
  }
  return undefined
}

function labels(values: readonly unknown[]): Shape {
  const scalars = values.filter(isScalar)
  const present = scalars.filter(value => value !== null)
  const label: Shape = { kind: 'label', values: present }
  return present.length < scalars.length ? { kind: 'optional', item: label } : label
}

function isScalar(value: unknown): value is Scalar {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value)
}

function union(options: readonly (Shape | undefined)[]): Shape {
  const known = options.filter(option => option !== undefined)
  const item = known.find(option => option.kind !== 'null') ?? text
  return known.some(option => option.kind === 'null') && item.kind !== 'optional' ? { kind: 'optional', item } : item
}

const named: Readonly<Record<string, Shape>> = {
  str: text,
  int: { kind: 'integer' },
  float: { kind: 'number' },
  bool: { kind: 'boolean' },
  date: { kind: 'date' },
}

function shapeOfType(typeText: string, depth: number): Shape {
  const type = typeText.trim()
  if (depth > maxDepth) return text
  const plain = Object.hasOwn(named, type) ? named[type] : undefined
  if (plain !== undefined) return plain
  if (type.endsWith('| None')) return { kind: 'optional', item: shapeOfType(type.slice(0, -6), depth + 1) }
  const bracket = type.indexOf('[')
  if (bracket < 0 || !type.endsWith(']')) return text
  const inner = type.slice(bracket + 1, -1)
  switch (type.slice(0, bracket).trim().toLowerCase()) {
    case 'optional':
      return { kind: 'optional', item: shapeOfType(inner, depth + 1) }
    case 'list':
      return { kind: 'list', item: shapeOfType(inner, depth + 1) }
    case 'literal':
      return { kind: 'label', values: literalValues(inner) }
    case 'dict':
      return { kind: 'object', fields: [] }
    default:
      return text
  }
}

function literalValues(inner: string): Scalar[] {
  return [...inner.matchAll(/"([^"]*)"|'([^']*)'|([^\s,"']+)/g)].map(match => {
    const bare = match[3]
    if (bare === undefined) return match[1] ?? match[2] ?? ''
    if (bare === 'True' || bare === 'true') return true
    if (bare === 'False' || bare === 'false') return false
    const number = Number(bare)
    return Number.isNaN(number) ? bare : number
  })
}

/** An empty value of the shape, for when nothing can be found. */
export function emptyValue(shape: Shape): unknown {
  switch (shape.kind) {
    case 'text':
      return ''
    case 'date':
      return '1970-01-01'
    case 'integer':
    case 'number':
      return 0
    case 'boolean':
      return false
    case 'label':
      return shape.values[0] ?? ''
    case 'list':
      return []
    case 'optional':
    case 'null':
      return null
    case 'object':
      return Object.fromEntries(shape.fields.map(([name, member]) => [name, emptyValue(member)]))
  }
}

/** The values of a Literal or a bool as text, also inside Optional and list; else none. */
export function labelsOf(shape: Shape): string[] {
  if (shape.kind === 'label') return shape.values.map(String)
  if (shape.kind === 'boolean') return ['true', 'false']
  return shape.kind === 'optional' || shape.kind === 'list' ? labelsOf(shape.item) : []
}
