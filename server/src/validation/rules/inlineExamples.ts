/** Inline examples: each an object with every input and every output that a metric compares, of the right types. */

import { isRecord } from '../../base/json.ts'
import { forEachInSteps, type Steps } from '../../base/steps.ts'
import type { Span } from '../../base/text.ts'
import type { SignatureDocument } from '../../signature/document.ts'
import { goldFieldOf } from '../../signature/gold.ts'
import { mostSuggestions, suggestWord } from '../../signature/reader.ts'
import type { FieldPart } from '../../signature/readFields.ts'
import { coerceValue } from '../../signature/types.ts'
import type { YamlMap, YamlNode } from '../../signature/yamlNode.ts'
import { type Problem, problem } from '../problem.ts'

export function* inlineExamples(document: SignatureDocument): Steps<readonly Problem[]> {
  const { examples } = document
  if (examples?.source?.kind !== 'inline') return []
  const fields = new Map(document.fields.map(field => [field.name, field]))
  const needed = neededFields(document)
  const { items } = examples.source
  const problems: Problem[] = []
  yield* forEachInSteps(examples.items, (node, index) => {
    const suggestions = mostSuggestions - problems.length
    for (const problem of checkExample(document, fields, suggestions, needed, node, items[index], index + 1)) {
      problems.push(problem)
    }
  })
  return problems
}

const reserved: ReadonlySet<string> = new Set(['_id', '_split', '_weight'])

/** Inputs, and outputs whose gold value a metric reads; those that may be null may be absent. */
function neededFields(document: SignatureDocument): readonly FieldPart[] {
  const gold = new Set(document.metrics.flatMap(part => (part.spec === undefined ? [] : [goldFieldOf(part.spec)])))
  return document.fields.filter(
    field => field.type?.kind !== 'optional' && (field.direction === 'inputs' || gold.has(field.name)),
  )
}

function checkExample(
  document: SignatureDocument,
  fields: ReadonlyMap<string, FieldPart>,
  suggestions: number,
  needed: readonly FieldPart[],
  node: YamlNode,
  value: unknown,
  number: number,
): readonly Problem[] {
  const followed = node.kind === 'alias' ? document.tree.resolve(node) : node
  if (!isRecord(value) || followed?.kind !== 'map') {
    return [
      problem('example-kind', `example ${number} must be an object with the values of the fields`, wholeSpan(node)),
    ]
  }
  const problems: Problem[] = []
  for (const { name } of needed) {
    if (value[name] !== undefined && value[name] !== null) continue
    const pair = followed.pairs.find(pair => pair.key === name)
    const message =
      pair === undefined ? `example ${number} has no '${name}'` : `example ${number} has no value for '${name}'`
    problems.push(problem('example-missing-field', message, pair?.keySpan ?? headSpan(node, followed)))
  }
  for (const pair of followed.pairs) {
    if (reserved.has(pair.key)) continue
    const field = fields.get(pair.key)
    const span = node === followed ? pair.keySpan : node.span
    if (field === undefined) {
      const suggestion = problems.length < suggestions ? suggestWord(pair.key, [...fields.keys()]) : undefined
      const tip = suggestion === undefined ? '' : `, did you mean '${suggestion}'?`
      const message = `'${pair.key.slice(0, 60)}' is not a field of the signature${tip}`
      problems.push(problem('example-unknown-field', message, span, suggestion === undefined ? {} : { suggestion }))
      continue
    }
    const present = value[pair.key]
    if (field.type === undefined || present === undefined || present === null) continue
    const coerced = coerceValue(field.type, present)
    if (coerced.ok) continue
    const place = node === followed ? pair.value.span : node.span
    problems.push(problem('example-type', `'${pair.key}': ${coerced.error}`, place))
  }
  return problems
}

/** The first key of an example stands for the whole. */
function headSpan(node: YamlNode, map: YamlMap): Span {
  const first = map.pairs[0]
  return node !== map || map.flow || first === undefined ? wholeSpan(node) : first.keySpan
}

function wholeSpan(node: YamlNode): Span {
  return { start: node.span.start, end: Math.max(node.span.end, node.span.start + 1) }
}
