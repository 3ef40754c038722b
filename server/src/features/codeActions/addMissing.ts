/** Adds a key that is missing, with a first value, where it belongs. */
import type { TextEdit } from '../../base/text.ts'
import type { SignatureDocument } from '../../signature/document.ts'
import { lineBreakOf } from '../../signature/editText.ts'
import type { MetricPart } from '../../signature/readMetrics.ts'
import { fieldlessKinds } from '../../signature/schema.ts'
import type { MetricKind } from '../../signature/signature.ts'
import type { YamlMap } from '../../signature/yamlNode.ts'
import type { Problem } from '../../validation/problem.ts'
import type { Fix, QuickFix } from './action.ts'
import { entryAt, insertEntry, insertion } from './entries.ts'
import { fieldOrder, kindFor, lineStub, metricOrder, requiredKeys, toBeWritten, topOrder, topStub } from './stubs.ts'

export const addMissing: QuickFix = {
  codes: ['missing-key', 'metric-option', 'object-fields'],
  fixes(document, problem) {
    const first = document.entries[0]
    if (problem.code === 'missing-key' && problem.span.start === (first?.keySpan.start ?? 0)) return atTop(document)
    const metric = document.metrics.find(({ nameSpan }) => nameSpan.start === problem.span.start)
    if (problem.code === 'object-fields') return nestedFields(document, problem)
    if (metric === undefined) return problem.code === 'missing-key' ? fieldType(document, problem) : []
    return problem.code === 'missing-key' ? inMetric(document, metric) : neededOption(document, metric)
  },
}

/** All that the signature must have, each in its place. */
function atTop(document: SignatureDocument): readonly Fix[] {
  const { text, entries, tree } = document
  const missing = requiredKeys.filter(key => !entries.some(pair => pair.key === key))
  const title = `Add ${missing.join(', ').replace(/, ([^,]*)$/, ' and $1')}`
  if (missing.length === 0) return []
  if (tree.root?.kind !== 'map') {
    // Nothing but comments and blank lines.
    if (tree.root !== undefined) return []
    const lines = missing.flatMap(key => topStub(document, key).lines).join(lineBreakOf(text))
    const lineBreak = text === '' || text.endsWith('\n') ? '' : lineBreakOf(text)
    return [{ title, edits: [insertion(text.length, `${lineBreak}${lines}${lineBreakOf(text)}`)] }]
  }
  const { root } = tree
  return [{ title, edits: merged(missing.map(key => insertEntry(text, root, topOrder, topStub(document, key)))) }]
}

/** Insertions at one place become one, in the order they are given. */
function merged(edits: readonly TextEdit[]): readonly TextEdit[] {
  const byPlace = new Map<number, TextEdit>()
  for (const edit of edits) {
    const earlier = byPlace.get(edit.span.start)
    byPlace.set(edit.span.start, earlier === undefined ? edit : { ...edit, text: earlier.text + edit.text })
  }
  return [...byPlace.values()]
}

/** The mapping that is the value of the entry at an offset. */
function mapAt(document: SignatureDocument, offset: number): YamlMap | undefined {
  const value = entryAt(document, offset)?.pair.value
  return value?.kind === 'map' ? value : undefined
}

function fieldType(document: SignatureDocument, { span }: Problem): readonly Fix[] {
  const map = mapAt(document, span.start)
  if (map === undefined) return []
  const hasFields = map.pairs.some(({ key }) => key === 'fields')
  const type = hasFields ? 'object' : 'str'
  const edit = insertEntry(document.text, map, fieldOrder, lineStub('type', type))
  return [{ title: `Add type: ${type}`, edits: [edit] }]
}

function nestedFields(document: SignatureDocument, { span }: Problem): readonly Fix[] {
  const entry = [...document.fields].find(({ typePart }) => typePart?.span.start === span.start)
  if (entry?.node.kind !== 'map') return []
  const edit = insertEntry(document.text, entry.node, fieldOrder, {
    key: 'fields',
    flow: `fields: { part: { type: str, desc: ${toBeWritten} } }`,
    lines: ['fields:', `  part: { type: str, desc: ${toBeWritten} }`],
  })
  return [{ title: 'Add fields', edits: [edit] }]
}

function inMetric(document: SignatureDocument, metric: MetricPart): readonly Fix[] {
  const map = mapAt(document, metric.nameSpan.start)
  if (map === undefined) return []
  const outputs = document.fields.filter(({ direction }) => direction === 'outputs').slice(0, mostOutputs)
  if (metric.kindPart === undefined) {
    const kind = kindFor(outputs.find(({ name }) => name === metric.fieldPart?.value)?.type)
    return [
      { title: `Add kind: ${kind}`, edits: [insertEntry(document.text, map, metricOrder, lineStub('kind', kind))] },
    ]
  }
  if (metric.fieldPart !== undefined || metric.kind === undefined || fieldlessKinds.has(metric.kind)) return []
  return outputs.map(({ name }) => ({
    title: `Add field: ${name}`,
    isCertain: outputs.length === 1,
    edits: [insertEntry(document.text, map, metricOrder, lineStub('field', name))],
  }))
}

const mostOutputs = 5

/** Options without which a kind cannot measure. */
const neededOptions: Partial<Record<MetricKind, readonly [key: string, value: string]>> = {
  regex: ['pattern', '"\\\\S"'],
  length: ['max_words', '50'],
  llm_judge: ['rubric', toBeWritten],
  script: ['path', 'score.mjs'],
}

function neededOption(document: SignatureDocument, metric: MetricPart): readonly Fix[] {
  const [key, value] = (metric.kind && neededOptions[metric.kind]) ?? []
  const map = mapAt(document, metric.nameSpan.start)
  const isThere = metric.options.some(option => option.key === key || metric.kind === 'length')
  if (map === undefined || key === undefined || value === undefined || isThere) return []
  const edit = insertEntry(document.text, map, [...metricOrder, key], lineStub(key, value))
  return [{ title: `Add ${key}`, edits: [edit] }]
}
