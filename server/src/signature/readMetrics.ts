/** Reads metrics: their kind, the output they read, their weight and their options, with their places. */
import type { Span } from '../base/text.ts'
import {
  addProblem,
  kindOf,
  mostSuggestions,
  type Reader,
  readableParts,
  readMap,
  readText,
  suggestWord,
  type TextPart,
} from './reader.ts'
import type { FieldPart } from './readFields.ts'
import { fieldlessKinds } from './schema.ts'
import { type MetricKind, type MetricSpec, metricKinds } from './signature.ts'
import { isEmptyNode, type YamlAlias, type YamlNode, type YamlPair } from './yamlNode.ts'
import { toValue } from './yamlValue.ts'

export interface MetricPart {
  readonly name: string
  readonly nameSpan: Span
  /** From the name to the end of the value. */
  readonly span: Span
  readonly kind: MetricKind | undefined
  readonly kindPart: TextPart | undefined
  readonly fieldPart: TextPart | undefined
  readonly weightSpan: Span | undefined
  /** Keys other than kind, field and weight. */
  readonly options: readonly YamlPair[]
  /** What it means; `undefined` when it has errors. */
  readonly spec: MetricSpec | undefined
}

const commonKeys: ReadonlySet<string> = new Set(['kind', 'field', 'weight'])

export function readMetrics(
  reader: Reader,
  pair: YamlPair | undefined,
  fields: readonly FieldPart[],
  resolve: (alias: YamlAlias) => YamlNode | undefined,
): readonly MetricPart[] {
  if (pair === undefined || isEmptyNode(pair.value)) return []
  const map = readMap(reader, pair, 'a mapping from names to metrics')
  const entries = map === undefined ? [] : readableParts(reader, pair, map.pairs)
  const namesOf = (direction: FieldPart['direction']) =>
    fields.filter(field => field.direction === direction).map(field => field.name)
  const outputs = namesOf('outputs')
  const names = { outputs, isOutput: new Set(outputs), isInput: new Set(namesOf('inputs')) }
  return entries.map(entry => readMetric(reader, entry, names, resolve))
}

/** Worked out once, as both fields and metrics can be many. */
interface FieldNames {
  readonly outputs: readonly string[]
  readonly isOutput: ReadonlySet<string>
  readonly isInput: ReadonlySet<string>
}

function readMetric(
  reader: Reader,
  entry: YamlPair,
  names: FieldNames,
  resolve: (alias: YamlAlias) => YamlNode | undefined,
): MetricPart {
  const { key: name, keySpan: nameSpan, value } = entry
  const map = readMap(reader, entry, 'a mapping such as { kind: exact_match, field: answer }')
  const pairs = map?.pairs ?? []
  const find = (key: string): YamlPair | undefined => pairs.find(pair => pair.key === key)
  const kindPart = readText(reader, find('kind'))
  if (map !== undefined && find('kind') === undefined) {
    addProblem(reader, 'missing-key', `the metric '${name}' has no kind, such as \`kind: exact_match\``, nameSpan)
  }
  const kind = kindPart && readKind(reader, kindPart)
  const fieldPart = readText(reader, find('field'))
  const field = checkField(reader, entry, kind, find('field'), fieldPart, names)
  const weight = readWeight(reader, find('weight'))
  const options = pairs.filter(pair => !commonKeys.has(pair.key))
  const sound = kind !== undefined && field !== undefined && weight !== undefined
  return {
    name,
    nameSpan,
    span: { start: nameSpan.start, end: Math.max(nameSpan.end, value.span.end) },
    kind,
    kindPart,
    fieldPart,
    weightSpan: find('weight')?.value.span,
    options,
    spec: sound
      ? {
          name,
          kind,
          ...(field !== '' && { field }),
          weight,
          options: Object.fromEntries(options.map(pair => [pair.key, toValue(pair.value, resolve)])),
        }
      : undefined,
  }
}

function readKind(reader: Reader, part: TextPart): MetricKind | undefined {
  const kind = metricKinds.find(known => known === part.value)
  if (kind !== undefined) return kind
  const suggestion = suggest(reader, part.value, metricKinds)
  const tip = suggestion === undefined ? `the kinds are ${metricKinds.join(', ')}` : `did you mean '${suggestion}'?`
  const message = `unknown metric kind '${part.value.slice(0, 60)}', ${tip}`
  addProblem(reader, 'unknown-metric', message, part.span, suggestion === undefined ? {} : { suggestion })
  return undefined
}

/** The output's name, '' for a metric that reads none, `undefined` after a problem. */
function checkField(
  reader: Reader,
  entry: YamlPair,
  kind: MetricKind | undefined,
  pair: YamlPair | undefined,
  part: TextPart | undefined,
  { outputs, ...names }: FieldNames,
): string | undefined {
  if (pair === undefined) {
    if (kind === undefined) return undefined
    if (fieldlessKinds.has(kind)) return ''
    const tip = outputs.length === 0 ? '' : `, such as \`field: ${outputs[0]}\``
    addProblem(reader, 'missing-key', `the metric '${entry.key}' has no field${tip}`, entry.keySpan)
    return undefined
  }
  if (part === undefined || names.isOutput.has(part.value)) return part?.value
  const isInput = names.isInput.has(part.value)
  const suggestion = isInput ? (outputs.length === 1 ? outputs[0] : undefined) : suggest(reader, part.value, outputs)
  const tip =
    suggestion === undefined ? `the outputs are ${outputs.slice(0, 20).join(', ')}` : `did you mean '${suggestion}'?`
  const wrong = isInput ? 'is an input, a metric reads an output' : 'is not an output'
  const message = `'${part.value.slice(0, 60)}' ${wrong}, ${tip}`
  addProblem(reader, 'unknown-output', message, part.span, suggestion === undefined ? {} : { suggestion })
  return undefined
}

function suggest(reader: Reader, word: string, words: readonly string[]): string | undefined {
  return reader.problems.length < mostSuggestions ? suggestWord(word, words) : undefined
}

/** Larger ones would swallow all others, or overflow their sum. */
const maxWeight = 1e6

function readWeight(reader: Reader, pair: YamlPair | undefined): number | undefined {
  const node = reader.follow(pair?.value)
  if (pair === undefined || node === undefined) return 1
  if (node.kind === 'scalar' && typeof node.value === 'number' && node.value > 0 && node.value <= maxWeight) {
    return node.value
  }
  const span = isEmptyNode(node) ? pair.keySpan : pair.value.span
  addProblem(
    reader,
    'metric-weight',
    `a weight must be a number above 0, at most ${maxWeight}, found ${kindOf(node)}`,
    span,
  )
  return undefined
}
