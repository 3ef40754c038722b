/** Why a tuned result is what it is: the evidence for the whole, and the reasons of each part. */
import type { WirePart, WireProvenance, WireTuneResult } from '../../../server/src/protocol/client.ts'
import { formatGain, formatP, scoredExamples } from '../jobs/describeJob.ts'
import { escapeMarkdown } from '../jobs/jobMarkdown.ts'

/** Markdown: what was measured, how sure it is, and what it cost. */
export function explainResult(result: WireTuneResult, conflicts: readonly string[]): string {
  const { old_score: old, new_score: now, improvement, evidence, holdout, reasoning, demo } = result
  const gain = improvement === undefined ? '' : ` (${escapeMarkdown(formatGain(improvement))})`
  const lines = [
    ...(conflicts.length > 0 ? [explainConflicts(conflicts)] : []),
    ...(evidence === undefined ? [] : [`**${evidenceWords[evidence]}**`]),
    ...(holdout === undefined ? [] : [explainHoldout(holdout)]),
    ...(now === undefined ? [] : [`${scoredExamples(result)}: ${score(old)} → **${score(now)}**${gain}`]),
    ...(evidence === 'unproven' ? [escapeMarkdown(sentence(result.reason))] : []),
    ...(reasoning === undefined ? [] : [escapeMarkdown(sentence(reasoning))]),
    ...costLine(result),
    ...(demo ? ['The offline demo answered: a real model may do otherwise.'] : []),
  ]
  return lines.join('\n\n')
}

/** Markdown: what one part became, and why. */
export function explainPart({ changes, conflict, provenance }: WirePart): string {
  const lines = changes.map(change => `- ${escapeMarkdown(change)}`).join('\n')
  const reasons = provenance.map(explainProvenance)
  const edited = 'You have edited this part since the job started, so it stays as it is and cannot be accepted.'
  return [...(conflict ? [`**${edited}**`] : []), lines, ...new Set(reasons)].join('\n\n')
}

/** Plain text of the same, for a list. */
export function reasonOf({ provenance }: WirePart): string {
  const reasons = new Set(provenance.flatMap(({ reasoning }) => (reasoning === undefined ? [] : [reasoning])))
  return [...reasons].join(' ').replace(/\s+/g, ' ')
}

/** `Output 'answer'` for `outputs.answer.constraints`. */
export function fieldLabel(path: string): string {
  const [direction, field] = path.split('.')
  if (field === undefined) return 'Instructions'
  return `${direction === 'inputs' ? 'Input' : 'Output'} '${field}'`
}

/** What is asked before a gain that chance could explain is written. */
export function unprovenQuestion({ reason, holdout }: WireTuneResult): string {
  const measured = holdout === undefined ? '' : ` Held-out examples: ${plainHoldout(holdout)}.`
  return `${sentence(reason)}${measured}`
}

const evidenceWords: Readonly<Record<NonNullable<WireTuneResult['evidence']>, string>> = {
  proven: 'Proven on examples that tuning never saw',
  weak: 'Weak evidence: no example was held out',
  unproven: 'Unproven: chance could explain the gain',
}

function explainHoldout(holdout: NonNullable<WireTuneResult['holdout']>): string {
  return `Held-out examples (${holdout.examples}): ${score(holdout.old_score)} → **${score(holdout.new_score)}**, ${trials(holdout)}`
}

function plainHoldout(holdout: NonNullable<WireTuneResult['holdout']>): string {
  return `${score(holdout.old_score)} → ${score(holdout.new_score)}, ${trials(holdout)}`
}

function trials({ wins, losses, p_value: p }: NonNullable<WireTuneResult['holdout']>): string {
  return `${wins} better, ${losses} worse, ${formatP(p)}`
}

function explainConflicts(conflicts: readonly string[]): string {
  const parts = conflicts.map(conflict => `- ${escapeMarkdown(conflict)}`).join('\n')
  const way = 'Accept Some Fields… takes the others; undo your edits to accept all.'
  return `**Edited since the job started, and left as you wrote it:**\n\n${parts}\n\n${way}`
}

function costLine({ calls, cost }: WireTuneResult): readonly string[] {
  if (calls === undefined) return []
  const dollars = cost === undefined || cost === 0 ? '' : `, $${cost.toFixed(2)}`
  return [`${calls} model calls${dollars}`]
}

function explainProvenance({ reasoning, examples }: WireProvenance): string {
  const shown = examples.slice(0, 8).map(escapeMarkdown).join(', ')
  const more = examples.length > 8 ? ` and ${examples.length - 8} more` : ''
  const from = examples.length === 0 ? '' : `Learned from the failing examples ${shown}${more}.`
  return [reasoning === undefined ? '' : escapeMarkdown(sentence(reasoning)), from].filter(Boolean).join(' ')
}

function sentence(text: string): string {
  const trimmed = text.trim()
  const first = trimmed.charAt(0).toUpperCase() + trimmed.slice(1)
  return /[.!?…]$/.test(first) ? first : `${first}.`
}

function score(value: number): string {
  return value.toFixed(2)
}
