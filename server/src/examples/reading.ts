/** Reading a dataset: takes the values of one example after the other, checks them, and keeps what is wrong with them. */
import { isRecord } from '../base/json.ts'
import type { LineColumn } from '../base/text.ts'
import { goldFieldOf } from '../signature/gold.ts'
import { mostSuggestions, suggestWord } from '../signature/reader.ts'
import type { Field, Signature } from '../signature/signature.ts'
import { coerceValue } from '../signature/types.ts'
import type { Dataset, Example, ExampleProblem, SplitName } from './example.ts'

/** Where an example and its members stand; asked only when there is something to report. */
export interface Where {
  readonly start: LineColumn
  keyAt(key: string): LineColumn
  valueAt(key: string): LineColumn
}

export interface Reading {
  /** Takes the next example. `false` once no more are wanted. */
  add(value: unknown, where: Where): boolean
  /** Takes the names of the columns all examples have. `false` when needed ones are missing. */
  header(names: readonly string[], where: Where): boolean
  /** Takes an example that could not even be parsed: it counts, so that the others keep their numbers. */
  broken(code: string, message: string, at: LineColumn): void
  /** The example that comes next holds a key twice, of which the last counts. */
  repeated(key: string, at: LineColumn): void
  /** Something wrong with the file and no one example. */
  error(code: string, message: string, at: LineColumn): void
  finish(): Dataset
}

const maxExamples = 1_000_000
const maxProblems = 100
const maxUnknown = 1000
const maxIdLength = 200

/** An example with an error is reported and left out of the dataset; one with warnings stays. */
export function createReading(signature: Signature): Reading {
  const fields = signature.inputs.concat(signature.outputs)
  const wanted = new Set([...fields.map(field => field.name), '_id', '_split', '_weight'])
  const needs = fields.map(field => ({ field, need: needOf(field, signature) }))
  const examples: Example[] = []
  const lineOfId = new Map<string, number>()
  const unknown = new Set<string>()
  const problems = createProblems()
  let count = 0

  function readFields(value: Readonly<Record<string, unknown>>, report: Report, where: Where) {
    const values: Record<string, unknown> = {}
    for (const { field, need } of needs) {
      const { name } = field
      const given = Object.hasOwn(value, name) ? value[name] : undefined
      if (given === undefined || given === null) {
        if (field.type.kind === 'optional') values[name] = null
        else if (need !== undefined) {
          const what = given === null ? `has no value for '${name}'` : `has no '${name}'`
          report('example-missing-field', ` ${what}${need}`, given === null ? where.valueAt(name) : where.start)
        }
        continue
      }
      const coerced = coerceValue(field.type, given)
      if (coerced.ok) values[name] = coerced.value
      else report('example-type', `, '${name}': ${coerced.error}`, where.valueAt(name))
    }
    return values
  }

  /** Unknown names are reported once each: a column too many is one mistake, not one per example. */
  function checkKeys(keys: readonly string[], report: Report, where: Where) {
    for (const key of keys) {
      if (wanted.has(key) || unknown.has(key)) continue
      if (key === '__proto__') {
        report('forbidden-key', ` has the key '__proto__', which is not allowed`, where.keyAt(key))
        continue
      }
      if (unknown.size < maxUnknown) unknown.add(key)
      const suggestion = unknown.size < mostSuggestions ? suggestWord(key, [...wanted]) : undefined
      const tip = suggestion === undefined ? '' : `, did you mean '${suggestion}'?`
      const message = `${count === 0 ? '' : `example ${count}: `}'${key.slice(0, 60)}' is not a field of the signature${tip}`
      problems.add('warning', { code: 'example-unknown-field', message, ...where.keyAt(key) })
    }
  }

  function readId(value: unknown, report: Report, where: Where): string {
    const number = String(count)
    if (value === undefined || value === null) return number
    const id = typeof value === 'number' ? String(value) : value
    if (typeof id === 'string' && id.trim() !== '' && id.length <= maxIdLength) return id
    const message = `: _id must be a text of at most ${maxIdLength} characters or a number`
    report('example-id', message, where.valueAt('_id'))
    return number
  }

  return {
    add(value, where) {
      if (count === maxExamples) {
        const message = `there are more than ${maxExamples.toLocaleString('en')} examples`
        problems.add('error', { code: 'example-limit', message, ...where.start })
        return false
      }
      count++
      if (!isRecord(value)) {
        const message = `example ${count} must be an object with the values of the fields`
        problems.add('error', { code: 'example-kind', message, ...where.start, exampleId: String(count) })
        return true
      }
      const own = (key: string) => (Object.hasOwn(value, key) ? value[key] : undefined)
      let sound = true
      let id = String(count)
      const report: Report = (code, message, at) => {
        sound = false
        problems.add('error', { code, message: `${nameOf(id, count)}${message}`, ...at, exampleId: id })
      }
      id = readId(own('_id'), report, where)
      const earlier = lineOfId.get(id)
      if (earlier === undefined) lineOfId.set(id, where.start.line)
      else report('example-id', ` has the same _id as the one on line ${earlier}`, where.valueAt('_id'))
      checkKeys(Object.keys(value), report, where)
      const values = readFields(value, report, where)
      const split = readSplit(own('_split'), report, where)
      const weight = readWeight(own('_weight'), report, where)
      if (sound)
        examples.push({ id, values, weight, line: where.start.line, ...(split === undefined ? {} : { split }) })
      return true
    },
    header(names, where) {
      let sound = true
      const report: Report = (code, message, at) => {
        sound = false
        problems.add('error', { code, message: `the header${message}`, ...at })
      }
      checkKeys(names, report, where)
      for (const { field, need } of needs) {
        if (need === undefined || field.type.kind === 'optional' || names.includes(field.name)) continue
        report('example-missing-field', ` has no '${field.name}'${need}`, where.start)
      }
      return sound
    },
    broken(code, message, at) {
      count++
      problems.add('error', { code, message: `example ${count}: ${message}`, ...at, exampleId: String(count) })
    },
    repeated(key, at) {
      const message = `example ${count + 1}: the key '${key.slice(0, 60)}' is there twice: the last one counts`
      problems.add('warning', { code: 'duplicate-key', message, ...at })
    },
    error: (code, message, at) => problems.add('error', { code, message, ...at }),
    finish() {
      if (count === 0 && problems.empty) {
        problems.add('error', { code: 'examples-empty', message: 'there are no examples', line: 1, column: 1 })
      }
      return { examples, problems: problems.list() }
    },
  }
}

const splits: readonly SplitName[] = ['train', 'dev', 'holdout']

/** Reports an error of the example at hand; the message goes on after its name. */
type Report = (code: string, message: string, at: LineColumn) => void

function nameOf(id: string, count: number): string {
  return id === String(count) ? `example ${count}` : `example ${count} (${id.slice(0, 60)})`
}

/** Why an example must hold the field, as the end of a sentence; `undefined` when it need not. */
function needOf(field: Field, signature: Signature): string | undefined {
  if (signature.inputs.includes(field)) return ', which is an input'
  const metric = signature.metrics.find(spec => goldFieldOf(spec) === field.name)
  return metric === undefined ? undefined : `, which the metric ${metric.name} compares with`
}

function readSplit(value: unknown, report: Report, where: Where): SplitName | undefined {
  if (value === undefined || value === null || value === '') return undefined
  const split = splits.find(name => name === value)
  if (split === undefined) report('example-split', `: _split must be train, dev or holdout`, where.valueAt('_split'))
  return split
}

/** Larger ones would swallow all others, or overflow their sum. */
const maxWeight = 1e6

function readWeight(value: unknown, report: Report, where: Where): number {
  if (value === undefined || value === null || value === '') return 1
  const weight = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof weight === 'number' && weight > 0 && weight <= maxWeight) return weight
  report('example-weight', `: _weight must be a number above 0, at most ${maxWeight}`, where.valueAt('_weight'))
  return 1
}

/** Keeps the first problems, errors before warnings, and counts the rest. */
function createProblems() {
  const kept: Record<'error' | 'warning', ExampleProblem[]> = { error: [], warning: [] }
  const left = { error: 0, warning: 0 }
  return {
    get empty() {
      return kept.error.length === 0
    },
    add(severity: 'error' | 'warning', problem: Omit<ExampleProblem, 'severity'>) {
      if (kept[severity].length < maxProblems) kept[severity].push({ ...problem, severity })
      else left[severity]++
    },
    list(): readonly ExampleProblem[] {
      const list = [...kept.error, ...kept.warning].slice(0, maxProblems)
      const more = kept.error.length + kept.warning.length - list.length + left.error + left.warning
      list.sort((a, b) => a.line - b.line || a.column - b.column)
      const last = list.at(-1)
      if (more === 0 || last === undefined) return list
      const severity = left.error > 0 ? 'error' : 'warning'
      const message = `there ${more === 1 ? 'is 1 more problem' : `are ${grouped(more)} more problems`} like these`
      return [...list, { code: 'example-limit', message, severity, line: last.line, column: last.column }]
    },
  }
}

/** With commas, as `toLocaleString` writes it, which takes a tenth of a second when it is first called. */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',')
}
