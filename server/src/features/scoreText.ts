/** The words in which scores are shown: with their trend, why they are stale, and where they lost points. */
import { formatImprovement } from '../base/score.ts'
import type { Version } from '../history/version.ts'
import type { KnownFailure, LastScore, SkillFacts, StaleReason } from './facts.ts'

/** Two digits, as everywhere. */
export function formatScore(score: number): string {
  return score.toFixed(2)
}

/** Such as `0.81`, or `0.81 stale`. */
export function scoreLabel(score: number, { stale }: Pick<LastScore, 'stale'>): string {
  return stale.length === 0 ? formatScore(score) : `${formatScore(score)} stale`
}

/** Such as `▲ +9%`, against the version before; `undefined` where the two cannot be compared. */
export function trendLabel(facts: SkillFacts): string | undefined {
  const { score } = facts
  const before = versionBefore(facts)
  if (score === undefined || score.stale.length > 0 || typeof before?.metric_score !== 'number') return undefined
  // Another model's score is another scale.
  if (before.model !== undefined && score.model !== '' && before.model !== score.model) return undefined
  const gain = formatGain(formatImprovement(before.metric_score, score.score))
  if (gain.endsWith('0.00')) return '±0.00'
  return `${gain.startsWith('-') ? '▼' : '▲'} ${gain}`
}

/** `+0.09` for the `+9%` that is stored: beside scores in 0..1 a percentage would read as a share of them. */
export function formatGain(improvement: string): string {
  const [, sign, points] = /^([+-])(\d+)%$/.exec(improvement) ?? []
  return points === undefined ? improvement : `${sign}${(Number(points) / 100).toFixed(2)}`
}

/** The version that the text came from: the parent of the current one, else the one before it in the list. */
export function versionBefore({ versions, currentVersion }: SkillFacts): Version | undefined {
  if (currentVersion === undefined) return versions.at(-1)
  // After a merge two versions may share a number: the later one is meant.
  const index = versions.findLastIndex(({ version }) => version === currentVersion)
  const parent = versions[index]?.parent
  const earlier = versions.slice(0, Math.max(0, index))
  return (parent === undefined ? undefined : earlier.findLast(({ version }) => version === parent)) ?? earlier.at(-1)
}

/** Milliseconds since 1970 as `2026-01-20 14:30 UTC`. */
export function formatTime(milliseconds: number): string {
  const time = new Date(milliseconds)
  return Number.isNaN(time.getTime()) ? 'an unknown time' : `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

const staleWords: Readonly<Record<StaleReason, string>> = {
  signature: 'the signature has changed',
  metrics: 'the metrics have changed',
  examples: 'the examples have changed',
  model: 'another model is set',
}

/** Such as `the signature has changed and another model is set`. */
export function staleSentence(stale: readonly StaleReason[]): string {
  const words = stale.map(reason => staleWords[reason])
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

export interface Loss {
  readonly metric: string
  /** What the sentences have in common, without the values. */
  readonly sentence: string
  readonly count: number
}

/** Of the worst examples first: with hundreds of metrics there are more lines than a tooltip can wait for. */
const mostFeedback = 1000

/** Why points were lost, the most frequent reason first. */
export function lossesOf(failing: readonly KnownFailure[], isCounted: (metric: string) => boolean): readonly Loss[] {
  const losses = new Map<string, Loss>()
  const lines = failing.flatMap(({ feedback }) => feedback).filter(line => isCounted(metricOf(line)))
  for (const line of lines.slice(0, mostFeedback)) {
    const metric = metricOf(line)
    const sentence = withoutValues(sentenceOf(line))
    const key = `${metric}: ${sentence}`
    losses.set(key, { metric, sentence, count: (losses.get(key)?.count ?? 0) + 1 })
  }
  return [...losses.values()].sort((a, b) => b.count - a.count)
}

/** The metric that a line of feedback is of. */
export function metricOf(line: string): string {
  return line.slice(0, Math.max(0, line.indexOf(': ')))
}

/** The sentence of a line of feedback: the difference alone where it tells one. */
export function sentenceOf(line: string): string {
  const colon = line.indexOf(': ')
  const sentence = line.slice(colon === -1 ? 0 : colon + 2, 600)
  // Values may hold colons, too.
  const masked = sentence.replace(quoted, value => '_'.repeat(value.length))
  const told = /^Expected [^:]*, got [^:]*: /.exec(masked)?.[0].length ?? 0
  return sentence.slice(told).replace(/\.$/, '').trim()
}

const quoted = /"(?:[^"\\]|\\.)*"/g

/** Sentences that differ in their values alone become one. */
function withoutValues(sentence: string): string {
  const bare = sentence
    .replace(quoted, '…')
    .replace(/\[[^[\]]*\]|\{[^{}]*\}/g, '…')
    .replace(/[-+]?\d+(?:[.,]\d+)*/g, '…')
  return bare === 'Expected …, got …' ? 'another value than expected' : bare
}
