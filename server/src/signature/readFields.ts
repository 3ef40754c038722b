/** Reads inputs and outputs: their names, types, descriptions and constraints, with their places. */
import type { Span } from '../base/text.ts'
import { nameProblem, suggestName } from './names.ts'
import {
  addProblem,
  checkKeys,
  type Followed,
  kindOf,
  type Reader,
  readableParts,
  readMap,
  readOptionalText,
  readText,
  spanWithin,
  type TextPart,
  textOf,
} from './reader.ts'
import { fieldSchema, objectFieldSchema } from './schema.ts'
import type { Direction, Field } from './signature.ts'
import { readType } from './typeParser.ts'
import { type FieldType, type ObjectField, objectWithin, withObjectFields } from './types.ts'
import { isEmptyNode, type YamlMap, type YamlNode, type YamlPair } from './yamlNode.ts'

export interface FieldPart {
  readonly direction: Direction
  readonly name: string
  readonly nameSpan: Span
  /** From the name to the end of the value. */
  readonly span: Span
  /** The value as written. */
  readonly node: YamlNode
  readonly type: FieldType | undefined
  readonly typePart: TextPart | undefined
  readonly desc: TextPart | undefined
  readonly constraints: readonly ConstraintPart[]
  /** The key `constraints` and its value. */
  readonly constraintsPair: YamlPair | undefined
  /** Fields of the object that the type is or holds. */
  readonly objectFields: readonly ObjectFieldPart[]
  /** What it means; `undefined` when it has errors. */
  readonly field: Field | undefined
}

export interface ConstraintPart {
  readonly text: string
  readonly span: Span
}

export interface ObjectFieldPart {
  readonly name: string
  readonly nameSpan: Span
  readonly type: FieldType | undefined
  readonly typePart: TextPart | undefined
  readonly desc: TextPart | undefined
  readonly objectFields: readonly ObjectFieldPart[]
}

const fieldKeys = Object.keys(fieldSchema.shape)
const objectFieldKeys = Object.keys(objectFieldSchema.shape)

/** `others` are the fields read before, whose names are taken. */
export function readFields(
  reader: Reader,
  direction: Direction,
  pair: YamlPair | undefined,
  others: readonly FieldPart[] = [],
): readonly FieldPart[] {
  const map = readMap(reader, pair, 'a mapping from names to fields')
  if (pair === undefined || map === undefined) return []
  if (map.pairs.length === 0) {
    addProblem(reader, 'empty-value', `'${direction}' needs at least one field`, pair.keySpan)
  }
  const taken = new Map(others.map(part => [part.name, part.nameSpan]))
  return readableParts(reader, pair, map.pairs).map(entry => {
    checkName(reader, entry, 'field')
    const earlier = taken.get(entry.key)
    if (earlier !== undefined) {
      addProblem(reader, 'duplicate-name', `'${entry.key}' is the name of an input, too`, entry.keySpan, {
        related: [{ span: earlier, message: 'the input is here' }],
      })
    }
    return readField(reader, direction, entry)
  })
}

function checkName(reader: Reader, entry: YamlPair, what: string): void {
  const wrong = nameProblem(entry.key)
  if (wrong === undefined) return
  const suggestion = suggestName(entry.key)
  const tip = suggestion === undefined ? '' : `, such as '${suggestion}'`
  const message = `the ${what} name '${entry.key.slice(0, 60)}' ${wrong}${tip}`
  addProblem(reader, 'invalid-name', message, entry.keySpan, suggestion === undefined ? {} : { suggestion })
}

function readField(reader: Reader, direction: Direction, entry: YamlPair): FieldPart {
  const { key: name, keySpan: nameSpan, value: node } = entry
  const base = {
    direction,
    name,
    nameSpan,
    span: { start: nameSpan.start, end: Math.max(nameSpan.end, node.span.end) },
    node,
  }
  const map = fieldMap(reader, entry)
  if (map === undefined) {
    const nothing = { type: undefined, typePart: undefined, desc: undefined, constraintsPair: undefined }
    return { ...base, ...nothing, constraints: [], objectFields: [], field: undefined }
  }
  checkKeys(reader, map.pairs, fieldKeys)
  const shape = readShape(reader, entry, map)
  const constraintsPair = map.pairs.find(pair => pair.key === 'constraints')
  const constraints = readConstraints(reader, constraintsPair)
  const { type, desc } = shape
  const field = type && {
    name,
    type,
    desc: desc?.value ?? '',
    constraints: constraints.map(constraint => constraint.text),
  }
  return { ...base, ...shape, constraints, constraintsPair, field }
}

/** The mapping that is a field's value; a type alone is a common slip. */
function fieldMap(reader: Reader, entry: YamlPair): YamlMap | undefined {
  const node = reader.follow(entry.value)
  if (node?.kind === 'scalar' && !isEmptyNode(node)) {
    const type = readType(node.source)
    const text = type.type.ok ? node.source : 'str'
    const suggestion = `{ type: ${/[[\],{}#:"']/.test(text) ? `'${text.replaceAll("'", "''")}'` : text} }`
    const message = `'${entry.key}' must be a mapping with a type and a desc, such as ${suggestion}`
    addProblem(reader, 'wrong-kind', message, entry.value.span, type.type.ok ? { suggestion } : {})
    return undefined
  }
  return readMap(reader, entry, 'a mapping with a type and a desc')
}

interface Shape {
  readonly type: FieldType | undefined
  readonly typePart: TextPart | undefined
  readonly desc: TextPart | undefined
  readonly objectFields: readonly ObjectFieldPart[]
}

/** Type, description and nested fields, which fields and the fields of objects have in common. */
function readShape(reader: Reader, entry: YamlPair, map: YamlMap): Shape {
  const find = (key: string): YamlPair | undefined => map.pairs.find(pair => pair.key === key)
  const typePair = find('type')
  if (typePair === undefined) {
    addProblem(reader, 'missing-key', `'${entry.key}' has no type, such as \`type: str\``, entry.keySpan)
  }
  const typePart = readText(reader, typePair)
  const bare = typePart && readTypeOf(reader, typePart)
  const fieldsPair = find('fields')
  const objectFields = readObjectFields(reader, fieldsPair)
  const type = bare && joinFields(reader, bare, typePart, fieldsPair, objectFields)
  return { type, typePart, desc: readOptionalText(reader, find('desc')), objectFields }
}

function readTypeOf(reader: Reader, part: TextPart): FieldType | undefined {
  const { type, hints } = readType(part.value)
  const node = reader.follow(part.node)
  const place = (span: Span): Span =>
    node?.kind === 'scalar' && part.node.kind !== 'alias' ? spanWithin(reader, node, span) : part.span
  const quote = node?.kind === 'scalar' ? { single: "'", double: '"' }[node.style as string] : undefined
  for (const { message, span, suggestion } of type.ok ? hints : [type.error]) {
    const code = type.ok ? 'type-spelling' : 'invalid-type'
    const fits = suggestion !== undefined && (quote === undefined || !suggestion.includes(quote))
    addProblem(reader, code, message, place(span), fits && place(span) !== part.span ? { suggestion } : {})
  }
  return type.ok ? type.value : undefined
}

function joinFields(
  reader: Reader,
  type: FieldType,
  typePart: TextPart,
  fieldsPair: YamlPair | undefined,
  parts: readonly ObjectFieldPart[],
): FieldType | undefined {
  const object = objectWithin(type)
  if (object === undefined) {
    if (fieldsPair === undefined) return type
    addProblem(
      reader,
      'object-fields',
      `'fields' belongs to the type object, not ${typePart.value}`,
      fieldsPair.keySpan,
    )
    return undefined
  }
  if (fieldsPair === undefined) {
    addProblem(reader, 'object-fields', `the type object needs a key 'fields' beside it`, typePart.span)
    return undefined
  }
  const fields: ObjectField[] = []
  for (const { name, type, desc } of parts) {
    if (type === undefined) return undefined
    fields.push({ name, type, desc: desc?.value ?? '' })
  }
  return withObjectFields(type, fields)
}

function readObjectFields(reader: Reader, pair: YamlPair | undefined): readonly ObjectFieldPart[] {
  const map = readMap(reader, pair, 'a mapping from names to fields')
  if (pair === undefined || map === undefined) return []
  if (map.pairs.length === 0) addProblem(reader, 'empty-value', `'fields' needs at least one field`, pair.keySpan)
  return readableParts(reader, pair, map.pairs).flatMap(entry => {
    checkName(reader, entry, 'field')
    const fields = fieldMap(reader, entry)
    if (fields === undefined) return []
    checkKeys(reader, fields.pairs, objectFieldKeys)
    return [{ name: entry.key, nameSpan: entry.keySpan, ...readShape(reader, entry, fields) }]
  })
}

function readConstraints(reader: Reader, pair: YamlPair | undefined): readonly ConstraintPart[] {
  const node = reader.follow(pair?.value)
  if (pair === undefined || node === undefined || isEmptyNode(node)) return []
  if (node.kind === 'seq') {
    return readableParts(reader, pair, node.items).flatMap(item => {
      const followed = reader.follow(item)
      return followed === undefined ? [] : readConstraint(reader, followed, item.span)
    })
  }
  const suggestion = node.kind === 'scalar' && node.span === pair.value.span && !/\n/.test(node.source)
  addProblem(
    reader,
    'wrong-kind',
    `'constraints' must be a list of sentences, found ${kindOf(node)}`,
    pair.value.span,
    suggestion ? { suggestion: `[${reader.text.slice(node.span.start, node.span.end)}]` } : {},
  )
  return []
}

function readConstraint(reader: Reader, node: Followed, span: Span): readonly ConstraintPart[] {
  if (node.kind === 'map' && !node.flow) {
    const suggestion = JSON.stringify(reader.text.slice(span.start, span.end))
    addProblem(reader, 'wrong-kind', `a constraint that holds ': ' needs quotes`, span, { suggestion })
    return []
  }
  const text = textOf(reader, node, span, 'a constraint')
  if (text === undefined) return []
  if (text.trim() !== '') return [{ text, span }]
  addProblem(reader, 'empty-value', 'a constraint has no text', {
    start: span.start - 1,
    end: Math.max(span.end, span.start),
  })
  return []
}
