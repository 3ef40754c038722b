/** Versions of a signature: the list with scores, and the difference of two. */
import { createTwoFilesPatch } from 'diff'
import type { z } from 'zod'
import type { diff, history, restore } from '../../app/operations/versions.ts'
import type { Version } from '../../history/version.ts'
import { bullet, line, printable, score, skillName, type Terminal, table, wrap } from '../terminal.ts'

export function renderHistory(terminal: Terminal, view: z.output<typeof history.output>): string {
  const skill = skillName(view.skill_path)
  if (view.versions.length === 0) {
    return wrap(
      `${skill} has no history yet. Record a version with: signature-tuner evaluate ${skill}`,
      terminal.columns,
    )
  }
  const rows = view.versions.map(version => [
    `${version.version === view.current ? '*' : ' '}${version.version}`,
    version.created_at.slice(0, 16).replace('T', ' '),
    score(version.metric_score),
    version.improvement ?? '',
    version.tuned ? 'tuned' : 'hand',
    line(version.model ?? '', 14),
    whyOf(version),
  ])
  const columns = [
    { title: 'V', align: 'right' },
    { title: 'WHEN' },
    { title: 'SCORE', align: 'right' },
    { title: 'GAIN', align: 'right' },
    { title: 'BY' },
    { title: 'MODEL' },
    { title: 'WHY', fill: true },
  ] as const
  const note = view.current === undefined ? '\nThe file as it is now is none of these versions.' : ''
  return `${printable(view.skill_id)}\n\n${table(columns, rows, terminal.columns)}${note}`
}

function whyOf(version: Version): string {
  return version.tuning_reason ?? version.reason ?? (version.changes ?? []).join('; ')
}

export function renderDiff(terminal: Terminal, view: z.output<typeof diff.output>): string {
  const sides = wrap(`${sideOf(view.a)} → ${sideOf(view.b)}`, terminal.columns)
  if (view.old_text === view.new_text) return `${sides}: the same text`
  const changes = view.changes.map(change => bullet(change, terminal.columns))
  return [terminal.style('bold', sides), ...changes, '', textDiff(terminal, view.old_text, view.new_text)].join('\n')
}

function sideOf(side: z.output<typeof diff.output>['a']): string {
  return side.score === undefined ? side.label : `${side.label} (${score(side.score)})`
}

/** A unified diff, coloured on a terminal. */
export function textDiff(terminal: Terminal, before: string, after: string): string {
  const patch = createTwoFilesPatch('', '', before, after, '', '', { context: 2 })
  const lines = printable(patch).split('\n')
  return lines
    .slice(lines.findIndex(text => text.startsWith('@@')))
    .map(text => {
      if (text.startsWith('+')) return terminal.style('green', text)
      if (text.startsWith('-')) return terminal.style('red', text)
      return text.startsWith('@@') ? terminal.style('cyan', text) : text
    })
    .join('\n')
    .trimEnd()
}

export function renderRestored(view: z.output<typeof restore.output>): string {
  const skill = skillName(view.skill_path)
  if (!view.changed) return `${skill} already reads as version ${view.restored}.`
  return `Restored version ${view.restored} of ${skill}; it is version ${view.version} now.`
}
