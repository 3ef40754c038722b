/** What a job says of itself in few words: its skill's name, its state, what it found. */
import type { WireEvaluateResult, WireJob, WireTuneResult } from '../../../server/src/protocol/client.ts'
import { inEditorWords } from '../editorWords.ts'

/** `now` in milliseconds since 1970. */
export function describeJob(job: WireJob, now: number): string {
  const parts = [...describeState(job), formatCost(costOf(job)), relativeTime(Date.parse(job.updated_at), now)]
  return parts.filter(part => part !== undefined).join(' · ')
}

/** `python/async` for `skills/python/async/signature.yaml`, `tone` for `tone.signature.yaml`. */
export function skillName(skillPath: string, root: string): string {
  const short = skillPath
    .replace(/^(?:.*\/)?skills\//, '')
    .replace(/(?:^|\/)signature\.ya?ml$/, '')
    .replace(/\.signature\.ya?ml$/, '')
  return short === '' ? (root.split(/[\\/]/).at(-1) ?? root) : short
}

export function isUnfinished({ status }: Pick<WireJob, 'status'>): boolean {
  return status === 'queued' || status === 'running'
}

/** Somebody is known to work on it, or soon will. */
export function isActive(job: Pick<WireJob, 'status' | 'interrupted'>): boolean {
  return isUnfinished(job) && job.interrupted !== true
}

export function isResumable(job: WireJob): boolean {
  return job.status === 'failed' || job.status === 'cancelled' || (isUnfinished(job) && !isActive(job))
}

/** It found changes that nobody has accepted yet. */
export function isReviewable(job: WireJob): boolean {
  const result = tuneResult(job)
  if (job.discarded === true) return false
  return job.status === 'completed' && result?.signature_version === undefined && (result?.changes.length ?? 0) > 0
}

export function tuneResult({ kind, result }: WireJob): WireTuneResult | undefined {
  return kind === 'tune' && result !== undefined && 'tuned' in result ? result : undefined
}

export function evaluateResult({ kind, result }: WireJob): WireEvaluateResult | undefined {
  return kind === 'evaluate' && result !== undefined && 'score' in result ? result : undefined
}

/** US dollars. */
export function costOf({ result, progress }: WireJob): number | undefined {
  return result?.cost ?? progress?.cost
}

export function formatScore(score: number): string {
  return score.toFixed(2)
}

/** `+0.09` for the `+9%` that is stored: beside scores in 0..1 a percentage would read as a share of them. */
export function formatGain(improvement: string): string {
  const [, sign, points] = /^([+-])(\d+)%$/.exec(improvement) ?? []
  return points === undefined ? improvement : `${sign}${(Number(points) / 100).toFixed(2)}`
}

/** `p 0.012`; what rounds to nothing is not nothing. */
export function formatP(p: number): string {
  return `p ${p < 0.001 ? '< 0.001' : p.toFixed(3)}`
}

/** `undefined` where nothing is known or nothing was paid. */
export function formatCost(dollars: number | undefined): string | undefined {
  if (dollars === undefined || dollars === 0) return undefined
  return dollars < 0.01 ? 'less than $0.01' : `$${dollars.toFixed(2)}`
}

/** `All 240 examples`; `8 of the 30 examples` where the budget allowed no more. */
export function scoredExamples({ examples, of_examples: all }: WireTuneResult): string {
  return all === undefined ? `All ${plural(examples, 'example')}` : `${examples} of the ${plural(all, 'example')}`
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

export function doing(kind: WireJob['kind']): 'Tuning' | 'Evaluating' {
  return kind === 'tune' ? 'Tuning' : 'Evaluating'
}

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** Both in milliseconds since 1970. */
export function relativeTime(then: number, now: number): string {
  // A store that a repository brought may hold anything.
  if (Number.isNaN(then)) return 'at an unknown time'
  // Clocks of two machines differ: what is a little ahead is now.
  const ago = Math.max(0, now - then)
  if (ago < minute) return 'just now'
  if (ago < hour) return `${Math.floor(ago / minute)} min ago`
  if (ago < day) return `${Math.floor(ago / hour)} h ago`
  if (ago < 30 * day) return `${plural(Math.floor(ago / day), 'day')} ago`
  return new Date(then).toISOString().slice(0, 10)
}

function describeState(job: WireJob): readonly (string | undefined)[] {
  const { status, error, progress } = job
  const at = progress === undefined ? '' : ` at ${Math.floor(progress.percent)} %`
  if (isActive(job)) return describeActive(job)
  if (isUnfinished(job)) return [`interrupted${at}`]
  if (status === 'cancelled') return [`cancelled${at}`]
  if (status === 'failed') return [error === undefined ? 'failed' : `failed: ${inEditorWords(error.message)}`]
  return describeTuned(tuneResult(job)) ?? describeEvaluated(evaluateResult(job)) ?? ['ended without a result']
}

function describeActive({ kind, status, progress, estimated_time: rest }: WireJob): readonly (string | undefined)[] {
  const verb = doing(kind).toLowerCase()
  if (status === 'queued' || progress === undefined) return [`${verb} soon`]
  const { percent, calls, best_score: best, old_score: old } = progress
  const score = best === undefined ? old && `score ${formatScore(old)}` : `best ${formatScore(best)}`
  const needs = rest === undefined ? undefined : `${rest} left`
  return [`${verb} ${Math.floor(percent)} %`, score || undefined, plural(calls, 'call'), needs]
}

function describeTuned(result: WireTuneResult | undefined): readonly string[] | undefined {
  if (result === undefined) return undefined
  const { changes, improvement, evidence, signature_version: version, reason } = result
  const demo = result.demo ? ['offline demo'] : []
  if (changes.length === 0) return [`not changed: ${reason}`, ...demo]
  const gain = [improvement && formatGain(improvement), evidence].filter(word => word !== undefined).join(' ')
  return [gain || 'tuned', version === undefined ? 'not applied yet' : `applied as version ${version}`, ...demo]
}

function describeEvaluated(result: WireEvaluateResult | undefined): readonly string[] | undefined {
  if (result === undefined) return undefined
  const { score, failing_count: failing, examples } = result
  const failed = failing === 0 ? `all ${examples} passed` : `${failing} of ${examples} failing`
  return [`score ${formatScore(score)}`, failed, ...(result.demo ? ['offline demo'] : [])]
}
