/** Answers a TuneSignature call: finds general rules in the failures and writes them into the signature. */
import { type Document, isMap, parseDocument } from 'yaml'
import { isRecord } from '../../base/json.ts'
import type { ModelRequest } from '../../model/model.ts'
import { inferAnchors } from './inferAnchors.ts'
import { inferForm } from './inferForm.ts'
import { inferLabels } from './inferLabels.ts'
import { type Case, readAnalysis } from './readAnalysis.ts'
import { type Rules, readRules } from './rules.ts'
import { type Shape, shapeOf } from './shape.ts'

/** What the inference of one field works from. */
export interface FieldFailures {
  readonly name: string
  readonly shape: Shape
  readonly constraints: readonly string[]
  /** What the signature already says. */
  readonly rules: Rules
  /** Cases that tell what was expected of this field. */
  readonly cases: readonly Case[]
  readonly inputs: readonly string[]
}

/** A rule the failures support. */
export interface ProposedRule {
  readonly field: string
  readonly text: string
  /** Failing examples it would explain. */
  readonly support: number
  /** Position of the constraint it takes the place of. */
  readonly replaces?: number
  readonly because: string
}

const rulesPerReply = 3
const maxSignatureChars = 200_000

/** Never throws: a signature that does not parse comes back as it is. */
export function reflect(request: ModelRequest): { improved_signature: string; improvement_reasoning: string } {
  const analysis = readAnalysis(request)
  const document = parse(analysis.signature)
  if (document === undefined)
    return unchanged(analysis.signature, 'The signature could not be read as YAML, so nothing was changed.')
  const proposals = fieldsOf(document, analysis.cases)
    .flatMap(field => proposalsFor(field))
    .filter(rule => rule.support >= 2 && !isRejected(rule.text, analysis.rejected))
  proposals.sort((a, b) => b.support - a.support || (a.text < b.text ? -1 : 1))
  // Asked again, it starts from another rule.
  const start = proposals.length === 0 ? 0 : request.repeat % proposals.length
  const chosen = [...proposals.slice(start), ...proposals.slice(0, start)].slice(0, rulesPerReply)
  if (chosen.length === 0) return reworded(document, analysis.signature, analysis.rejected, request.repeat)
  for (const rule of chosen) write(document, rule)
  return {
    improved_signature: document.toString({ lineWidth: 0 }),
    improvement_reasoning: chosen.map(rule => `${rule.because}: '${rule.field}' now says "${rule.text}"`).join(' '),
  }
}

function unchanged(
  signature: string,
  reasoning: string,
): { improved_signature: string; improvement_reasoning: string } {
  return { improved_signature: signature, improvement_reasoning: reasoning }
}

function parse(text: string): Document | undefined {
  if (text.length > maxSignatureChars) return undefined
  try {
    const document = parseDocument(text, { uniqueKeys: false })
    return document.errors.length === 0 && isMap(document.contents) ? document : undefined
  } catch {
    return undefined
  }
}

function fieldsOf(document: Document, cases: readonly Case[]): FieldFailures[] {
  const root = plain(document)
  const outputs = isRecord(root.outputs) ? Object.entries(root.outputs) : []
  const inputs = isRecord(root.inputs) ? Object.keys(root.inputs) : []
  const names = outputs.map(([name]) => name)
  return outputs.flatMap(([name, spec]): FieldFailures[] => {
    if (!isRecord(spec)) return []
    const shape = shapeOf(undefined, text(spec.type))
    const constraints = Array.isArray(spec.constraints) ? spec.constraints.map(text) : []
    const rules = readRules(
      { name, type: '', desc: text(spec.desc), constraints },
      text(root.instructions),
      names.filter(other => other !== name),
      inputs,
      labelsOf(shape),
    )
    return [{ name, shape, constraints, rules, inputs, cases: cases.filter(one => one.expected.has(name)) }]
  })
}

function plain(document: Document): Readonly<Record<string, unknown>> {
  try {
    const root: unknown = document.toJS({ maxAliasCount: 100 })
    return isRecord(root) ? root : {}
  } catch {
    return {}
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

export function labelsOf(shape: Shape): string[] {
  if (shape.kind === 'label') return shape.values.map(String)
  if (shape.kind === 'boolean') return ['true', 'false']
  return shape.kind === 'optional' ? labelsOf(shape.item) : []
}

function proposalsFor(field: FieldFailures): ProposedRule[] {
  const inner = field.shape.kind === 'optional' ? field.shape.item : field.shape
  switch (inner.kind) {
    case 'label':
    case 'boolean':
      return inferLabels(field)
    case 'date':
    case 'number':
    case 'integer':
      return [...inferAnchors(field, inner.kind), ...inferForm(field)]
    case 'text':
      return [...inferForm(field), ...inferAnchors(field, 'text')]
    default:
      return inferForm(field)
  }
}

/** Compared without quotes and white space, as the analysis may quote it in its own way. */
function isRejected(rule: string, rejected: string): boolean {
  return bare(rejected).includes(bare(rule))
}

function bare(value: string): string {
  return value.replace(/[\s'"\\`]/g, '').toLowerCase()
}

function write(document: Document, rule: ProposedRule): void {
  const path = ['outputs', rule.field, 'constraints']
  const current = document.getIn(path, true)
  const length = isRecord(current) && Array.isArray(current.items) ? current.items.length : 0
  if (length === 0) document.setIn(path, document.createNode([rule.text]))
  else if (rule.replaces !== undefined && rule.replaces < length) document.setIn([...path, rule.replaces], rule.text)
  else document.addIn(path, rule.text)
}

const openings = ['Give', 'State', 'Determine', 'Identify', 'Provide', 'Work out']

/** Nothing to learn: another wording of a description, as a model without an idea would offer. */
function reworded(
  document: Document,
  signature: string,
  rejected: string,
  repeat: number,
): { improved_signature: string; improvement_reasoning: string } {
  const root = plain(document)
  const outputs = isRecord(root.outputs) ? Object.entries(root.outputs) : []
  for (const [name, spec] of outputs) {
    if (!isRecord(spec)) continue
    const desc = text(spec.desc).trim() || `the ${name}`
    const rest = openings.reduce(
      (kept, opening) => (kept.startsWith(`${opening} `) ? kept.slice(opening.length + 1) : kept),
      desc,
    )
    const lower = /^[A-Z][a-z]/.test(rest) ? rest.slice(0, 1).toLowerCase() + rest.slice(1) : rest
    const options = openings.map(opening => `${opening} ${lower}`)
    const fresh = options.filter(option => option !== desc && !isRejected(option, rejected))
    const wording = fresh[repeat % Math.max(1, fresh.length)]
    if (wording === undefined) continue
    document.setIn(['outputs', name, 'desc'], wording)
    return {
      improved_signature: document.toString({ lineWidth: 0 }),
      improvement_reasoning: `The failures show no common rule; the description of '${name}' is worded more clearly.`,
    }
  }
  return unchanged(signature, 'The failures show no common rule.')
}
