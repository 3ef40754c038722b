/** Answers a TuneSignature call: finds general rules in the failures and writes them into the signature. */
import { type Document, isMap, parseDocument } from 'yaml'
import { isRecord } from '../../base/json.ts'
import type { ModelRequest } from '../../model/model.ts'
import { inferAnchors } from './inferAnchors.ts'
import { inferForm } from './inferForm.ts'
import { inferLabels } from './inferLabels.ts'
import { type FieldFailures, improvedBy, type ProposedRule } from './proposal.ts'
import { type Case, readAnalysis } from './readAnalysis.ts'
import { readRules } from './rules.ts'
import { labelsOf, shapeOf } from './shape.ts'
import { answerField } from './taskAnswer.ts'

const rulesPerReply = 3
/** Examples that must show a rule before it is proposed. */
const minSupport = 2
const maxSignatureChars = 200_000

/** Never throws: a signature that does not parse comes back as it is. */
export function reflect(request: ModelRequest): { improved_signature: string; improvement_reasoning: string } {
  const analysis = readAnalysis(request)
  const document = parse(analysis.signature)
  if (document === undefined)
    return unchanged(analysis.signature, 'The signature could not be read as YAML, so nothing was changed.')
  const rules = fieldsOf(document, analysis.cases)
    .flatMap(proposalsFor)
    .filter(rule => rule.support >= minSupport)
    .map(rule => ({ rule, improved: improvedBy(rule) }))
    .filter(({ improved }) => improved > 0)
    .sort((a, b) => b.improved - a.improved || b.rule.support - a.rule.support)
    .map(({ rule }) => rule)
  const chosen = choose(rules, analysis.rejected, request.repeat)
  if (chosen.length === 0) return reworded(document, analysis.signature, analysis.rejected, request.repeat)
  for (const rule of chosen) write(document, rule)
  return {
    improved_signature: document.toString({ lineWidth: 0 }),
    improvement_reasoning: chosen
      .map(
        rule => `${rule.because}, so '${rule.field.name}' now says: ${rule.sentences.map(one => one.text).join(' ')}`,
      )
      .join(' '),
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
    const outputs = names.map(output => ({ name: output, type: '', desc: '', constraints: [] }))
    const field = (stated: readonly string[]) => ({ name, type: '', desc: text(spec.desc), constraints: stated })
    const instructions = text(root.instructions)
    const others = names.filter(other => other !== name)
    return [
      {
        name,
        shape,
        constraints,
        rules: readRules(field(constraints), instructions, others, inputs, labelsOf(shape)),
        inputs,
        cases: cases.filter(one => one.expected.has(name)),
        answer: (one, stated) => {
          const values = inputs.map(input => ({ name: input, type: '', text: one.inputs.get(input) ?? '' }))
          return answerField({ instructions, inputs: values, outputs }, field(stated), shape)
        },
      },
    ]
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

/** The best supported rules together; once some were rejected one by one, then in pairs, then others together. */
function choose(rules: readonly ProposedRule[], rejected: readonly string[], repeat: number): readonly ProposedRule[] {
  const lines = rejected.map(bare)
  const isIn = (line: string, rule: ProposedRule) => rule.sentences.every(one => line.includes(bare(one.text)))
  const wasTried = rules.slice(0, rulesPerReply).some(rule => lines.some(line => isIn(line, rule)))
  const counts = wasTried ? [1, 2, 3] : [3, 2, 1]
  for (const count of counts) {
    for (let offset = 0; offset < rules.length && count <= Math.max(1, rules.length); offset++) {
      // Asked again, it starts from another rule.
      const start = (offset + repeat) % rules.length
      const chosen = [...rules.slice(start), ...rules.slice(0, start)].slice(0, count)
      if (!lines.some(line => chosen.every(rule => isIn(line, rule)))) return chosen
    }
  }
  return []
}

/** Compared without quotes and white space, as the analysis may quote it in its own way. */
function bare(value: string): string {
  return value.replace(/[\s'"\\`]/g, '').toLowerCase()
}

function write(document: Document, rule: ProposedRule): void {
  const path = ['outputs', rule.field.name, 'constraints']
  for (const { text: sentence, replaces } of rule.sentences) {
    const current = document.getIn(path, true)
    const length = isRecord(current) && Array.isArray(current.items) ? current.items.length : 0
    if (length === 0) document.setIn(path, document.createNode([sentence]))
    else if (replaces !== undefined && replaces < length) document.setIn([...path, replaces], sentence)
    else document.addIn(path, sentence)
  }
}

const openings = ['Give', 'State', 'Determine', 'Identify', 'Provide', 'Work out']

/** Nothing to learn: another wording of a description, as a model without an idea would offer. */
function reworded(
  document: Document,
  signature: string,
  rejected: readonly string[],
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
    const fresh = options.filter(option => option !== desc && !rejected.some(line => bare(line).includes(bare(option))))
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
