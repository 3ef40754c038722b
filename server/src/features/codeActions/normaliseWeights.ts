/** Makes the weights of the metrics add up to 1, each keeping its share. */
import type { TextEdit } from '../../base/text.ts'
import type { SignatureDocument } from '../../signature/document.ts'
import type { MetricPart } from '../../signature/readMetrics.ts'
import type { Action, Change, Refactoring, Refusal } from './action.ts'
import { entryAt, insertEntry } from './entries.ts'
import { touches } from './selection.ts'
import { lineStub, metricOrder } from './stubs.ts'

export const normaliseWeights: Refactoring = ({ document, span }) => {
  const { metrics, entries } = document
  const pair = entries.find(({ key }) => key === 'metrics')
  if (pair === undefined || !touches(span, { start: pair.keySpan.start, end: pair.value.span.end })) return []
  // Where nobody wrote a weight, all count the same, and that is plain to see.
  if (metrics.length < 2 || metrics.every(({ weightSpan }) => weightSpan === undefined)) return []
  const sum = metrics.reduce((total, { spec }) => total + (spec?.weight ?? Number.NaN), 0)
  if (!Number.isFinite(sum) || Math.abs(sum - 1) < 1e-9) return []
  return [
    { title: 'Make the weights add up to 1', kind: 'refactor.rewrite', change: () => normalise(document, sum) },
  ] satisfies readonly Action[]
}

/** Decimals are as few as keep the shares apart; the largest weight takes what rounding leaves. */
function normalise(document: SignatureDocument, sum: number): Change | Refusal {
  const exact = document.metrics.map(({ spec }) => (spec?.weight ?? 0) / sum)
  const unit = 10 ** decimalsFor(exact)
  const rounded = exact.map(weight => Math.round(weight * unit))
  const largest = rounded.indexOf(Math.max(...rounded))
  const rest = unit - rounded.reduce((total, weight) => total + weight, 0)
  const weights = rounded.map((weight, index) => (index === largest ? weight + rest : weight) / unit)
  if (weights.some(weight => weight <= 0)) return { refusal: 'The weights lie too far apart to add up to 1.' }
  const edits = document.metrics.map((metric, index) => weightEdit(document, metric, String(weights[index])))
  return edits.includes(undefined)
    ? { refusal: 'A metric is written in a way that cannot be edited.' }
    : { edits: edits.filter(edit => edit !== undefined) }
}

function decimalsFor(weights: readonly number[]): number {
  const enough = [1, 2, 3, 4].find(decimals =>
    weights.every(weight => Math.abs(weight * 10 ** decimals - Math.round(weight * 10 ** decimals)) < 1e-9),
  )
  return enough ?? Math.min(6, Math.max(3, Math.ceil(-Math.log10(Math.min(...weights))) + 1))
}

function weightEdit(document: SignatureDocument, metric: MetricPart, weight: string): TextEdit | undefined {
  if (metric.weightSpan !== undefined) return { span: metric.weightSpan, text: weight }
  const map = entryAt(document, metric.nameSpan.start)?.pair.value
  return map?.kind === 'map' ? insertEntry(document.text, map, metricOrder, lineStub('weight', weight)) : undefined
}
