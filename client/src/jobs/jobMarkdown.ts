/** Everything known of a job, as Markdown: for tooltips, the status bar and a page of its own. */
import type { WireHoldout, WireJob, WireTuneResult } from '../../../server/src/protocol/client.ts'
import { inEditorWords } from '../editorWords.ts'
import {
  costOf,
  describeJob,
  evaluateResult,
  formatCost,
  formatP,
  formatScore,
  plural,
  scoredExamples,
  skillName,
  tuneResult,
} from './describeJob.ts'

export interface KnownJob {
  readonly root: string
  readonly job: WireJob
}

/** What is unbiased comes first. */
export function jobMarkdown({ root, job }: KnownJob, now: number): string {
  const lines = [
    `**${escapeMarkdown(skillName(job.skill_path, root))}** · ${job.kind === 'tune' ? 'tuning' : 'evaluation'}`,
    escapeMarkdown(describeJob(job, now)),
    ...resultLines(job),
    ...(job.error === undefined ? [] : [escapeMarkdown(inEditorWords(job.error.message))]),
    spent(job),
    `Started ${escapeMarkdown(job.created_at.slice(0, 16).replace('T', ' '))} UTC · ${escapeMarkdown(job.job_id)} · ${escapeMarkdown(root)}`,
  ]
  return lines.filter(line => line !== undefined && line !== '').join('\n\n')
}

/** Tooltip of the status bar. */
export function runningMarkdown(jobs: readonly KnownJob[], now: number): string {
  const lines = jobs.map(({ root, job }) => {
    const name = escapeMarkdown(skillName(job.skill_path, root))
    const said = job.progress?.message
    return `- **${name}** · ${escapeMarkdown(describeJob(job, now))}${said ? `  \n  ${escapeMarkdown(said)}` : ''}`
  })
  return lines.join('\n')
}

/** The page of "Show Job". */
export function jobPage(known: KnownJob, now: number): string {
  const { job, root } = known
  const [, ...rest] = jobMarkdown(known, now).split('\n\n')
  const title = `# ${job.kind === 'tune' ? 'Tuning' : 'Evaluation'} of ${escapeMarkdown(skillName(job.skill_path, root))}`
  return `${[title, ...rest, ...reasoningLines(job), ...failingLines(job)].join('\n\n')}\n`
}

/** Texts of files and models are shown as they are. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|<>~$&:@]/g, '\\$&').replace(/\s*\n\s*/g, ' ')
}

function resultLines(job: WireJob): readonly string[] {
  const tuned = tuneResult(job)
  if (tuned !== undefined) return tunedLines(tuned)
  const evaluated = evaluateResult(job)
  if (evaluated === undefined) return []
  const { scores, score, examples, model, demo } = evaluated
  return [
    `Score **${formatScore(score)}** over ${plural(examples, 'example')} with ${modelName(model, demo)}`,
    list(Object.entries(scores).map(([metric, value]) => `${escapeMarkdown(metric)}: ${formatScore(value)}`)),
  ]
}

function tunedLines(result: WireTuneResult): readonly string[] {
  const { holdout, old_score: old, new_score: found, scores, new_scores: after, changes, reason } = result
  const pair = found === undefined ? formatScore(old) : `${formatScore(old)} → ${formatScore(found)}`
  const metrics = Object.entries(scores).map(([metric, before]) => {
    const now = after?.[metric]
    return `${escapeMarkdown(metric)}: ${formatScore(before)}${now === undefined ? '' : ` → ${formatScore(now)}`}`
  })
  return [
    ...(holdout === undefined ? [] : [holdoutLine(holdout, result.evidence)]),
    `${scoredExamples(result)}: ${pair} with ${modelName(result.model, result.demo)}`,
    list(metrics),
    ...(changes.length === 0 ? [] : ['Changes:', list(changes.map(escapeMarkdown))]),
    escapeMarkdown(`${reason.charAt(0).toUpperCase()}${reason.slice(1)}`),
  ]
}

function holdoutLine(holdout: WireHoldout, evidence: string | undefined): string {
  const { old_score: old, new_score: found, wins, losses, p_value: p, examples } = holdout
  const word = evidence === undefined ? '' : `, ${evidence}`
  const counts = `${plural(wins, 'win')}, ${losses} ${losses === 1 ? 'loss' : 'losses'}, ${formatP(p)}`
  const pair = `**${formatScore(old)} → ${formatScore(found)}**`
  return `Held-out examples (${examples}): ${pair}${word} (${counts})`
}

function modelName(model: string, demo: boolean): string {
  return demo ? 'the offline demo' : escapeMarkdown(model)
}

function spent(job: WireJob): string | undefined {
  const calls = job.result?.calls ?? job.progress?.calls
  const parts = [calls === undefined ? undefined : plural(calls, 'call'), formatCost(costOf(job))]
  const known = parts.filter(part => part !== undefined)
  return known.length === 0 ? undefined : known.join(' · ')
}

function reasoningLines(job: WireJob): readonly string[] {
  const reasoning = tuneResult(job)?.reasoning
  return reasoning === undefined ? [] : ['## Why', escapeMarkdown(reasoning)]
}

function failingLines(job: WireJob): readonly string[] {
  const failing = evaluateResult(job)?.failing ?? []
  if (failing.length === 0) return []
  return [
    '## Failing examples',
    ...failing.map(({ id, line, score, expected, got, feedback }) =>
      [
        `### ${escapeMarkdown(id)} · line ${line} · score ${formatScore(score)}`,
        `Expected: ${escapeMarkdown(JSON.stringify(expected))}`,
        `Got: ${escapeMarkdown(JSON.stringify(got))}`,
        ...feedback.map(escapeMarkdown),
      ].join('\n\n'),
    ),
  ]
}

function list(items: readonly string[]): string {
  return items.map(item => `- ${item}`).join('\n')
}
