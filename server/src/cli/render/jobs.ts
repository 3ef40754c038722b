/** Jobs as a table, and one job in full. */
import type { z } from 'zod'
import type { EvaluateResult, JobView, TuneResult } from '../../app/jobView.ts'
import type { applyJobById, listJobs } from '../../app/operations/jobs.ts'
import { score, type Terminal, table, wrap } from '../terminal.ts'
import { renderTuned } from './tuned.ts'

export function renderJobs(terminal: Terminal, view: z.output<typeof listJobs.output>): string {
  if (view.jobs.length === 0) return `No jobs in ${view.root} yet. Start one with: signature-tuner tune <skill-path>`
  const rows = view.jobs.map(job => [
    job.job_id,
    job.kind,
    job.status,
    outcomeOf(job),
    job.skill_path,
    job.created_at.slice(0, 16).replace('T', ' '),
  ])
  const columns = [
    { title: 'JOB' },
    { title: 'KIND' },
    { title: 'STATE' },
    { title: 'SCORE' },
    { title: 'SKILL', fill: true },
    { title: 'CREATED' },
  ] as const
  return table(columns, rows, terminal.columns)
}

function outcomeOf(job: JobView): string {
  const { result, progress } = job
  if (result === undefined) return progress === undefined ? '' : `${Math.round(progress.percent)} %`
  return isTuneResult(result) && result.new_score !== undefined
    ? `${score(result.old_score)} → ${score(result.new_score)}`
    : score(isTuneResult(result) ? result.old_score : result.score)
}

export function renderJob(terminal: Terminal, job: JobView): string {
  const { result } = job
  const head = [
    `${job.job_id}  ${job.kind} ${job.skill_path}`,
    `  ${job.status}, created ${job.created_at}, last touched ${job.updated_at}, attempt ${job.attempt}`,
  ]
  if (job.error !== undefined) head.push(`  ${wrap(job.error.message, terminal.columns - 2, 2)}`)
  if (job.status !== 'completed') {
    if (job.progress !== undefined)
      head.push(`  ${job.progress.phase}, ${Math.round(job.progress.percent)} %, ${job.progress.calls} calls`)
    head.push(`  Resume with: signature-tuner jobs resume ${job.job_id}`)
  }
  if (result === undefined) return head.join('\n')
  if (!isTuneResult(result))
    return [...head, `  score ${score(result.score)}, ${result.passed} of ${result.examples} right`].join('\n')
  const { kind: _kind, ...base } = job
  const lines = [...head, '', renderTuned(terminal, { ...base, kind: 'tune', result })]
  if (result.candidates !== undefined && result.candidates.length > 0) {
    const rows = result.candidates.map(candidate => [
      candidate.id,
      candidate.parent ?? '',
      candidate.origin,
      candidate.dev_score === undefined ? '' : score(candidate.dev_score),
      candidate.decision,
      candidate.changes.join('; '),
    ])
    const columns = [
      { title: 'ID' },
      { title: 'FROM' },
      { title: 'ORIGIN' },
      { title: 'DEV', align: 'right' },
      { title: 'DECISION', fill: true },
      { title: 'CHANGES', fill: true },
    ] as const
    lines.push('', 'Candidates', table(columns, rows, terminal.columns))
  }
  return lines.join('\n')
}

export function renderApplied(terminal: Terminal, view: z.output<typeof applyJobById.output>): string {
  const changes = view.changes.map(change => `  • ${wrap(change, terminal.columns - 4, 4)}`)
  return [`Applied ${view.job_id} to ${view.skill_path}: version ${view.signature_version} written.`, ...changes].join(
    '\n',
  )
}

function isTuneResult(result: TuneResult | EvaluateResult): result is TuneResult {
  return 'tuned' in result
}
