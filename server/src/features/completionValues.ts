/** The values that completion offers: types, kinds, outputs, options, files, and fields inside backticks. */
import { optionDocs } from '../metrics/optionDocs.ts'
import type { SignatureDocument } from '../signature/document.ts'
import { metricKindDescriptions } from '../signature/schema.ts'
import { type MetricKind, metricKinds } from '../signature/signature.ts'
import { scalarText } from '../signature/yamlText.ts'
import { suitsType } from '../validation/rules/metricFit.ts'
import type { Completion, CompletionEntry, Surroundings } from './completionEntry.ts'
import { kindFor, mostFields, optionValue, outputsOf, summary } from './completionKeys.ts'
import { stop, verbatim } from './snippet.ts'
import type { WritingPlace } from './writingPlace.ts'

export function valueEntries(
  document: SignatureDocument,
  place: WritingPlace,
  surroundings: Surroundings,
): readonly CompletionEntry[] {
  const { path } = place
  const [first, second, third] = path
  const key = String(path.at(-1))
  // Behind a word that is written to its end nothing more is wanted.
  if (key !== 'type' && key !== 'path' && first !== 'examples' && /\S\s/.test(place.written)) return []
  if (path.length === 1) return topLevelValues(place, surroundings)
  if (first === 'inputs' || first === 'outputs') {
    return key === 'type' && path.length >= 3 ? typeEntries(place) : []
  }
  if (first === 'metrics' && path.length === 3) return metricValues(document, place, String(second), surroundings)
  return first === 'examples' && path.length === 3 ? exampleValues(document, place, String(third)) : []
}

/** Fields by name between backticks, in texts that the model reads. */
export function mentions(document: SignatureDocument, place: WritingPlace, offset: number): Completion | undefined {
  const { at, path, written } = place
  const text = at === 'prose' || at === 'item' || (at === 'value' && proseKeys.has(String(path.at(-1))))
  const ticks = text ? written.split('`') : []
  const word = ticks.at(-1) ?? ''
  if (ticks.length % 2 === 1 || ticks.length === 0 || !/^[\p{L}\p{M}\p{N}_]*$/u.test(word)) return undefined
  const rest = /^[\p{L}\p{M}\p{N}_]*/u.exec(document.text.slice(offset, offset + 200))?.[0].length ?? 0
  const closed = document.text[offset + rest] === '`'
  const entries = document.fields.slice(0, mostFields).map(
    (field): CompletionEntry => ({
      label: field.name,
      kind: 'field',
      detail: summary(field),
      documentation: field.desc?.value ?? '',
      snippet: `${verbatim(field.name)}${closed ? '' : '`'}`,
    }),
  )
  if (entries.length === 0) return undefined
  return { span: { start: offset - word.length, end: offset + rest }, indent: '', entries }
}

const proseKeys: ReadonlySet<string> = new Set(['instructions', 'desc', 'rubric'])

function topLevelValues(place: WritingPlace, { name, skillId, examples }: Surroundings): readonly CompletionEntry[] {
  switch (place.path[0]) {
    case 'name':
      return name === undefined ? [] : [{ label: name, kind: 'value', detail: 'by the folder', snippet: name }]
    case 'skill_id':
      return skillId === undefined ? [] : [{ label: skillId, kind: 'value', detail: 'by the path', snippet: skillId }]
    case 'threshold':
      return numbers(['0.75', '0.8', '0.85', '0.9', '0.95'], '0.75', 'Tuning starts below this score.')
    case 'examples':
      return files(examples, place)
    default:
      return []
  }
}

function files(paths: readonly string[], { quote, flow }: WritingPlace): readonly CompletionEntry[] {
  const style = { flow, indent: 0, lineBreak: '\n' } as const
  return paths.map(path => ({
    label: path,
    kind: 'file',
    snippet: verbatim(quote === undefined ? scalarText(path, 'plain', style) : path),
  }))
}

function numbers(values: readonly string[], standard: string, documentation: string): readonly CompletionEntry[] {
  return values.map(value => ({
    label: value,
    kind: 'value',
    ...(value === standard && { detail: 'default' }),
    documentation,
    snippet: value,
  }))
}

/** Types; those with brackets need quotes inside `{ }`. */
function typeEntries({ written, quote, flow, keys }: WritingPlace): readonly CompletionEntry[] {
  const marks = written.replace(/\\./g, '')
  const inner = quote === '"' ? "'" : '"'
  // Inside the texts of a Literal nothing is known.
  if (/[\w\]"'][ \t]+\w*$/.test(marks)) return []
  if ((marks.split(inner).length - 1) % 2 === 1 || /Literal\[[^\]]*$/.test(marks)) return []
  const [open, close] = flow && quote === undefined && !/[[\]|]/.test(written) ? ["'", "'"] : ['', '']
  const alone = /^\w*$/.test(written)
  const simple = simpleTypes.map(
    ([label, documentation]): CompletionEntry => ({ label, kind: 'type', documentation, snippet: label }),
  )
  const generic = (label: string, documentation: string, snippet: string): CompletionEntry => ({
    label,
    kind: 'type',
    documentation,
    snippet: `${open}${snippet}${close}`,
  })
  const objectSnippet = alone && !flow && quote === undefined && !keys.has('fields')
  return [
    ...simple,
    generic(
      'Literal[…]',
      'One of the given values.',
      `Literal[${inner}${stop(1, 'a')}${inner}, ${inner}${stop(2, 'b')}${inner}]`,
    ),
    generic('list[…]', 'Several values of one type, in order.', `list[${stop(1, 'str')}]`),
    generic('Optional[…]', 'A value, or none.', `Optional[${stop(1, 'str')}]`),
    generic('dict[str, …]', 'Values by name.', `dict[str, ${stop(1, 'str')}]`),
    {
      label: 'object',
      kind: 'type',
      documentation: 'Fields of its own, in the key `fields` beside the type.',
      snippet: objectSnippet ? `object\nfields:\n  ${stop(1, 'part')}:\n    type: ${stop(2, 'str')}` : 'object',
    },
    ...(/\|/.test(written)
      ? [{ label: 'None', kind: 'type', documentation: 'No value.', snippet: 'None' } as const]
      : []),
  ]
}

const simpleTypes = [
  ['str', 'Text.'],
  ['int', 'A whole number.'],
  ['float', 'A number.'],
  ['bool', 'True or false.'],
  ['date', 'A day, written as 2026-01-31.'],
] as const

function metricValues(
  document: SignatureDocument,
  place: WritingPlace,
  name: string,
  { scripts }: Surroundings,
): readonly CompletionEntry[] {
  const key = String(place.path[2])
  const metric = document.metrics.find(metric => metric.name === name)
  if (key === 'kind') return kindEntries(document, place, metric?.fieldPart?.value)
  if (key === 'field') {
    return outputsOf(document)
      .slice(0, mostFields)
      .map(field => ({
        label: field.name,
        kind: 'field',
        detail: summary(field),
        documentation: field.desc?.value ?? '',
        snippet: verbatim(field.name),
      }))
  }
  if (key === 'weight') return numbers(['1', '2', '3', '0.5'], '1', 'Its share of the mean.')
  const kind = metric?.kind
  const option = kind === undefined ? undefined : optionDocs(kind).find(option => option.name === key)
  if (option === undefined) return []
  if (option.name === 'path') return files(scripts, place)
  if (option.type !== 'boolean') return []
  return ['true', 'false'].map(value => ({
    label: value,
    kind: 'value',
    ...(value === 'false' && { detail: 'default' }),
    documentation: option.description,
    snippet: value,
  }))
}

/** Kinds that suit the output first, each with the options it cannot do without. */
function kindEntries(
  document: SignatureDocument,
  place: WritingPlace,
  field: string | undefined,
): readonly CompletionEntry[] {
  const type = outputsOf(document).find(({ name }) => name === field)?.type
  const suited = (kind: MetricKind) => type === undefined || suitsType(kind, type)
  const rank = (kind: MetricKind) => (kind === kindFor(type) ? 0 : suited(kind) ? 1 : 2)
  const sorted = [...metricKinds].sort((a, b) => rank(a) - rank(b))
  return sorted.map(kind => {
    const options = optionDocs(kind)
    const listed = options.map(({ name, description }) => `- \`${name}\`: ${description}`)
    return {
      label: kind,
      kind: 'metric',
      ...(!suited(kind) && { detail: `does not suit ${field}` }),
      documentation: [
        metricKindDescriptions[kind],
        ...(listed.length > 0 ? [`Options:\n${listed.join('\n')}`] : []),
      ].join('\n\n'),
      snippet: `${kind}${neededOptions(kind, place)}`,
    }
  })
}

function neededOptions(kind: MetricKind, { keys, flow, quote }: WritingPlace): string {
  if (quote !== undefined) return ''
  const options = optionDocs(kind)
  const limits = kind === 'length' && !options.some(({ name }) => keys.has(name))
  const needed = options.filter(
    ({ name, required }) => (required && !keys.has(name)) || (limits && name === 'max_words'),
  )
  return needed.map(option => `${flow ? ', ' : '\n'}${option.name}: ${optionValue(option, flow)}`).join('')
}

function exampleValues(
  document: SignatureDocument,
  { quote, flow }: WritingPlace,
  name: string,
): readonly CompletionEntry[] {
  if (name === '_split') {
    return ['train', 'dev', 'holdout'].map(value => ({ label: value, kind: 'value', snippet: value }))
  }
  const type = document.fields.find(field => field.name === name)?.type
  const plain = type?.kind === 'optional' ? type.item : type
  const values = plain?.kind === 'literal' ? plain.values : plain?.kind === 'bool' ? [true, false] : []
  const style = { flow, indent: 0, lineBreak: '\n' } as const
  return values.slice(0, mostFields).map(value => {
    const text = typeof value === 'string' && quote === undefined ? scalarText(value, 'plain', style) : String(value)
    return { label: String(value), kind: 'value', snippet: verbatim(text) }
  })
}
