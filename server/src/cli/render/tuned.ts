/** The report of a tune job: the unbiased pair first, then what changed and what it cost. */
import type { TuneJobView, TuneResult } from '../../app/jobView.ts'
import { bullet, line, score, skillName, type Terminal, wrap } from '../terminal.ts'

export function renderTuned(terminal: Terminal, job: TuneJobView): string {
  const { result } = job
  if (result === undefined) return `Job ${job.job_id} is ${job.status}.`
  const { columns } = terminal
  const lines = [headline(terminal, job, result), '']
  if (result.holdout !== undefined) lines.push(...holdoutLines(terminal, result, result.holdout))
  lines.push(...scoreLines(result))
  if (result.evidence === 'weak')
    lines.push('', `  ${wrap(`Weak evidence, as the search saw the same examples: ${result.reason}.`, columns, 2)}`)
  if (result.changes.length > 0) lines.push('', 'Changes', ...result.changes.map(change => bullet(change, columns)))
  if (result.changes.length > 0 && result.reasoning !== undefined) {
    const reasons = result.reasoning.split('\n').filter(reason => reason.trim() !== '')
    lines.push('', 'Why', ...reasons.map(reason => bullet(reason, columns)))
  }
  if (result.errors.length > 0) lines.push('', ...errorLines(terminal, result.errors))
  lines.push('', `  ${wrap(costLine(result), columns, 2)}`)
  if (result.stop_reason !== undefined && !result.reason.includes(result.stop_reason)) {
    lines.push(`  ${wrap(`The search stopped: ${result.stop_reason}.`, columns, 2)}`)
  }
  // What a small set of examples cannot show is worth knowing when nothing was accepted.
  if (!result.tuned && result.preflight !== undefined)
    lines.push(`  ${wrap(`Before the start: ${result.preflight}.`, columns, 2)}`)
  if (result.demo) lines.push('', terminal.style('yellow', wrap(demoNotice, columns)))
  return lines.join('\n')
}

export const demoNotice =
  'The offline demo model answered, not a language model: these scores only show how tuning works.'

function headline(terminal: Terminal, job: TuneJobView, result: TuneResult): string {
  const pair = `${score(result.old_score)} → ${score(result.new_score)}`
  const skill = skillName(job.skill_path)
  const [label, style, rest]: [string, Parameters<Terminal['style']>[0], string] = result.tuned
    ? ['Tuned', ['bold', 'green'], `${skill}: ${pair} (${gain(result.old_score, result.new_score)})`]
    : result.evidence === 'unproven'
      ? ['Unproven', ['bold', 'yellow'], `${skill}: ${result.reason}`]
      : ['Not changed', 'bold', `${skill}: ${result.reason}`]
  const wrapped = wrap(`${label} ${rest}`, terminal.columns)
  return terminal.style(style, label) + wrapped.slice(label.length)
}

function gain(before: number, after: number | undefined): string {
  const difference = (after ?? before) - before
  return `${difference < 0 ? '-' : '+'}${Math.abs(difference).toFixed(2)}`
}

function holdoutLines(terminal: Terminal, result: TuneResult, holdout: NonNullable<TuneResult['holdout']>): string[] {
  const pair = `${score(holdout.old_score)} → ${score(holdout.new_score)}`
  const chance = holdout.p_value < 0.001 ? 'less than 0.1 %' : `${(100 * holdout.p_value).toFixed(1)} %`
  return [
    `  holdout  ${terminal.style('bold', pair)}  ${result.evidence}, on ${holdout.examples} examples the search never saw`,
    `           ${holdout.wins} better, ${holdout.losses} worse; chance explains it with ${chance} (p)`,
  ]
}

function scoreLines(result: TuneResult): string[] {
  const after = (value: number | undefined) => (value === undefined ? '' : ` → ${score(value)}`)
  const { examples: scored, of_examples: all } = result
  const examples = all === undefined ? scored : `${scored} of the ${all}`
  const lines = [`  all      ${score(result.old_score)}${after(result.new_score)}  on ${examples} examples`]
  for (const [name, value] of Object.entries(result.scores)) {
    lines.push(`    ${line(name, 24).padEnd(24)} ${score(value)}${after(result.new_scores?.[name])}`)
  }
  return lines
}

export function errorLines(terminal: Terminal, errors: TuneResult['errors']): string[] {
  const items = errors.map(error => bullet(`${error.count} × ${error.code}: ${error.message}`, terminal.columns))
  return ['Errors (left out of every score)', ...items]
}

export function costLine(result: {
  readonly calls?: number | undefined
  readonly failed_requests?: TuneResult['failed_requests']
  readonly repeated_calls?: number | undefined
  readonly input_tokens?: number | undefined
  readonly output_tokens?: number | undefined
  readonly cost?: number | undefined
  readonly model: string
}): string {
  const parts = [`${result.calls ?? 0} model calls`]
  const failed = result.failed_requests ?? []
  if (failed.length > 0) {
    const total = failed.reduce((sum, { count }) => sum + count, 0)
    const codes = failed.map(({ code, count }) => `${count} × ${code}`).join(', ')
    parts.push(`${total} failed requests sent again (${codes})`)
  }
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
