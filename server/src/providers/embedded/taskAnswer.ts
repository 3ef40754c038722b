/** Answers a task call: each output from the inputs, its type and the rules the prompt states for it. */
import { isRecord } from '../../base/json.ts'
import type { ModelRequest } from '../../model/model.ts'
import type { PromptField } from '../../model/prompt.ts'
import { findDates, wholeDate } from './dates.ts'
import { judge } from './evidence.ts'
import { extractBool, extractLabel } from './extractLabel.ts'
import { bestOf, closestOf, extractText, questionOf, shapeText } from './extractText.ts'
import { findNumbers, numbersFor } from './numbers.ts'
import { type InputText, readTask, type TaskRequest } from './readPrompt.ts'
import { type Rules, readRules, subjectsOf } from './rules.ts'
import { emptyValue, labelsOf, type Shape, shapeOf } from './shape.ts'
import { segments, words } from './words.ts'

export function answerTask(request: ModelRequest): Record<string, unknown> {
  const task = readTask(request)
  const properties = isRecord(request.reply.schema.properties) ? request.reply.schema.properties : {}
  const names = Object.keys(properties).length > 0 ? Object.keys(properties) : task.outputs.map(field => field.name)
  return Object.fromEntries(
    names.map(name => {
      const field = task.outputs.find(one => one.name === name) ?? { name, type: 'str', desc: '', constraints: [] }
      const schema = Object.hasOwn(properties, name) ? properties[name] : undefined
      return [name, answerField(task, field, shapeOf(schema, field.type))]
    }),
  )
}

/** One output; `task.outputs` only tells the names of the others. */
export function answerField(task: TaskRequest, field: PromptField, shape: Shape): unknown {
  const others = task.outputs.map(one => one.name).filter(name => name !== field.name)
  const labels = labelsOf(shape)
  const rules = readRules(
    field,
    task.instructions,
    others,
    task.inputs.map(input => input.name),
    labels,
  )
  return extract(field.name, shape, rules, task.inputs) ?? emptyValue(shape)
}

/** `undefined` when the inputs give nothing. */
function extract(name: string, shape: Shape, rules: Rules, inputs: readonly InputText[]): unknown {
  const text = inputs.map(input => input.text).join('\n')
  switch (shape.kind) {
    case 'text':
      return extractString(name, rules, inputs)
    case 'label': {
      const label = extractLabel(shape.values.map(String), rules, text)
      return shape.values.find(value => String(value) === label)
    }
    case 'boolean':
      return extractBool(rules, text)
    case 'date':
      return extractDate(rules, inputs)
    case 'integer':
    case 'number':
      return extractNumber(shape.kind, rules, inputs)
    case 'optional':
      return extractOptional(name, shape.item, rules, inputs)
    case 'list':
      return extractList(name, shape.item, rules, inputs)
    case 'object':
      return Object.fromEntries(
        shape.fields.map(([member, memberShape, desc]) => {
          const field = { name: member, type: '', desc, constraints: [] }
          const own = readRules(field, '', [], [], labelsOf(memberShape))
          const merged = { ...own, relativeDates: rules.relativeDates, currencyCode: rules.currencyCode }
          return [member, extract(member, memberShape, merged, inputs) ?? emptyValue(memberShape)]
        }),
      )
    case 'null':
      return null
  }
}

function extractString(name: string, rules: Rules, inputs: readonly InputText[]): string | undefined {
  const found = extractText(name, rules, inputs)
  const answer = found === undefined ? undefined : shapeText(found, rules)
  if (rules.closedSet.length < 2 || (answer !== undefined && answer === rules.unknown)) return answer
  const member = rules.closedSet.find(one => one.toLowerCase() === answer?.toLowerCase())
  return member ?? closestOf(rules.closedSet, inputs.map(input => input.text).join('\n'))
}

function extractDate(rules: Rules, inputs: readonly InputText[]): string | undefined {
  return judgedDates(rules, inputs).best
}

/** An input that is one date and nothing else is what relative dates start from. */
function judgedDates(rules: Rules, inputs: readonly InputText[]): { best: string | undefined; anchored: boolean } {
  const reference = inputs.map(input => wholeDate(input.text)).find(date => date !== undefined)
  const text = inputs
    .filter(input => wholeDate(input.text) === undefined)
    .map(input => input.text)
    .join('\n\n')
  const found = findDates(text, { dayFirst: rules.dayFirst, reference })
  const usable = rules.relativeDates ? found : found.filter(date => !date.relative)
  const judged = judge(text, usable, rules)
  const best = bestOf(judged, rules)
  const anchored = judged.some(one => one.candidate === best && (one.anchored || one.score >= 2))
  return { best: best?.iso ?? (text.trim() === '' ? reference : undefined), anchored }
}

function extractNumber(kind: 'integer' | 'number', rules: Rules, inputs: readonly InputText[]): number | undefined {
  const text = inputs.map(input => input.text).join('\n\n')
  const judged = judge(text, numbersFor(text, findDates(text, { reference: '2000-01-01' }), subjectsOf(rules)), rules)
  if (judged.length === 0) return undefined
  const top = Math.max(...judged.map(one => one.score))
  const equals = judged.filter(one => one.score === top).map(one => one.candidate)
  const values = equals.map(one => one.value)
  const sorted = [...values].sort((a, b) => a - b)
  const value =
    rules.pick === 'largest'
      ? sorted.at(-1)
      : rules.pick === 'smallest'
        ? sorted[0]
        : rules.pick === 'last'
          ? values.at(-1)
          : values[0]
  return value === undefined ? undefined : kind === 'integer' ? Math.round(value) : value
}

function extractOptional(name: string, item: Shape, rules: Rules, inputs: readonly InputText[]): unknown {
  if (item.kind === 'date') {
    const { best, anchored } = judgedDates(rules, inputs)
    return best === undefined || (rules.nullWhenAbsent && rules.anchors.length > 0 && !anchored) ? null : best
  }
  if ((item.kind === 'number' || item.kind === 'integer') && rules.nullWhenAbsent) {
    const text = inputs.map(input => input.text).join('\n\n')
    const judged = judge(text, numbersFor(text, findDates(text), subjectsOf(rules)), rules)
    if (rules.anchors.length > 0 ? !judged.some(one => one.anchored) : !judged.some(one => one.score > 0)) return null
  }
  return extract(name, item, rules, inputs) ?? null
}

/** Items of a list-like line, else values spread over the text. */
function extractList(name: string, item: Shape, rules: Rules, inputs: readonly InputText[]): unknown[] {
  const text = inputs
    .filter(input => input !== questionOf(inputs) || inputs.length === 1)
    .map(input => input.text)
    .join('\n\n')
  let items: unknown[]
  if (item.kind === 'label') {
    const chosen = item.values.filter(value => {
      const cues = rules.cues.get(String(value))
      return (
        extractLabel(
          [String(value), ''],
          { ...rules, cues: new Map(cues === undefined ? [] : [[String(value), cues]]), otherwise: '' },
          text,
        ) !== ''
      )
    })
    items = chosen
  } else if (item.kind === 'number' || item.kind === 'integer')
    items = findNumbers(text, findDates(text)).map(one => one.value)
  else if (item.kind === 'date') items = findDates(text).map(one => one.iso)
  else if (item.kind === 'text')
    items = textItems(name, rules, text).map(one => shapeText(one, { ...rules, maxSentences: 1 }))
  else items = [extract(name, item, rules, inputs) ?? emptyValue(item)]
  const unique = items.filter((one, index) => typeof one === 'object' || items.indexOf(one) === index)
  const kept = rules.sorted ? unique.sort(compare) : unique
  return kept.slice(0, Math.min(rules.maxItems, 50))
}

function compare(a: unknown, b: unknown): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : String(a) < String(b) ? -1 : 1
}

function textItems(name: string, rules: Rules, text: string): string[] {
  if (rules.closedSet.length > 0) {
    const present = text.toLowerCase()
    return rules.closedSet.filter(one => present.includes(one.toLowerCase()))
  }
  const lines = segments(text).map(span => text.slice(span.start, span.end))
  const bullets = lines.filter(line => /^(?:[-*•]|\d{1,2}[.)])\s/.test(line))
  if (bullets.length > 1) return bullets.map(line => line.replace(/^(?:[-*•]|\d{1,2}[.)])\s+/, ''))
  const hinted = (line: string) =>
    words(line).some(word => rules.hints.has(word.text) || rules.name.has(word.text) || word.text === name)
  const line = lines.find(one => one.includes(':') && hinted(one)) ?? lines.find(hinted) ?? lines[0] ?? ''
  const list = line.includes(':') ? line.slice(line.indexOf(':') + 1) : line
  return list
    .split(/[,;]|\band\b/)
    .map(one => one.trim().replace(/[.!?]+$/, ''))
    .filter(one => one !== '')
}
