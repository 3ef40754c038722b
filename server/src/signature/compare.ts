/** Compares signatures: the hash of their meaning, the changes between two, and what tuning may not change. */
import { sha256 } from '../base/hash.ts'
import { canonicalJson } from '../base/json.ts'
import type { Direction, Field, Signature, SignatureChange } from './signature.ts'
import { type FieldType, formatType, type ObjectField, objectWithin } from './types.ts'

/** SHA-256 of what a signature means: not of its skill_id, threshold, examples, comments or layout. */
export function signatureSha256(signature: Signature): string {
  return sha256(canonicalJson(meaning(signature)))
}

/** Text as it counts: NFC, LF, ends trimmed, inner white space kept. */
export function normalText(text: string): string {
  return text.normalize('NFC').replace(/\r\n?/g, '\n').trim()
}

export interface Comparison {
  /** What differs in the wording, which tuning may change. */
  readonly changes: readonly SignatureChange[]
  /** One sentence for each difference that tuning may not make. */
  readonly frozen: readonly string[]
}

export function compareSignatures(before: Signature, after: Signature): Comparison {
  const changes: SignatureChange[] = []
  if (normalText(before.instructions) !== normalText(after.instructions)) {
    changes.push({ part: 'instructions', before: before.instructions, after: after.instructions })
  }
  const frozen = frozenParts(before, after)
  for (const direction of ['inputs', 'outputs'] as const) {
    frozen.push(...compareFieldLists(direction, before[direction], after[direction]))
    for (const field of before[direction]) {
      const other = after[direction].find(candidate => candidate.name === field.name)
      if (other !== undefined) changes.push(...fieldChanges(direction, field, other))
    }
  }
  return { changes, frozen }
}

/** Sentences for people, such as `Field 'answer': added constraint 'concise, 1-5 words'`. */
export function describeChange(change: SignatureChange): readonly string[] {
  switch (change.part) {
    case 'instructions': {
      const [before, after] = [normalText(change.before), normalText(change.after)]
      if (before !== '' && after.startsWith(before))
        return [`Instructions: added '${shorten(after.slice(before.length))}'`]
      return [`Instructions: now '${shorten(after)}'`]
    }
    case 'desc':
      if (normalText(change.after) === '') return [`Field '${change.field}': removed the description`]
      return [`Field '${change.field}': description is now '${shorten(change.after)}'`]
    case 'constraints': {
      const [before, after] = [change.before.map(normalText), change.after.map(normalText)]
      const sentences = [
        ...without(before, after).map(text => `removed constraint '${shorten(text)}'`),
        ...without(after, before).map(text => `added constraint '${shorten(text)}'`),
      ]
      return (sentences.length === 0 ? ['constraints rearranged'] : sentences).map(
        sentence => `Field '${change.field}': ${sentence}`,
      )
    }
  }
}

/** The signature as it reads after the changes, whatever it read before. */
export function withChanges(signature: Signature, changes: readonly SignatureChange[]): Signature {
  let result = signature
  for (const change of changes) {
    if (change.part === 'instructions') result = { ...result, instructions: change.after }
    else {
      const fields = result[change.direction].map(field => {
        if (field.name !== change.field) return field
        return change.part === 'desc' ? { ...field, desc: change.after } : { ...field, constraints: change.after }
      })
      result = { ...result, [change.direction]: fields }
    }
  }
  return result
}

/** The part that a change is of, such as `instructions` or `outputs.answer.constraints`. */
export function changedPart(change: SignatureChange): string {
  return change.part === 'instructions' ? 'instructions' : `${change.direction}.${change.field}.${change.part}`
}

export interface ChangedText {
  /** Such as `outputs.answer.constraints[0]`, counted in the new list. */
  readonly path: string
  readonly text: string
}

/** Where the new texts of a change stand, for their provenance. */
export function changePaths(change: SignatureChange): readonly ChangedText[] {
  if (change.part === 'instructions') return [{ path: 'instructions', text: change.after }]
  const field = `${change.direction}.${change.field}`
  if (change.part === 'desc') return [{ path: `${field}.desc`, text: change.after }]
  const added = new Set(without(change.after.map(normalText), change.before.map(normalText)))
  return change.after.flatMap((text, index) =>
    added.has(normalText(text)) ? [{ path: `${field}.constraints[${index}]`, text }] : [],
  )
}

function meaning(signature: Signature): unknown {
  const metrics = signature.metrics.map(({ name, kind, field, weight, options }) => ({
    name: normalText(name),
    kind,
    field: field === undefined ? undefined : normalText(field),
    weight,
    options: normalValue(options),
  }))
  return {
    name: normalText(signature.name),
    instructions: normalText(signature.instructions),
    inputs: signature.inputs.map(fieldMeaning),
    outputs: signature.outputs.map(fieldMeaning),
    metrics: metrics.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)),
  }
}

function fieldMeaning({ name, type, desc, constraints }: Field): unknown {
  return { ...shapeMeaning({ name, type, desc }), constraints: constraints.map(normalText) }
}

/** What fields and the fields of objects have in common. */
function shapeMeaning({ name, type, desc }: ObjectField): Readonly<Record<string, unknown>> {
  return { name: normalText(name), ...typeMeaning(type), desc: normalText(desc) }
}

/** The type's text; with the fields where it holds an object. */
function typeMeaning(type: FieldType): Readonly<Record<string, unknown>> {
  return { type: formatType(type).normalize('NFC'), fields: objectWithin(type)?.fields.map(shapeMeaning) }
}

function normalValue(value: unknown): unknown {
  if (typeof value === 'string') return normalText(value)
  if (Array.isArray(value)) return value.map(normalValue)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, normalValue(member)]))
}

function frozenParts(before: Signature, after: Signature): string[] {
  const frozen: string[] = []
  const compare = (what: string, a: unknown, b: unknown) => {
    if (canonicalJson(normalValue(a)) !== canonicalJson(normalValue(b))) frozen.push(`${what} changed`)
  }
  if (before.name !== after.name) frozen.push(`the name changed from ${before.name} to ${after.name}`)
  compare('skill_id', before.skillId, after.skillId)
  compare('the threshold', before.threshold, after.threshold)
  compare('the examples', before.examples, after.examples)
  for (const metric of before.metrics) {
    const other = after.metrics.find(candidate => candidate.name === metric.name)
    if (other === undefined) frozen.push(`the metric '${metric.name}' is gone`)
    else compare(`the metric '${metric.name}'`, metric, other)
  }
  for (const { name } of after.metrics) {
    if (!before.metrics.some(metric => metric.name === name)) frozen.push(`the metric '${name}' is new`)
  }
  return frozen
}

function compareFieldLists(direction: Direction, before: readonly Field[], after: readonly Field[]): readonly string[] {
  const noun = direction === 'inputs' ? 'input' : 'output'
  const names = (fields: readonly Field[]) => fields.map(field => field.name)
  const gone = without(names(before), names(after)).map(name => `the ${noun} '${name}' is gone`)
  const added = without(names(after), names(before)).map(name => `the ${noun} '${name}' is new`)
  if (gone.length > 0 || added.length > 0) return [...gone, ...added]
  if (names(before).join() !== names(after).join()) return [`the order of the ${direction} changed`]
  return before.flatMap(({ name, type }, index) => {
    const other = after[index]?.type
    if (other === undefined || canonicalJson(typeMeaning(type)) === canonicalJson(typeMeaning(other))) return []
    const [old, now] = [formatType(type), formatType(other)]
    return [`the type of '${name}' changed${old === now ? '' : ` from ${old} to ${now}`}`]
  })
}

function fieldChanges(direction: Direction, before: Field, after: Field): readonly SignatureChange[] {
  const changes: SignatureChange[] = []
  const at = { direction, field: before.name }
  if (normalText(before.desc) !== normalText(after.desc)) {
    changes.push({ part: 'desc', ...at, before: before.desc, after: after.desc })
  }
  if (!sameTexts(before.constraints, after.constraints)) {
    changes.push({ part: 'constraints', ...at, before: before.constraints, after: after.constraints })
  }
  return changes
}

/** Whether two lists of sentences mean the same. */
export function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, index) => normalText(text) === normalText(b[index] ?? ''))
}

function without(texts: readonly string[], others: readonly string[]): readonly string[] {
  const known = new Set(others)
  return texts.filter(text => !known.has(text))
}

/** One line of at most about 120 characters. */
function shorten(text: string): string {
  const line = normalText(text).replace(/\s+/g, ' ')
  return line.length <= 120 ? line : `${line.slice(0, 119).replace(/[\ud800-\udbff]$/, '')}…`
}
