/** Scores over versions as a line chart; shapes, not colours alone, tell how a version came about. */
import type { WireVersion } from '../../../server/src/protocol/client.ts'
import { kindOf, scoreOf, type VersionKind } from './describeVersion.ts'
import { escapeHtml } from './escapeHtml.ts'

const height = 220
const step = 56
const margin = { left: 40, right: 24, top: 14, bottom: 30 }

/** Oldest first. */
export function historyChart(versions: readonly WireVersion[]): string {
  const width = margin.left + margin.right + Math.max(5, versions.length - 1) * step
  const metrics = metricNames(versions)
  const metricLines = metrics.map((name, at) => {
    const points = pointsOf(versions, ({ scores }) => scores?.[name])
    return line(points, `metric line-${at}`)
  })
  const score = line(
    pointsOf(versions, ({ metric_score }) => metric_score ?? undefined),
    'score',
  )
  const marks = versions.map(mark)
  return `<figure>
<div class="chart"><svg width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="group" aria-label="Score over versions; the table below says the same">
${[0, 0.25, 0.5, 0.75, 1].map(value => gridLine(value, width)).join('\n')}
${[...metricLines, score, ...marks].join('\n')}
</svg></div>
<figcaption>${legend(metrics)}</figcaption>
</figure>`
}

/** As many as can be told apart. */
const mostMetrics = 5

function metricNames(versions: readonly WireVersion[]): readonly string[] {
  const names = [...new Set(versions.flatMap(({ scores }) => Object.keys(scores ?? {})))]
  // One metric alone is the score.
  return names.length < 2 ? [] : names.slice(0, mostMetrics)
}

type Point = readonly [number, number]

function xOf(at: number): number {
  return margin.left + at * step
}

/** What a file may hold beyond 0..1 stays inside. */
function yOf(score: number): number {
  const inside = Math.min(1, Math.max(0, score))
  return Math.round(margin.top + (1 - inside) * (height - margin.top - margin.bottom))
}

/** Runs of measured versions: a version without a score is a gap. */
function pointsOf(
  versions: readonly WireVersion[],
  scoreAt: (version: WireVersion) => number | undefined,
): readonly (readonly Point[])[] {
  const runs: Point[][] = [[]]
  for (const [at, version] of versions.entries()) {
    const score = scoreAt(version)
    if (score === undefined) runs.push([])
    else runs.at(-1)?.push([xOf(at), yOf(score)])
  }
  return runs.filter(run => run.length > 1)
}

function line(runs: readonly (readonly Point[])[], style: string): string {
  return runs
    .map(run => `<polyline class="${style}" points="${run.map(point => point.join(',')).join(' ')}"/>`)
    .join('')
}

function gridLine(value: number, width: number): string {
  const y = yOf(value)
  const label = `<text x="${margin.left - 10}" y="${y + 4}" class="axis end">${value}</text>`
  return `<line class="grid" x1="${margin.left - 4}" x2="${width - margin.right}" y1="${y}" y2="${y}"/>${label}`
}

function mark(version: WireVersion, at: number): string {
  const { metric_score: score, version: number } = version
  const x = xOf(at)
  const y = yOf(score ?? 0)
  const said = `Version ${number}: ${scoreOf(version)}, ${kindOf(version)}`
  const style = `point${score === null ? ' unmeasured' : ''}`
  return `<g class="${style}" role="button" tabindex="-1" data-row="${at}" aria-label="${escapeHtml(said)}"><title>${escapeHtml(said)}</title>
<circle class="halo" cx="${x}" cy="${y}" r="12"/>${shape(kindOf(version), x, y)}
<text x="${x}" y="${height - 8}" class="axis middle">${number}</text></g>`
}

function shape(kind: VersionKind, x: number, y: number): string {
  if (kind === 'tuned') return `<path class="shape" d="M${x} ${y - 7}L${x + 7} ${y}L${x} ${y + 7}L${x - 7} ${y}Z"/>`
  if (kind === 'restored') return `<rect class="shape" x="${x - 5}" y="${y - 5}" width="10" height="10"/>`
  return `<circle class="shape" cx="${x}" cy="${y}" r="5"/>`
}

function legend(metrics: readonly string[]): string {
  const shapes = (['tuned', 'by hand', 'restored'] as const).map(kind => {
    const drawn = `<svg width="16" height="16" aria-hidden="true">${shape(kind, 8, 8)}</svg>`
    return `<span>${drawn} ${kind}</span>`
  })
  const lines = metrics.map((name, at) => {
    const drawn = `<svg width="28" height="10" aria-hidden="true"><line class="metric line-${at}" x1="0" x2="28" y1="5" y2="5"/></svg>`
    return `<span>${drawn} ${escapeHtml(name)}</span>`
  })
  const score = `<span><svg width="28" height="10" aria-hidden="true"><line class="score" x1="0" x2="28" y1="5" y2="5"/></svg> score</span>`
  return [...shapes, score, ...lines].join('')
}
