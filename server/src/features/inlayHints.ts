/** Inlay hints: the last scores inside the source, at the signature, its metrics, its outputs and its examples. */
import type { Span } from '../base/text.ts'
import type { SignatureDocument } from '../signature/document.ts'
import type { LastScore, SkillFacts } from './facts.ts'
import { code, escaped } from './markdown.ts'
import { formatTime, type Loss, lossesOf, scoreLabel, staleSentence, trendLabel, versionBefore } from './scoreText.ts'

export interface InlayHint {
  readonly offset: number
  readonly parts: readonly HintPart[]
  /** What the tooltip is asked for with. */
  readonly subject: HintSubject
}

export interface HintPart {
  readonly text: string
  /** A command that the part stands for. */
  readonly command?: 'history'
}

export interface HintSubject {
  readonly kind: 'signature' | 'metric' | 'field' | 'examples'
  /** Of the metric or field. */
  readonly name: string
}

/** Hints whose place is in the span, in no order; none where nothing was evaluated. */
export function inlayHints(facts: SkillFacts, document: SignatureDocument, span: Span): readonly InlayHint[] {
  const { score } = facts
  if (score === undefined) return []
  const { text } = document
  const isAsked = (offset: number) => offset >= span.start && offset <= span.end
  const hints: InlayHint[] = []
  const add = (offset: number, subject: HintSubject, ...parts: readonly HintPart[]) => {
    if (isAsked(offset)) hints.push({ offset, parts, subject })
  }
  const title = document.name ?? document.skillId
  if (title !== undefined) add(title.span.end, { kind: 'signature', name: '' }, ...signatureParts(facts, score))
  for (const { name, span: place, nameSpan } of document.metrics) {
    const value = own(score.byMetric, name)
    const subject = { kind: 'metric', name } as const
    if (value !== undefined) add(endOfLine(text, nameSpan, place), subject, { text: scoreLabel(value, score) })
  }
  for (const { name, direction, nameSpan } of document.fields) {
    const value = direction === 'outputs' ? own(score.byField, name) : undefined
    const subject = { kind: 'field', name } as const
    if (value !== undefined) add(afterColon(text, nameSpan), subject, { text: scoreLabel(value, score) })
  }
  const { examples } = document
  if (examples !== undefined && score.passed !== undefined) {
    const offset = examples.source?.kind === 'file' ? examples.span.end : afterColon(text, examples.keySpan)
    add(offset, { kind: 'examples', name: '' }, { text: passLabel(score, score.passed) })
  }
  return hints
}

/** Markdown; `undefined` when what the hint was about is gone. */
export function hintTooltip(facts: SkillFacts, document: SignatureDocument, subject: HintSubject): string | undefined {
  const { score } = facts
  if (score === undefined) return undefined
  const losses = lossesOf(score.failing, isAbout(document, subject))
  const lines = [whatWasEvaluated(facts, score, subject), howItWasEvaluated(score), ...trendLines(facts, subject)]
  if (score.stale.length > 0) lines.push(`**Stale**: since then, ${staleSentence(score.stale)}.`)
  if (losses.length > 0) lines.push(lossList(score, losses))
  return lines.join('\n\n')
}

/** As many reasons as are worth reading. */
const mostLosses = 3

export function lossList({ failing, passed }: LastScore, losses: readonly Loss[]): string {
  // Only the worst are kept of many.
  const among = passed?.isExact === false ? ` (in the ${failing.length} worst examples)` : ''
  const rows = losses
    .slice(0, mostLosses)
    .map(({ metric, sentence, count }) => `- ${count} × ${code(metric, 60)}: ${escaped(sentence, 160)}`)
  return [`It lost points most by${among}:`, ...rows].join('\n')
}

function signatureParts(facts: SkillFacts, score: LastScore): readonly HintPart[] {
  const trend = trendLabel(facts)
  const text = scoreLabel(score.score, score) + (trend === undefined ? '' : ` ${trend}`)
  const { currentVersion } = facts
  return currentVersion === undefined ? [{ text }] : [{ text }, { text: ` · v${currentVersion}`, command: 'history' }]
}

function passLabel(score: LastScore, { count, isExact }: NonNullable<LastScore['passed']>): string {
  const stale = score.stale.length === 0 ? '' : ' stale'
  return `${isExact ? '' : 'at most '}${count} of ${score.examples} pass${stale}`
}

function whatWasEvaluated({ currentVersion }: SkillFacts, score: LastScore, { kind, name }: HintSubject): string {
  const version = currentVersion === undefined ? '' : ` (version ${currentVersion})`
  switch (kind) {
    case 'metric':
      return `Mean of the metric ${code(name, 60)} over all examples.`
    case 'field':
      return `Weighted mean of the metrics that read ${code(name, 60)}.`
    case 'examples':
      return 'Examples that lost no points.'
    default:
      return score.stale.includes('signature') || score.stale.includes('metrics')
        ? 'Weighted mean of all metrics, for an earlier wording of this signature.'
        : `Weighted mean of all metrics, for this signature${version}.`
  }
}

function howItWasEvaluated({ evaluatedAt, model, examples, errors }: LastScore): string {
  const by = model === '' ? '' : ` on ${code(model, 60)}`
  const failed = errors === 0 ? '' : `, of which ${errors} could not be scored`
  return `Evaluated ${formatTime(evaluatedAt)}${by} with ${examples} ${examples === 1 ? 'example' : 'examples'}${failed}.`
}

function trendLines(facts: SkillFacts, { kind }: HintSubject): readonly string[] {
  const trend = kind === 'signature' ? trendLabel(facts) : undefined
  return trend === undefined ? [] : [`${trend} against version ${versionBefore(facts)?.version}.`]
}

/** Whether a metric counts for what a hint is about. */
function isAbout({ metrics }: SignatureDocument, { kind, name }: HintSubject): (metric: string) => boolean {
  if (kind === 'metric') return metric => metric === name
  if (kind !== 'field') return () => true
  const reading = new Set(metrics.filter(({ fieldPart }) => fieldPart?.value === name).map(metric => metric.name))
  return metric => reading.has(metric)
}

/** The end of what stands in the line of a name. */
function endOfLine(text: string, nameSpan: Span, { end }: Span): number {
  const line = /^[^\r\n]*/.exec(text.slice(nameSpan.end, end))?.[0] ?? ''
  return nameSpan.end + line.trimEnd().length
}

function afterColon(text: string, nameSpan: Span): number {
  const colon = /^[ \t]*:/.exec(text.slice(nameSpan.end, nameSpan.end + 80))?.[0] ?? ''
  return nameSpan.end + colon.length
}

function own<T>(values: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined
}
