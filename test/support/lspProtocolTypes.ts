/** The types of the Language Server Protocol 3.18 as data, and whether a value is of one. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

type Json = ReturnType<typeof JSON.parse>

export type Type =
  | { readonly kind: 'base' | 'reference'; readonly name: string }
  | { readonly kind: 'array'; readonly element: Type }
  | { readonly kind: 'map'; readonly value: Type }
  | { readonly kind: 'or' | 'tuple'; readonly items: readonly Type[] }
  | { readonly kind: 'stringLiteral'; readonly value: string }
  | { readonly kind: 'literal'; readonly value: { readonly properties: readonly Property[] } }

interface Property {
  readonly name: string
  readonly type: Type
  readonly optional?: boolean
}

interface Structure {
  readonly name: string
  readonly properties: readonly Property[]
  readonly extends?: readonly { readonly name: string }[]
  readonly mixins?: readonly { readonly name: string }[]
}

interface Enumeration {
  readonly name: string
  readonly type: Type
  readonly values: readonly { readonly value: string | number }[]
  readonly supportsCustomValues?: boolean
}

export interface Message {
  readonly method: string
  readonly messageDirection: 'clientToServer' | 'serverToClient' | 'both'
  readonly params?: Type
  /** Of requests only. */
  readonly result?: Type
  /** What a client must have announced to be sent the message. */
  readonly clientCapability?: string
}

/**
 * `protocol/metaModel.json` of microsoft/vscode-languageserver-node (MIT, Microsoft Corporation), version 3.18.2,
 * without its descriptions.
 */
const model: {
  readonly requests: readonly Message[]
  readonly notifications: readonly Message[]
  readonly structures: readonly Structure[]
  readonly enumerations: readonly Enumeration[]
  readonly typeAliases: readonly { readonly name: string; readonly type: Type }[]
} = JSON.parse(readFileSync(join(import.meta.dirname, 'lspProtocolModel.json'), 'utf8'))

export const messages: ReadonlyMap<string, Message> = byName([...model.requests, ...model.notifications], 'method')
const structures = byName(model.structures, 'name')
const enumerations = byName(model.enumerations, 'name')
const aliases = byName(model.typeAliases, 'name')

/** Sentences on what is wrong with the value; none when it is of the type. A property of another name is wrong, too. */
export function violations(type: Type, value: Json, path: string): readonly string[] {
  switch (type.kind) {
    case 'base':
      return isBase(type.name, value) ? [] : [`${path} must be ${type.name}, is ${show(value)}`]
    case 'array':
      if (!Array.isArray(value)) return [`${path} must be an array, is ${show(value)}`]
      return value.flatMap((item, index) => violations(type.element, item, `${path}[${index}]`))
    case 'tuple':
      if (!Array.isArray(value) || value.length !== type.items.length) return [`${path} must be a tuple`]
      return type.items.flatMap((item, index) => violations(item, value[index], `${path}[${index}]`))
    case 'map':
      if (!isObject(value)) return [`${path} must be an object, is ${show(value)}`]
      return Object.entries(value).flatMap(([key, item]) => violations(type.value, item, `${path}.${key}`))
    case 'or': {
      const tried = type.items.map(item => violations(item, value, path))
      return tried.some(found => found.length === 0) ? [] : nearest(tried)
    }
    case 'stringLiteral':
      return value === type.value ? [] : [`${path} must be '${type.value}', is ${show(value)}`]
    case 'literal':
      return propertyViolations(type.value.properties, value, path)
    default:
      return referenceViolations(type.name, value, path)
  }
}

/** The alternative that was most likely meant: the one with the deepest and fewest complaints. */
function nearest(tried: readonly (readonly string[])[]): readonly string[] {
  const depth = (found: readonly string[]) => Math.max(...found.map(text => text.split(' ')[0]?.length ?? 0))
  return [...tried].sort((a, b) => depth(b) - depth(a) || a.length - b.length)[0] ?? []
}

function referenceViolations(name: string, value: Json, path: string): readonly string[] {
  if (name === 'LSPAny') return value === undefined ? [`${path} is undefined`] : []
  const alias = aliases.get(name)
  if (alias !== undefined) return violations(alias.type, value, path)
  const enumeration = enumerations.get(name)
  if (enumeration !== undefined) {
    if (enumeration.supportsCustomValues) return violations(enumeration.type, value, path)
    const known = enumeration.values.some(member => member.value === value)
    return known ? [] : [`${path} must be one of ${name}, is ${show(value)}`]
  }
  return [...propertyViolations(propertiesOf(name), value, path), ...senseViolations(name, value, path)]
}

function propertyViolations(properties: readonly Property[], value: Json, path: string): readonly string[] {
  if (!isObject(value)) return [`${path} must be an object, is ${show(value)}`]
  const known = new Set(properties.map(({ name }) => name))
  const unknown = Object.keys(value).filter(key => !known.has(key))
  return [
    ...unknown.map(key => `${path}.${key} is not in the protocol`),
    ...properties.flatMap(({ name, type, optional }) => {
      if (optional && !Object.hasOwn(value, name)) return []
      return violations(type, value[name], `${path}.${name}`)
    }),
  ]
}

/** What the types cannot say. */
function senseViolations(name: string, value: Json, path: string): readonly string[] {
  if (name !== 'Range' || !isObject(value) || !isObject(value.start) || !isObject(value.end)) return []
  const { start, end } = value
  const ordered = start.line < end.line || (start.line === end.line && start.character <= end.character)
  return ordered ? [] : [`${path} ends before it starts`]
}

function propertiesOf(name: string): readonly Property[] {
  const structure = structures.get(name)
  if (structure === undefined) throw new Error(`the protocol has no type ${name}`)
  const own = new Set(structure.properties.map(property => property.name))
  const inherited = [...(structure.extends ?? []), ...(structure.mixins ?? [])].flatMap(({ name }) =>
    propertiesOf(name),
  )
  return [...structure.properties, ...inherited.filter(property => !own.has(property.name))]
}

const largestInteger = 2 ** 31 - 1

function isBase(name: string, value: Json): boolean {
  switch (name) {
    case 'null':
      return value === null
    case 'boolean':
      return typeof value === 'boolean'
    case 'integer':
      return Number.isInteger(value) && Math.abs(value) <= largestInteger
    case 'uinteger':
      return Number.isInteger(value) && value >= 0 && value <= largestInteger
    case 'decimal':
      return typeof value === 'number'
    case 'DocumentUri':
    case 'URI':
      return typeof value === 'string' && /^[a-z][a-z\d+.-]*:/i.test(value)
    default:
      return typeof value === 'string'
  }
}

function isObject(value: Json): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function show(value: Json): string {
  return value === undefined ? 'undefined' : JSON.stringify(value).slice(0, 80)
}

function byName<Key extends string, T extends Readonly<Record<Key, string>>>(
  items: readonly T[],
  key: Key,
): ReadonlyMap<string, T> {
  return new Map(items.map(item => [item[key], item]))
}
