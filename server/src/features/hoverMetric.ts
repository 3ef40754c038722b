/** Hovers of metrics: what a kind measures, its options, and the last score. */
import { optionDocs } from '../metrics/optionDocs.ts'
import type { MetricPart } from '../signature/readMetrics.ts'
import { metricKindDescriptions, signatureSchema } from '../signature/schema.ts'
import type { MetricKind } from '../signature/signature.ts'
import type { SkillFacts } from './facts.ts'
import { lossList } from './inlayHints.ts'
import { code, escaped } from './markdown.ts'
import { lossesOf, scoreLabel } from './scoreText.ts'

/** Of the metric's name. */
export function metricHover({ score }: SkillFacts, { name, kind }: MetricPart): readonly string[] {
  const title = `**${escaped(name, 60)}** · metric`
  const meaning = kind === undefined ? [] : [kindLine(kind)]
  const value = score !== undefined && Object.hasOwn(score.byMetric, name) ? score.byMetric[name] : undefined
  if (score === undefined || value === undefined) return [title, ...meaning]
  const losses = lossesOf(score.failing, metric => metric === name)
  const lost = losses.length === 0 ? [] : [lossList(score, losses)]
  return [title, ...meaning, `Last score: **${scoreLabel(value, score)}**`, ...lost]
}

/** Of a key of the metric or its value. */
export function metricPartHover({ kind }: MetricPart, key: string, at: 'key' | 'value'): readonly string[] {
  if (key === 'kind' && at === 'value') return kind === undefined ? [] : [kindLine(kind), optionList(kind)]
  const shape = signatureSchema.shape.metrics.unwrap().valueType.shape
  const common = Object.hasOwn(shape, key) ? shape[key as keyof typeof shape].description : undefined
  if (common !== undefined) return at === 'key' ? [`${code(key)}: ${common}`] : []
  const option = kind && optionDocs(kind).find(({ name }) => name === key)
  return option === undefined ? [] : [`${code(key)}: ${option.description}`]
}

function kindLine(kind: MetricKind): string {
  return `${code(kind)}: ${metricKindDescriptions[kind]}`
}

function optionList(kind: MetricKind): string {
  const options = optionDocs(kind).map(
    ({ name, description, required }) => `- ${code(name)}${required ? ' (required)' : ''}: ${description}`,
  )
  return options.length === 0 ? 'It has no options.' : ['Options:', ...options].join('\n')
}
