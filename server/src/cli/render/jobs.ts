/** Jobs as a table, and one job in full. */
import type { z } from 'zod'
import type { EvaluateResult, JobView, TuneResult } from '../../app/jobView.ts'
import type { Preview } from '../../app/operations/jobResult.ts'
import type { AppliedView, applyJobById, listJobs } from '../../app/operations/jobs.ts'
import { treeLines } from '../candidateTree.ts'
import { bullet, score, skillName, type Terminal, table, wrap } from '../terminal.ts'
import { renderScores } from './evaluated.ts'
import { renderTuned } from './tuned.ts'
import { textDiff } from './versions.ts'

export function renderJobs(terminal: Terminal, view: z.output<typeof listJobs.output>): string {
  if (view.jobs.length === 0) {
    const none = view.filtered ? `No such jobs in ${view.root}.` : `No jobs in ${view.root} yet.`
    const elsewhere = 'Outside of a repository a skill keeps its jobs in its own folder: add --root <folder>.'
    return wrap(`${none} Start one with: signature-tuner tune <skill-path>. ${elsewhere}`, terminal.columns)
  }
  const rows = view.jobs.map(job => [
    job.job_id,
    job.kind === 'evaluate' ? 'eval' : job.kind,
    stateOf(job),
    outcomeOf(job),
    job.created_at.slice(5, 16).replace('T', ' '),
    skillName(job.skill_path),
  ])
  const columns = [
    { title: 'JOB' },
    { title: 'KIND' },
    { title: 'STATE' },
    { title: 'SCORE' },
    { title: 'CREATED' },
    { title: 'SKILL', fill: true, keepEnd: true },
  ] as const
  return table(columns, rows, terminal.columns)
}

/** A queued job that ran before was interrupted: nobody runs it until someone resumes it. */
function stateOf(job: JobView): string {
  if (job.status === 'queued' && job.attempt > 0) return 'stopped'
  return job.status === 'running' && job.progress !== undefined ? `${Math.round(job.progress.percent)} %` : job.status
}

function outcomeOf(job: JobView): string {
  const { result } = job
  if (result === undefined) return ''
  return isTuneResult(result) && result.new_score !== undefined
    ? `${score(result.old_score)} → ${score(result.new_score)}`
    : score(isTuneResult(result) ? result.old_score : result.score)
}

export function renderJob(terminal: Terminal, job: JobView): string {
  const { result } = job
  const { columns } = terminal
  const times = `created ${job.created_at.slice(0, 19)}Z, last touched ${job.updated_at.slice(0, 19)}Z`
  const head = [
    wrap(`${job.job_id}  ${job.kind} ${skillName(job.skill_path)}`, columns, 0),
    `  ${wrap(`${job.status === 'queued' && job.attempt > 0 ? 'stopped' : job.status}, ${times}`, columns, 2)}`,
  ]
  if (job.error !== undefined) head.push(`  ${wrap(job.error.message, columns, 2)}`)
  if (job.status !== 'completed') head.push(...unfinishedLines(terminal, job))
  if (result === undefined) return head.join('\n')
  if (!isTuneResult(result)) return [...head, '', renderScores(terminal, job, result)].join('\n')
  const { kind: _kind, ...base } = job
  const lines = [...head, '', renderTuned(terminal, { ...base, kind: 'tune', result })]
  const candidates = result.candidates ?? []
  if (candidates.length > 0) {
    lines.push(
      '',
      'What was tried (0 is the signature as it was, * what was kept)',
      ...candidates.flatMap(candidate => candidateLines(terminal, candidate, result.best)),
    )
  }
  if (result.provenance !== undefined && result.provenance.length > 0) {
    lines.push('', 'Where each new text comes from', ...result.provenance.flatMap(text => originLines(terminal, text)))
  }
  const kept = result.changes.length > 0 && result.signature_version === undefined
  if (kept) {
    const unproven = result.evidence === 'unproven' ? ' --unproven' : ''
    const state = job.discarded ? 'Discarded. To write it all the same:' : 'Not written. To write it:'
    lines.push('', state, `  signature-tuner jobs apply ${job.job_id}${unproven}`)
  }
  return lines.join('\n')
}

function unfinishedLines(terminal: Terminal, job: JobView): string[] {
  const { progress } = job
  const lines: string[] = []
  if (progress !== undefined) {
    lines.push(
      `  ${wrap(`${progress.phase}, ${Math.round(progress.percent)} %, ${progress.calls} model calls`, terminal.columns, 2)}`,
    )
  }
  if (progress?.tree !== undefined) {
    const size = { width: terminal.columns, rows: mostTreeRows }
    lines.push('', ...treeLines(terminal, progress.tree, size))
  }
  if (job.status === 'running') return lines
  if (progress?.tree !== undefined) lines.push('')
  return [...lines, `  Resume with: signature-tuner jobs resume ${job.job_id}`]
}

/** More than a row of the store holds, unless somebody else wrote it. */
const mostTreeRows = 24

function candidateLines(
  terminal: Terminal,
  candidate: NonNullable<TuneResult['candidates']>[number],
  best: string | undefined,
): string[] {
  const from = candidate.parent === undefined ? '' : ` of ${candidate.parent}`
  const dev = candidate.search_score === undefined ? '' : `, ${score(candidate.search_score)} on the search examples`
  return [
    `${candidate.id === best ? '*' : ' '} ${wrap(`${candidate.id}  ${candidate.origin}${from}${dev}: ${candidate.decision}`, terminal.columns, 5)}`,
    ...candidate.changes.map(
      change => `     ${wrap(`${/^Field '[^']*': removed /.test(change) ? '-' : '+'} ${change}`, terminal.columns, 7)}`,
    ),
  ]
}

function originLines(terminal: Terminal, origin: NonNullable<TuneResult['provenance']>[number]): string[] {
  const { columns } = terminal
  const { path, text, examples, reasoning = '' } = origin
  const more = examples.length > mostNamed ? ` and ${examples.length - mostNamed} more` : ''
  const failing = examples.length === 0 ? [] : [`failing: ${examples.slice(0, mostNamed).join(', ')}${more}`]
  return [
    `  ${wrap(`${path}: ${text}`, columns, 4)}`,
    ...[...failing, reasoning].filter(line => line !== '').map(line => `    ${wrap(line, columns, 4)}`),
  ]
}

const mostNamed = 8

export function renderCancelled(terminal: Terminal, job: JobView): string {
  if (job.status !== 'running') return renderJob(terminal, job)
  return wrap(`Cancelling ${job.job_id}: the process that runs it stops within seconds.`, terminal.columns)
}

export function renderApplied(terminal: Terminal, view: z.output<typeof applyJobById.output>): string {
  return 'conflicts' in view ? renderPreview(terminal, view) : renderWritten(terminal, view)
}

function renderWritten(terminal: Terminal, view: AppliedView): string {
  const skill = skillName(view.skill_path)
  const done = view.written
    ? `Applied ${view.job_id} to ${skill}: version ${view.signature_version} written.`
    : `${skill} already reads as version ${view.signature_version}: nothing to write.`
  const changes = view.written ? view.changes.map(change => bullet(change, terminal.columns)) : []
  return [wrap(done, terminal.columns), ...changes].join('\n')
}

function renderPreview(terminal: Terminal, view: Preview): string {
  const { columns } = terminal
  const skill = skillName(view.skill_path)
  const lines = [wrap(`${view.job_id} would make these changes to ${skill}; nothing was written.`, columns)]
  lines.push(...view.changes.map(change => bullet(change, columns)))
  if (view.conflicts.length > 0) {
    lines.push(wrap('Edited since the job started, so that applying is refused:', columns))
    lines.push(...view.conflicts.map(change => bullet(change, columns)))
  }
  if (view.old_text === view.new_text) lines.push(wrap(`The text of ${skill} would stay as it is.`, columns))
  else lines.push('', textDiff(terminal, view.old_text, view.new_text))
  return lines.join('\n')
}

export function renderDiscarded(terminal: Terminal, job: JobView): string {
  const way = `To apply it all the same: signature-tuner jobs apply ${job.job_id}`
  return wrap(`Discarded the result of ${job.job_id}; it is not offered any more. ${way}`, terminal.columns)
}

function isTuneResult(result: TuneResult | EvaluateResult): result is TuneResult {
  return 'tuned' in result
}
