/** The page of a signature's versions: chart, table, and what each changed. */
import type { WireHistory, WireProvenance, WireVersion } from '../../../server/src/protocol/client.ts'
import { formatGain } from '../jobs/describeJob.ts'
import { dateOf, kindOf, reasonOf, scoreOf } from './describeVersion.ts'
import { escapeHtml } from './escapeHtml.ts'
import { historyChart } from './historyChart.ts'
import { pageScript } from './pageScript.ts'
import { pageStyle } from './pageStyle.ts'

export interface PageShell {
  /** Of this page alone, so that nothing in it runs but its own script. */
  readonly nonce: string
  /** Kept by the page, to restore it after a reload. */
  readonly state: { readonly uri: string }
}

export function historyPage({ nonce, state }: PageShell, body: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>History</title>
<style nonce="${nonce}">${pageStyle}</style>
</head>
<body data-state="${escapeHtml(JSON.stringify(state))}">
<main>${body}</main>
<div id="news" class="spoken" role="status"></div>
<script nonce="${nonce}">${pageScript}</script>
</body>
</html>`
}

/** A page longer than this would be slow, and nobody scrolls so far. */
const mostVersions = 200

export function historyBody(history: WireHistory): string {
  const { skill_id: skill, versions, current } = history
  const title = `<h1>${escapeHtml(skill)}</h1>`
  if (versions.length === 0) {
    return `${title}<p>No versions yet. Evaluating this signature records the first.</p>
<p><button data-action="evaluate">Evaluate</button></p>`
  }
  const shown = versions.slice(-mostVersions)
  const left = versions.length - shown.length
  const now = current === undefined ? 'The file as it is now is none of them.' : `The file reads as version ${current}.`
  const count = `${versions.length} ${versions.length === 1 ? 'version' : 'versions'}.`
  const older = left === 0 ? '' : ` The oldest ${left} are only in the history file.`
  return `${title}<p>${count} ${now}${older}</p>${historyChart(shown)}${versionTable(shown, current)}`
}

export function failureBody(message: string): string {
  return `<h1>History</h1><p role="alert">${escapeHtml(message)}</p>`
}

const titles = ['Version', 'Date (UTC)', 'Score', 'Change', 'How', 'Reason', 'Model', 'Actions']

function versionTable(versions: readonly WireVersion[], current: number | undefined): string {
  // The newest of that number: after a merge two may share it.
  const now = versions.findLast(({ version }) => version === current)
  const older = now === undefined ? [] : versions.slice(0, versions.indexOf(now))
  const before = older.findLast(({ signature }) => signature !== undefined)
  const rows = versions.map((version, at) => versionRow(version, at, version === now, before)).toReversed()
  return `<table role="table" aria-label="Versions, newest first">
<thead role="rowgroup"><tr role="row">${titles.map(title => `<th role="columnheader" scope="col">${escapeHtml(title)}</th>`).join('')}</tr></thead>
<tbody role="rowgroup">${rows.join('\n')}</tbody></table>`
}

function versionRow(version: WireVersion, at: number, isNow: boolean, before: WireVersion | undefined): string {
  const { version: number, improvement = '', model = '' } = version
  const cell = (title: string, html: string, style = '') =>
    `<td role="cell" data-title="${escapeHtml(title)}"${style && ` class="${style}"`}>${html}</td>`
  const text = (title: string, value: string, style?: string) => cell(title, escapeHtml(value), style)
  return `<tr role="row" id="row-${at}" tabindex="-1"${isNow ? ' class="now" aria-current="true"' : ''}>
<th role="rowheader" scope="row">${number}${isNow ? ' (now)' : ''}</th>
${text('Date (UTC)', dateOf(version))}
${text('Score', scoreOf(version), 'number')}
${text('Change', formatGain(improvement), 'number')}
${text('How', kindOf(version))}
${text('Reason', reasonOf(version), 'reason')}
${text('Model', model)}
${cell('Actions', actions(version, isNow, before), 'actions')}
</tr>${moreRow(version, at)}`
}

function actions({ version, signature }: WireVersion, isNow: boolean, before: WireVersion | undefined): string {
  if (signature === undefined) return '<span class="quiet">recorded without its text</span>'
  const button = (action: string, title: string, of = version, other = '') =>
    `<button data-action="${action}" data-version="${of}"${other} aria-label="${title} version ${of}">${title}</button>`
  if (!isNow) return `${button('compare', 'Compare')}${button('restore', 'Restore')}`
  // The file reads as this version: what differs from it is the one before.
  return before === undefined ? '' : button('compare', 'Compare', before.version, ` data-other="${version}"`)
}

/** Below the row and as wide as the table: sentences need the room. */
function moreRow(version: WireVersion, at: number): string {
  const { changes = [], provenance = [], scores = {} } = version
  const metrics = Object.entries(scores).map(([name, score]) => `<li>${escapeHtml(name)} ${score.toFixed(2)}</li>`)
  if (changes.length + provenance.length + metrics.length === 0) return ''
  const what = changes.map(change => `<li>${escapeHtml(change)}</li>`).join('')
  const why = provenance.map(provenanceItem).join('')
  const summary = changes.length + provenance.length === 0 ? 'Scores by metric' : 'What changed and why'
  return `<tr role="row" class="more"><td role="cell" colspan="${titles.length}">
<details data-details="${at}"><summary>${summary}</summary>
${metrics.length > 0 ? `<ul class="scores" aria-label="Scores by metric">${metrics.join('')}</ul>` : ''}
${what && `<ul>${what}</ul>`}${why && `<dl>${why}</dl>`}</details></td></tr>`
}

function provenanceItem({ path, text, reasoning, examples }: WireProvenance): string {
  const shown = examples.slice(0, 10).join(', ')
  const from = shown === '' ? '' : ` Learned from examples ${shown}${examples.length > 10 ? ' and others' : ''}.`
  return `<dt><code>${escapeHtml(path)}</code> ${escapeHtml(text)}</dt><dd>${escapeHtml(`${reasoning ?? ''}${from}`.trim())}</dd>`
}
