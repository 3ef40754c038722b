/** The keys that completion offers: those of the file, of fields, of metrics and of inline examples. */
import { type OptionDoc, optionDocs } from '../metrics/optionDocs.ts'
import type { SignatureDocument } from '../signature/document.ts'
import type { FieldPart } from '../signature/readFields.ts'
import { fieldlessKinds, fieldSchema, objectFieldSchema, signatureSchema } from '../signature/schema.ts'
import { type MetricKind, metricKinds } from '../signature/signature.ts'
import { type FieldType, formatType, objectWithin } from '../signature/types.ts'
import type { CompletionEntry, Surroundings } from './completionEntry.ts'
import { choice, stop, verbatim } from './snippet.ts'
import type { WritingPlace } from './writingPlace.ts'

export function topLevelKeys(
  document: SignatureDocument,
  { keys }: WritingPlace,
  { name, skillId, examples }: Surroundings,
): readonly CompletionEntry[] {
  const output = outputsOf(document)[0]?.name ?? 'answer'
  const field = (field: string, desc: string) =>
    `\n  ${stop(1, field)}:\n    type: ${stop(2, 'str')}\n    desc: ${stop(3, desc)}`
  const values: Readonly<Record<keyof typeof signatureSchema.shape, string>> = {
    name: ` ${stop(1, name ?? 'AnswerQuestion')}`,
    instructions: ` |\n  ${stop(1, 'Answer the question from the given context.')}`,
    inputs: field('question', 'What is asked'),
    outputs: field('answer', 'What is answered'),
    metrics: `\n  ${stop(1, `${output}_match`)}: { kind: ${choice(2, metricKinds)}, field: ${stop(3, output)} }`,
    examples: ` ${stop(1, examples[0] ?? 'examples.jsonl')}`,
    threshold: ` ${stop(1, '0.75')}`,
    skill_id: ` ${stop(1, skillId ?? 'folder-skill')}`,
  }
  const required = (key: string) => signatureSchema.shape[key as keyof typeof values].safeParse(undefined).success
  return Object.entries(values).flatMap(([key, value]) =>
    keys.has(key) || documentHas(document, key)
      ? []
      : keyEntry(key, value, describe(signatureSchema.shape, key), required(key) ? 'optional' : 'required'),
  )
}

export function newFields(document: SignatureDocument, place: WritingPlace): readonly CompletionEntry[] {
  const noun = place.path.includes('fields') ? 'field of the object' : place.path[0] === 'inputs' ? 'input' : 'output'
  const example = noun === 'input' ? 'question' : noun === 'output' ? 'answer' : 'part'
  const name = document.fields.some(field => field.name === example) ? `${example}2` : example
  const [type, desc] = [`type: ${stop(2, 'str')}`, `desc: ${stop(3, `What the ${noun} holds`)}`]
  const entry = { kind: 'field', documentation: `A new ${noun} with a type and a description.` } as const
  const short = { ...entry, label: `${noun} in one line`, snippet: `${stop(1, name)}: { ${type}, ${desc} }` }
  if (place.flow) return [short]
  return [{ ...entry, label: noun, snippet: `${stop(1, name)}:\n  ${type}\n  ${desc}` }, short]
}

export function fieldKeys(document: SignatureDocument, place: WritingPlace): readonly CompletionEntry[] {
  const { path, keys, flow } = place
  const nested = path.length > 2
  const type = document.fields.find(field => field.direction === path[0] && field.name === path[1])?.type
  const values: Readonly<Record<string, string>> = {
    type: ` ${stop(1, 'str')}`,
    desc: ` ${stop(1)}`,
    constraints: flow ? ` [${stop(1)}]` : `\n  - ${stop(1)}`,
    fields: flow ? ` { ${stop(1, 'part')}: { type: str } }` : `\n  ${stop(1, 'part')}:\n    type: ${stop(2, 'str')}`,
  }
  const shape = nested ? objectFieldSchema.shape : fieldSchema.shape
  return Object.keys(values).flatMap(key => {
    if (keys.has(key) || !Object.hasOwn(shape, key)) return []
    // Only objects have fields; what a type that is half typed becomes is open.
    if (key === 'fields' && !nested && type !== undefined && objectWithin(type) === undefined) return []
    return keyEntry(key, values[key] ?? '', describe(shape, key), key === 'type' ? 'required' : 'optional')
  })
}

export function newMetrics(document: SignatureDocument, { keys }: WritingPlace): readonly CompletionEntry[] {
  const measured = new Set(document.metrics.map(({ fieldPart }) => fieldPart?.value))
  const outputs = outputsOf(document).slice(0, mostFields)
  const sorted = [...outputs.filter(({ name }) => !measured.has(name)), ...outputs.filter(o => measured.has(o.name))]
  const entries = sorted.flatMap(({ name, type }): readonly CompletionEntry[] => {
    const metric = `${name}_match`
    if (keys.has(metric)) return []
    const kind = kindFor(type)
    const snippet = `${stop(1, metric)}: { kind: ${choice(2, [kind, ...metricKinds.filter(k => k !== kind)])}, field: ${verbatim(name)} }`
    return [{ label: metric, kind: 'metric', detail: `${kind} of ${name}`, snippet }]
  })
  if (entries.length > 0) return entries
  const snippet = `${stop(1, 'answer_match')}: { kind: ${choice(2, metricKinds)}, field: ${stop(3, outputs[0]?.name ?? 'answer')} }`
  return [{ label: 'metric', kind: 'metric', documentation: 'A new metric.', snippet }]
}

export function metricKeys(
  document: SignatureDocument,
  { path, keys, flow }: WritingPlace,
): readonly CompletionEntry[] {
  if (path.length !== 2) return []
  const kind = document.metrics.find(({ name }) => name === path[1])?.kind
  const outputs = outputsOf(document).map(({ name }) => name)
  const shape = signatureSchema.shape.metrics.unwrap().valueType.shape
  const names = outputs.length === 0 ? ['answer'] : outputs.slice(0, mostFields)
  const fieldless = kind !== undefined && fieldlessKinds.has(kind)
  const common: ReadonlyArray<readonly [key: string, value: string, needed: string]> = [
    ['kind', ` ${choice(1, metricKinds)}`, 'required'],
    ['field', ` ${choice(1, names)}`, fieldless ? 'optional' : 'required'],
  ]
  const options = kind === undefined ? [] : optionDocs(kind)
  return [
    ...common.flatMap(([key, value, needed]) =>
      keys.has(key) ? [] : keyEntry(key, value, describe(shape, key), needed),
    ),
    ...options.flatMap(option =>
      keys.has(option.name)
        ? []
        : keyEntry(
            option.name,
            ` ${optionValue(option, flow)}`,
            option.description,
            `${option.required ? 'required, ' : ''}${option.type}, of ${kind}`,
          ),
    ),
    ...(keys.has('weight') ? [] : keyEntry('weight', ` ${stop(1, '2')}`, describe(shape, 'weight'), 'optional')),
  ]
}

/** What an option is first given, with stop number 1. */
export function optionValue({ name, type }: OptionDoc, flow: boolean): string {
  if (type === 'boolean') return choice(1, ['true', 'false'])
  if (type === 'number') return stop(1, name.startsWith('m') ? (name === 'max_chars' ? '100' : '5') : '0.01')
  if (name === 'path') return stop(1, 'score.mjs')
  // A pattern in single quotes needs no backslashes of YAML.
  if (name === 'pattern') return `'${stop(1, String.raw`^\d+$`)}'`
  return flow ? `"${stop(1, 'What a good answer is')}"` : stop(1, 'What a good answer is')
}

/** The fields that an inline example does not hold yet. */
export function exampleKeys(document: SignatureDocument, place: WritingPlace): readonly CompletionEntry[] {
  const { at, flow, keys, path } = place
  const fields = document.fields.slice(0, mostFields)
  if (at === 'list' || (at === 'item' && !flow)) {
    const members = fields.map(({ name, type }, index) => `${verbatim(name)}: ${stop(index + 1, sampleOf(type))}`)
    const dash = at === 'list' ? '- ' : ''
    const all = members.length === 0 ? '' : `${dash}{ ${members.join(', ')} }`
    if (all === '') return []
    return [{ label: 'example', kind: 'value', detail: 'a new example', snippet: all }]
  }
  if (path.length !== 2) return []
  return [
    ...fields.flatMap(field =>
      keys.has(field.name) ? [] : keyEntry(field.name, ` ${stop(1)}`, field.desc?.value ?? '', summary(field)),
    ),
    ...exampleMarks.flatMap(([key, text]) => (keys.has(key) ? [] : keyEntry(key, ` ${stop(1)}`, text, 'optional'))),
  ]
}

const exampleMarks = [
  ['_id', 'A name for the example; by default its number.'],
  ['_split', '`train`, `dev` or `holdout`; by default the examples are split by chance.'],
  ['_weight', 'How much the example counts; default 1.'],
] as const

/** A list for a person to choose from is no longer than this. */
export const mostFields = 100

export function outputsOf({ fields }: SignatureDocument): readonly FieldPart[] {
  return fields.filter(({ direction }) => direction === 'outputs')
}

/** What a field is, in a few words. */
export function summary({ direction, type }: FieldPart): string {
  return `${direction === 'inputs' ? 'input' : 'output'}${type === undefined ? '' : `, ${formatType(type)}`}`
}

function sampleOf(type: FieldType | undefined): string {
  if (type?.kind === 'literal') return JSON.stringify(type.values[0])
  if (type?.kind === 'list') return '[]'
  return type?.kind === 'int' || type?.kind === 'float' ? '1' : type?.kind === 'bool' ? 'true' : '""'
}

/** The kind that fits a type best. */
export function kindFor(type: FieldType | undefined): MetricKind {
  const kind = type?.kind === 'optional' ? type.item.kind : type?.kind
  if (kind === 'float') return 'numeric'
  if (kind === 'list') return 'set_f1'
  return kind === 'dict' || kind === 'object' ? 'json_match' : 'exact_match'
}

function documentHas({ entries, text }: SignatureDocument, key: string): boolean {
  // A key that is only a word yet is the one being typed.
  return entries.some(pair => pair.key === key && /^\s*:/.test(text.slice(pair.keySpan.end, pair.keySpan.end + 20)))
}

function describe(shape: Readonly<Record<string, { readonly description?: string | undefined }>>, key: string): string {
  return shape[key]?.description ?? ''
}

function keyEntry(key: string, value: string, documentation: string, detail: string): readonly CompletionEntry[] {
  return [{ label: key, kind: 'key', detail, documentation, snippet: `${verbatim(key)}:${value}` }]
}
