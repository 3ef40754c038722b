/** The type language of fields: Python's typing words, parsed, printed, checked and turned into JSON Schema. */
import { isRecord, type Json } from '../base/json.ts'
import { fail, ok, type Result } from '../base/result.ts'
import type { Span } from '../base/text.ts'
import type { Field } from './signature.ts'
import { readType } from './typeParser.ts'

export type FieldType =
  | { readonly kind: 'str' | 'int' | 'float' | 'bool' | 'date' }
  | { readonly kind: 'list'; readonly item: FieldType }
  | { readonly kind: 'dict'; readonly value: FieldType }
  | { readonly kind: 'literal'; readonly values: readonly (string | number | boolean)[] }
  | { readonly kind: 'optional'; readonly item: FieldType }
  | { readonly kind: 'object'; readonly fields: readonly ObjectField[] }

/** A field of a nested object. */
export interface ObjectField {
  readonly name: string
  readonly type: FieldType
  readonly desc: string
}

/** Why a type's text was refused. `span` counts from the start of that text; `suggestion` replaces what it covers. */
export interface TypeProblem {
  readonly message: string
  readonly span: Span
  readonly suggestion?: string
}

/** Parses such as `list[str] | None` in linear time. An `object` comes without fields: those are beside it in the file. */
export function parseType(text: string): Result<FieldType, TypeProblem> {
  return readType(text).type
}

/** Words that were understood although Python writes them otherwise today, such as `List` for `list`. */
export function typeHints(text: string): readonly TypeProblem[] {
  return readType(text).hints
}

/** The type as text; `parseType` of it gives the same type back (an object without its fields). */
export function formatType(type: FieldType): string {
  switch (type.kind) {
    case 'list':
      return `list[${formatType(type.item)}]`
    case 'dict':
      return `dict[str, ${formatType(type.value)}]`
    case 'literal':
      return `Literal[${type.values.map(formatLiteral).join(', ')}]`
    case 'optional':
      return `Optional[${formatType(type.item)}]`
    default:
      return type.kind
  }
}

/** The type as a model should read it: as `formatType`, with the fields of objects. */
export function describeType(type: FieldType): string {
  switch (type.kind) {
    case 'list':
      return `list[${describeType(type.item)}]`
    case 'dict':
      return `dict[str, ${describeType(type.value)}]`
    case 'optional':
      return `Optional[${describeType(type.item)}]`
    case 'object': {
      const fields = type.fields.map(
        field => `${field.name}: ${describeType(field.type)}${field.desc === '' ? '' : ` (${field.desc})`}`,
      )
      return `object with ${fields.join('; ')}`
    }
    default:
      return formatType(type)
  }
}

/** The type with `fields` in place of the object it holds, if it holds one. */
export function withObjectFields(type: FieldType, fields: readonly ObjectField[]): FieldType {
  switch (type.kind) {
    case 'list':
    case 'optional':
      return { kind: type.kind, item: withObjectFields(type.item, fields) }
    case 'dict':
      return { kind: 'dict', value: withObjectFields(type.value, fields) }
    case 'object':
      return { kind: 'object', fields }
    default:
      return type
  }
}

/** The object a type is or holds. */
export function objectWithin(type: FieldType): (FieldType & { readonly kind: 'object' }) | undefined {
  switch (type.kind) {
    case 'list':
    case 'optional':
      return objectWithin(type.item)
    case 'dict':
      return objectWithin(type.value)
    case 'object':
      return type
    default:
      return undefined
  }
}

function formatLiteral(value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}

export type JsonSchema = { readonly [key: string]: Json }

/** JSON Schema in the strict subset of structured outputs: nothing additional, all required, optional as nullable. */
export function jsonSchemaOf(type: FieldType): JsonSchema {
  switch (type.kind) {
    case 'str':
      return { type: 'string' }
    case 'int':
      return { type: 'integer' }
    case 'float':
      return { type: 'number' }
    case 'bool':
      return { type: 'boolean' }
    case 'date':
      return { type: 'string', format: 'date' }
    case 'list':
      return { type: 'array', items: jsonSchemaOf(type.item) }
    case 'dict':
      return { type: 'object', additionalProperties: jsonSchemaOf(type.value) }
    case 'literal':
      return literalSchema(type.values)
    case 'optional':
      return { anyOf: [jsonSchemaOf(type.item), { type: 'null' }] }
    case 'object':
      return objectSchemaOf(type.fields)
  }
}

/** The schema of an object with these fields, such as the reply that holds all outputs. */
export function objectSchemaOf(fields: readonly Pick<Field, 'name' | 'type' | 'desc'>[]): JsonSchema {
  return {
    type: 'object',
    properties: Object.fromEntries(
      fields.map(field => [
        field.name,
        field.desc.trim() === ''
          ? jsonSchemaOf(field.type)
          : { ...jsonSchemaOf(field.type), description: field.desc.trim() },
      ]),
    ),
    required: fields.map(field => field.name),
    additionalProperties: false,
  }
}

function literalSchema(values: readonly (string | number | boolean)[]): JsonSchema {
  const types = [...new Set(values.map(value => (Number.isInteger(value) ? 'integer' : typeof value)))]
  return { type: types.length === 1 ? (types[0] ?? 'string') : types, enum: values }
}

/** What is wrong with a value, in one sentence; `undefined` when it is of the type. */
export function checkValue(type: FieldType, value: unknown): string | undefined {
  switch (type.kind) {
    case 'str':
      return typeof value === 'string' ? undefined : mismatch(type, value)
    case 'int':
      return Number.isSafeInteger(value) ? undefined : mismatch(type, value)
    case 'float':
      return Number.isFinite(value) ? undefined : mismatch(type, value)
    case 'bool':
      return typeof value === 'boolean' ? undefined : mismatch(type, value)
    case 'date':
      return typeof value === 'string' && isCalendarDate(value) ? undefined : mismatch(type, value)
    case 'literal':
      return type.values.some(member => member === value) ? undefined : mismatch(type, value)
    case 'optional':
      return value === null || value === undefined ? undefined : checkValue(type.item, value)
    case 'list':
      if (!Array.isArray(value)) return mismatch(type, value)
      return firstOf(value.entries(), ([index, item]) => within(`item ${index + 1}`, checkValue(type.item, item)))
    case 'dict':
      if (!isRecord(value)) return mismatch(type, value)
      return firstOf(Object.entries(value), ([key, item]) => within(`'${shorten(key)}'`, checkValue(type.value, item)))
    case 'object': {
      if (!isRecord(value)) return mismatch(type, value)
      const extra = Object.keys(value).find(key => !type.fields.some(field => field.name === key))
      if (extra !== undefined) return `unknown field '${shorten(extra)}'`
      return firstOf(type.fields, field => within(`'${field.name}'`, checkValue(field.type, own(value, field.name))))
    }
  }
}

/** Reads a value as the type, as leniently as is safe: from a model's reply, or from the text of a CSV cell. */
export function coerceValue(type: FieldType, value: unknown): Result<unknown, string> {
  switch (type.kind) {
    case 'str':
      if (typeof value === 'number' || typeof value === 'boolean') return ok(String(value))
      break
    case 'int':
    case 'float':
      if (typeof value === 'string' && numberPattern.test(value.trim())) return checked(type, Number(value.trim()))
      break
    case 'bool': {
      const word = typeof value === 'string' ? value.trim().toLowerCase() : value
      if (word === 'true' || word === 'yes' || word === '1' || word === 1) return ok(true)
      if (word === 'false' || word === 'no' || word === '0' || word === 0) return ok(false)
      break
    }
    case 'date':
      if (typeof value === 'string') return checked(type, value.trim())
      break
    case 'literal':
      return coerceLiteral(type, value)
    case 'optional':
      return coerceOptional(type.item, value)
    case 'list': {
      const items = parsed(value)
      if (Array.isArray(items)) {
        return collect(items.entries(), ([index, item]) => [index, `item ${index + 1}`, type.item, item], [])
      }
      break
    }
    case 'dict': {
      const record = parsed(value)
      if (isRecord(record)) {
        return collect(Object.entries(record), ([key, item]) => [key, `'${shorten(key)}'`, type.value, item], {})
      }
      break
    }
    case 'object': {
      const record = parsed(value)
      if (isRecord(record)) {
        return collect(type.fields, f => [f.name, `'${f.name}'`, f.type, own(record, f.name)], {})
      }
      break
    }
  }
  return checked(type, value)
}

/** A real day of the Gregorian calendar, written YYYY-MM-DD. */
function isCalendarDate(text: string): boolean {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  if (match === null) return false
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  if (year === 0 || month < 1 || month > 12 || day < 1) return false
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  return day <= ([31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0)
}

const numberPattern = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$/

function coerceLiteral(type: FieldType & { readonly kind: 'literal' }, value: unknown): Result<unknown, string> {
  if (checkValue(type, value) === undefined) return ok(value)
  if (value === null || typeof value === 'object' || value === undefined) return fail(mismatch(type, value))
  const wanted = String(value).trim().normalize('NFC')
  const same = (fold: (text: string) => string) =>
    type.values.filter(member => fold(String(member).trim().normalize('NFC')) === fold(wanted))
  const exact = same(text => text)
  const found = exact.length > 0 ? exact : same(text => text.toLowerCase())
  return found.length === 1 ? ok(found[0]) : fail(mismatch(type, value))
}

function coerceOptional(item: FieldType, value: unknown): Result<unknown, string> {
  if (value === null || value === undefined) return ok(null)
  const word = typeof value === 'string' ? value.trim().toLowerCase() : undefined
  const empty = word === '' || word === 'null' || word === 'none'
  if (!empty) return coerceValue(item, value)
  // A Literal may have the member "none": then that is what was meant.
  const member = item.kind === 'literal' ? coerceValue(item, value) : fail('')
  return member.ok ? member : ok(null)
}

function checked(type: FieldType, value: unknown): Result<unknown, string> {
  const wrong = checkValue(type, value)
  return wrong === undefined ? ok(value) : fail(wrong)
}

type Member = readonly [key: string | number, where: string, type: FieldType, value: unknown]

/** Coerces the members into `target`, an empty list or object; the first that cannot be is the failure. */
function collect<T>(
  members: Iterable<T>,
  memberOf: (item: T) => Member,
  target: unknown[] | Record<string, unknown>,
): Result<unknown, string> {
  for (const item of members) {
    const [key, where, type, value] = memberOf(item)
    // Assigning such a key could change the object's prototype.
    if (key === '__proto__') return fail(`the key '__proto__' is not allowed`)
    const result = coerceValue(type, value)
    if (!result.ok) return fail(`${where}: ${result.error}`)
    Object.assign(target, { [key]: result.value })
  }
  return ok(target)
}

function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value) as unknown
  } catch {
    return undefined
  }
}

function own(record: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined
}

function firstOf<T>(items: Iterable<T>, find: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item)
    if (found !== undefined) return found
  }
  return undefined
}

function within(where: string, wrong: string | undefined): string | undefined {
  return wrong === undefined ? undefined : `${where}: ${wrong}`
}

function mismatch(type: FieldType, value: unknown): string {
  return `expected ${expectation(type)}, got ${valueText(value)}`
}

function expectation(type: FieldType): string {
  switch (type.kind) {
    case 'date':
      return 'a calendar date as YYYY-MM-DD'
    case 'literal':
      return `one of ${shorten(type.values.map(formatLiteral).join(', '), 120)}`
    case 'int':
      return 'a whole number (int)'
    case 'float':
      return 'a number (float)'
    case 'bool':
      return 'true or false (bool)'
    case 'str':
      return 'text (str)'
    case 'object':
      return 'an object'
    default:
      return formatType(type)
  }
}

function valueText(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  return shorten(typeof value === 'string' ? JSON.stringify(value) : String(value))
}

function shorten(text: string, length = 60): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`
}
