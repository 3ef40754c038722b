/** Hovers of the signature itself: its last score and its versions, to compare and to restore. */
import { formatImprovement } from '../base/score.ts'
import type { Version } from '../history/version.ts'
import type { SkillFacts } from './facts.ts'
import { code, escaped, table } from './markdown.ts'
import {
  formatGain,
  formatScore,
  formatTime,
  scoreLabel,
  staleSentence,
  trendLabel,
  versionBefore,
} from './scoreText.ts'

/** A Markdown link with this title that compares a version with the file, or restores it. */
export type VersionLink = (title: string, command: 'compare' | 'restore', version: number) => string

const mostVersions = 10

/** Nothing where there is neither a score nor a version. */
export function historyHover(facts: SkillFacts, link?: VersionLink): readonly string[] {
  const { score, versions } = facts
  const said: string[] = []
  if (score !== undefined) {
    const trend = trendLabel(facts)
    const stale = score.stale.length === 0 ? '' : `; since then, ${staleSentence(score.stale)}`
    const by = score.model === '' ? '' : `, ${code(score.model, 60)}`
    const label = `${scoreLabel(score.score, score)}${trend === undefined ? '' : ` ${trend}`}`
    said.push(`Last score: **${label}** (${formatTime(score.evaluatedAt)}${by}${stale})`)
  }
  if (versions.length === 0) return said
  const shown = versions.slice(-mostVersions).reverse()
  const titles = ['Version', 'Date', 'Score', 'Change', 'By', 'Reason', ...(link === undefined ? [] : [''])]
  said.push(
    table(
      titles,
      shown.map(version => row(facts, version, link)),
    ),
  )
  const older = versions.length - shown.length
  if (older > 0) said.push(`${older} older ${older === 1 ? 'version is' : 'versions are'} in the history.`)
  if (link === undefined) said.push(...commandLines(facts, shown))
  return said
}

function row(facts: SkillFacts, version: Version, link: VersionLink | undefined): readonly string[] {
  const isCurrent = isNow(facts, version)
  const number = isCurrent ? `**${version.version}** (now)` : String(version.version)
  const reason = version.tuning_reason ?? version.reason ?? (version.changes ?? []).join('; ')
  const cells = [
    number,
    escaped(version.created_at.slice(0, 16).replace('T', ' '), 20),
    version.metric_score === null ? '–' : formatScore(version.metric_score),
    escaped(formatGain(version.improvement ?? changeOf(facts, version)), 12),
    version.tuned ? 'tuned' : 'by hand',
    escaped(reason, 80),
  ]
  if (link === undefined) return cells
  // Versions recorded without their text can only be listed.
  const canOpen = !isCurrent && version.signature !== undefined
  const links = [link('compare', 'compare', version.version), link('restore', 'restore', version.version)]
  return [...cells, canOpen ? links.join(' · ') : '']
}

/** The newest of that number: after a merge two may share it. */
function isNow({ versions, currentVersion }: SkillFacts, version: Version): boolean {
  return version.version === currentVersion && versions.findLast(other => other.version === currentVersion) === version
}

function changeOf(facts: SkillFacts, { version, metric_score, model }: Version): string {
  const before = versionBefore({ ...facts, currentVersion: version })
  if (metric_score === null || typeof before?.metric_score !== 'number' || before.model !== model) return ''
  return formatImprovement(before.metric_score, metric_score)
}

/** What a person types where links cannot be trusted. */
function commandLines({ skillPath, currentVersion }: SkillFacts, shown: readonly Version[]): readonly string[] {
  const other = shown.find(({ version, signature }) => version !== currentVersion && signature !== undefined)
  if (skillPath === undefined || other === undefined) return []
  const path = /^[\w./-]+$/.test(skillPath) ? skillPath : `'${skillPath.replaceAll("'", "'\\''")}'`
  const second = currentVersion === undefined ? '' : ` ${currentVersion}`
  const lines = [
    `Compare: ${code(`signature-tuner diff ${path} ${other.version}${second}`)}`,
    `Restore: ${code(`signature-tuner restore ${path} ${other.version}`)}`,
  ]
  return [lines.join('  \n')]
}
