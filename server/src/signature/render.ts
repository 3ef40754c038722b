/** A signature as canonical YAML: what the reflection model reads and what a new file starts as. */
import type { Field, MetricSpec, Signature } from './signature.ts'
import { formatType, type ObjectField, objectWithin } from './types.ts'
import { scalarText } from './yamlText.ts'

export interface RenderOptions {
  /** Whether inline examples are written; the path of a file always is. */
  readonly examples: boolean
}

export function renderSignature(signature: Signature, options: RenderOptions): string {
  const lines: string[] = []
  if (signature.skillId !== undefined) lines.push(`skill_id: ${inline(signature.skillId)}`)
  lines.push(`name: ${inline(signature.name)}`, `instructions: ${block(signature.instructions, 2)}`)
  for (const direction of ['inputs', 'outputs'] as const) {
    lines.push(`${direction}:`, ...signature[direction].flatMap(field => fieldLines(field)))
  }
  if (signature.metrics.length > 0) lines.push('metrics:', ...signature.metrics.map(metricLine))
  lines.push(`threshold: ${signature.threshold}`)
  const { examples } = signature
  if (examples?.kind === 'file') lines.push(`examples: ${inline(examples.path)}`)
  else if (examples !== undefined && options.examples) {
    lines.push('examples:', ...examples.items.map(item => `  - ${flowValue(item)}`))
  }
  return `${lines.join('\n')}\n`
}

function fieldLines(field: Field): readonly string[] {
  const lines = [`  ${inline(field.name)}:`, ...shapeLines(field, 4)]
  if (field.constraints.length > 0) {
    lines.push('    constraints:', ...field.constraints.map(text => `      - ${inline(text)}`))
  }
  return lines
}

function shapeLines(field: Field | ObjectField, indent: number): readonly string[] {
  const pad = ' '.repeat(indent)
  const lines = [`${pad}type: ${inline(formatType(field.type))}`]
  if (field.desc !== '') lines.push(`${pad}desc: ${block(field.desc, indent + 2)}`)
  const nested = objectWithin(field.type)?.fields ?? []
  if (nested.length > 0) {
    lines.push(`${pad}fields:`)
    for (const item of nested) lines.push(`${pad}  ${inline(item.name)}:`, ...shapeLines(item, indent + 4))
  }
  return lines
}

function metricLine(metric: MetricSpec): string {
  const parts = [`kind: ${metric.kind}`]
  if (metric.field !== undefined) parts.push(`field: ${flowText(metric.field)}`)
  if (metric.weight !== 1) parts.push(`weight: ${metric.weight}`)
  for (const [key, value] of Object.entries(metric.options)) parts.push(`${flowText(key)}: ${flowValue(value)}`)
  return `  ${inline(metric.name)}: { ${parts.join(', ')} }`
}

function inline(text: string): string {
  return text.includes('\n') ? scalarText(text, 'double', place(0)) : scalarText(text, 'plain', place(0))
}

/** In one line, or as a block when it has several. */
function block(text: string, indent: number): string {
  return text.includes('\n') ? scalarText(text, 'literal', place(indent)) : inline(text)
}

function place(indent: number) {
  return { flow: false, indent, lineBreak: '\n' } as const
}

function flowText(text: string): string {
  return scalarText(text, 'plain', { flow: true, indent: 0, lineBreak: '\n' })
}

/** A value as inside `{ }`, on one line. */
export function flowValue(value: unknown): string {
  if (typeof value === 'string') return flowText(value)
  if (typeof value === 'number') return numberText(value)
  if (Array.isArray(value)) return `[${value.map(flowValue).join(', ')}]`
  if (typeof value !== 'object' || value === null) return String(value)
  const members = Object.entries(value).map(([key, member]) => `${flowText(key)}: ${flowValue(member)}`)
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value)
  return Number.isNaN(value) ? '.nan' : value > 0 ? '.inf' : '-.inf'
}
