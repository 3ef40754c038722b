/** What a person is told when a job ends, and what may be done about it; decided once for every way a job ends. */
import type { WireHoldout, WireJob, WireTuneResult } from '../../../server/src/protocol/client.ts'
import { inEditorWords } from '../editorWords.ts'
import { doing, evaluateResult, formatScore, isReviewable, plural, skillName, tuneResult } from './describeJob.ts'
import type { KnownJob } from './jobMarkdown.ts'

export const newsActions = [
  'Review',
  'Later',
  'Tune',
  'Tune Anyway',
  'Show Failing',
  'Show Job',
  'Resume',
  'Show Log',
  'Set API Key…',
  'Choose Model',
] as const
export type NewsAction = (typeof newsActions)[number]

export interface News {
  readonly severity: 'info' | 'warning' | 'error'
  readonly message: string
  readonly actions: readonly NewsAction[]
}

/** `undefined` for what needs no telling: a job that still runs, or that the person at this window stopped. */
export function newsOfJob({ root, job }: KnownJob, { cancelledHere = false } = {}): News | undefined {
  const name = skillName(job.skill_path, root)
  switch (job.status) {
    case 'queued':
    case 'running':
      return undefined
    case 'cancelled':
      if (cancelledHere) return undefined
      return {
        severity: 'info',
        message: `${doing(job.kind)} ${name} was cancelled elsewhere; what was answered is kept.`,
        actions: ['Resume'],
      }
    case 'failed':
      return failedNews(job, name)
    case 'completed':
      return tunedNews(job, name) ?? evaluatedNews(job, name)
  }
}

function failedNews({ kind, error }: WireJob, name: string): News {
  const why = error === undefined ? 'see the log.' : inEditorWords(error.message)
  const action = error === undefined ? undefined : remedies[error.code]
  return {
    severity: 'error',
    message: `${doing(kind)} ${name} failed: ${why}`,
    actions: ['Resume', ...(action === undefined ? [] : [action]), 'Show Log'],
  }
}

const remedies: Readonly<Record<string, NewsAction>> = {
  key_missing: 'Set API Key…',
  key_rejected: 'Set API Key…',
  model_unknown: 'Choose Model',
}

function tunedNews(job: WireJob, name: string): News | undefined {
  const result = tuneResult(job)
  if (result === undefined) return undefined
  const { old_score: old, new_score: found, holdout, reason, signature_version: version } = result
  const demo = result.demo ? ' The offline demo answered.' : ''
  if (result.changes.length === 0 || found === undefined) {
    const meets = reason.includes('meets threshold')
    const message = `${name} was not changed: ${sentence(reason)}${demo}`
    return { severity: 'info', message, actions: meets ? ['Tune Anyway'] : ['Show Job'] }
  }
  // Beside the evidence stands what it is about; the examples that the search has seen flatter.
  const [before, after] = holdout === undefined ? [old, found] : [holdout.old_score, holdout.new_score]
  const where = holdout === undefined ? '' : ' on held-out examples'
  const pair = `${formatScore(before)} → ${formatScore(after)}${where} (${proofOf(result)})`
  if (!isReviewable(job))
    return { severity: 'info', message: `Tuned ${name}: ${pair}, version ${version}.`, actions: [] }
  if (result.tuned) {
    return { severity: 'info', message: `Tuned ${name}: ${pair}.${demo}`, actions: ['Review', 'Later'] }
  }
  return {
    severity: 'warning',
    message: `Tuning ${name} found ${pair}: ${sentence(reason)}${demo}`,
    actions: ['Review', 'Later'],
  }
}

function proofOf({ evidence, holdout }: WireTuneResult): string {
  return [evidence, ...(holdout === undefined ? [] : [countsOf(holdout)])].filter(part => part !== undefined).join(', ')
}

function countsOf({ wins, losses }: WireHoldout): string {
  return `${plural(wins, 'win')}, ${losses} ${losses === 1 ? 'loss' : 'losses'}`
}

function evaluatedNews(job: WireJob, name: string): News | undefined {
  const result = evaluateResult(job)
  if (result === undefined) return undefined
  const demo = result.demo ? ' The offline demo answered.' : ''
  return {
    severity: 'info',
    message: `Score ${formatScore(result.score)} over ${plural(result.examples, 'example')} of ${name}.${demo}`,
    actions: ['Tune', ...(result.failing_count > 0 ? (['Show Failing'] as const) : [])],
  }
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}
