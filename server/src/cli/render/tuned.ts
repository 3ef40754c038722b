/** The report of a tune job: the unbiased pair first, then what changed and what it cost. */
import type { TuneJobView, TuneResult } from '../../app/jobView.ts'
import { line, score, type Terminal, wrap } from '../terminal.ts'

export function renderTuned(terminal: Terminal, job: TuneJobView): string {
  const { result } = job
  if (result === undefined) return `Job ${job.job_id} is ${job.status}.`
  const lines = [headline(terminal, job, result), '']
  if (result.holdout !== undefined) lines.push(...holdoutLines(terminal, result))
  lines.push(...scoreLines(result))
  if (result.changes.length > 0) lines.push('', 'Changes', ...result.changes.map(change => bullet(terminal, change)))
  if (result.reasoning !== undefined) lines.push('', 'Why', `  ${wrap(result.reasoning, terminal.columns - 4, 2)}`)
  if (result.errors.length > 0) {
    lines.push('', 'Errors (left out of every score)')
    for (const error of result.errors) lines.push(bullet(terminal, `${error.count} × ${error.code}: ${error.message}`))
  }
  lines.push('', `  ${wrap(costLine(result), terminal.columns - 4, 2)}`)
  if (result.stop_reason !== undefined) lines.push(`  Stopped: ${wrap(result.stop_reason, terminal.columns - 12, 2)}`)
  if (result.demo) lines.push('', terminal.style('yellow', wrap(demoNotice, terminal.columns)))
  return lines.join('\n')
}

export const demoNotice =
  'The offline demo model answered, not a language model: these scores only show how tuning works.'

function headline(terminal: Terminal, job: TuneJobView, result: TuneResult): string {
  const pair = `${score(result.old_score)} → ${score(result.new_score)}`
  if (result.tuned) {
    const change = result.improvement === undefined ? '' : ` (${result.improvement})`
    return `${terminal.style(['bold', 'green'], 'Tuned')} ${job.skill_path}: ${terminal.style('bold', pair)}${change}`
  }
  if (result.evidence === 'unproven') {
    return `${terminal.style(['bold', 'yellow'], 'Unproven')} ${job.skill_path}: ${pair}; ${result.reason}`
  }
  return wrap(`${terminal.style('bold', 'Not changed')} ${job.skill_path}: ${result.reason}`, terminal.columns + 9, 2)
}

function holdoutLines(terminal: Terminal, result: TuneResult): string[] {
  const { holdout, evidence } = result
  if (holdout === undefined) return []
  const pair = `${score(holdout.old_score)} → ${score(holdout.new_score)}`
  const p = holdout.p_value < 0.001 ? 'p < 0.001' : `p ${holdout.p_value.toFixed(3)}`
  const which = evidence === 'weak' ? 'all examples' : 'unseen examples'
  return [
    `  holdout  ${terminal.style('bold', pair)}  on ${holdout.examples} ${which}, ` +
      `${holdout.wins} better, ${holdout.losses} worse, ${p}: ${evidence}`,
  ]
}

function scoreLines(result: TuneResult): string[] {
  const after = (value: number | undefined) => (value === undefined ? '' : ` → ${score(value)}`)
  const lines = [`  all      ${score(result.old_score)}${after(result.new_score)}  on ${result.examples} examples`]
  for (const [name, value] of Object.entries(result.scores)) {
    lines.push(`    ${line(name, 24).padEnd(24)} ${score(value)}${after(result.new_scores?.[name])}`)
  }
  return lines
}

function bullet(terminal: Terminal, text: string): string {
  return `  • ${wrap(text, terminal.columns - 4, 4)}`
}

export function costLine(result: {
  readonly calls?: number | undefined
  readonly requests?: number | undefined
  readonly repeated_calls?: number | undefined
  readonly input_tokens?: number | undefined
  readonly output_tokens?: number | undefined
  readonly cost?: number | undefined
  readonly model: string
}): string {
  const parts = [`${result.calls ?? 0} model calls`]
  const retries = (result.requests ?? 0) - (result.calls ?? 0)
  if (retries > 0) parts.push(`${retries} sent again`)
  if (result.repeated_calls) parts.push(`${result.repeated_calls} in flight at a stop, perhaps paid twice`)
  if (result.input_tokens !== undefined) {
    parts.push(`${count(result.input_tokens)} tokens in, ${count(result.output_tokens ?? 0)} out`)
  }
  if (result.cost !== undefined && result.cost > 0) parts.push(`$${result.cost.toFixed(4)}`)
  return `${parts.join(', ')}; model ${result.model}`
}

function count(value: number): string {
  return value < 10_000
    ? String(value)
    : value < 1_000_000
      ? `${Math.round(value / 1000)}k`
      : `${(value / 1e6).toFixed(1)}M`
}
