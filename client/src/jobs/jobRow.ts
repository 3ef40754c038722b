/** A row of the view of jobs: what it shows and what can be done with it. */
import type { WireJob } from '../../../server/src/protocol/client.ts'
import { candidateRows } from './candidateRows.ts'
import {
  describeJob,
  evaluateResult,
  isActive,
  isResumable,
  isReviewable,
  isUnfinished,
  skillName,
  tuneResult,
} from './describeJob.ts'
import type { KnownJob } from './jobMarkdown.ts'

export interface JobRow {
  readonly label: string
  readonly description: string
  /** Words that the menus of the manifest ask for. */
  readonly contextValue: string
  /** A codicon and the colour of the theme it has. */
  readonly icon: { readonly id: string; readonly color?: string }
  readonly hasChildren: boolean
  /** For screen readers. */
  readonly spoken: string
}

export interface RowPlace {
  /** Milliseconds since 1970. */
  readonly now: number
  /** Jobs of several folders are told apart by theirs. */
  readonly severalRoots: boolean
}

export function jobRow({ root, job }: KnownJob, { now, severalRoots }: RowPlace): JobRow {
  const label = skillName(job.skill_path, root)
  const folder = severalRoots ? ` · ${root.split(/[\\/]/).at(-1)}` : ''
  const description = `${describeJob(job, now)}${folder}`
  return {
    label,
    description,
    contextValue: contextWords(job).join(' '),
    icon: iconOf(job),
    hasChildren:
      candidateRows(job).length > 0 ||
      (tuneResult(job)?.changes.length ?? 0) > 0 ||
      (evaluateResult(job)?.failing_count ?? 0) > 0,
    spoken: `${label}, ${job.kind === 'tune' ? 'tuning' : 'evaluation'}, ${description.replaceAll(' · ', ', ')}`,
  }
}

function contextWords(job: WireJob): readonly string[] {
  const words: readonly (readonly [string, boolean])[] = [
    ['job', true],
    ['resumable', isResumable(job)],
    ['cancellable', isUnfinished(job)],
    ['reviewable', isReviewable(job)],
    ['ended', !isUnfinished(job)],
  ]
  return words.filter(([, holds]) => holds).map(([word]) => word)
}

function iconOf(job: WireJob): JobRow['icon'] {
  if (isActive(job)) {
    return job.status === 'queued' ? { id: 'clock' } : { id: 'sync~spin', color: 'charts.blue' }
  }
  if (isUnfinished(job)) return { id: 'debug-pause', color: 'list.warningForeground' }
  if (job.status === 'cancelled') return { id: 'circle-slash', color: 'disabledForeground' }
  if (job.status === 'failed') return { id: 'error', color: 'list.errorForeground' }
  if (isReviewable(job)) return { id: 'git-compare', color: 'charts.green' }
  if (job.kind === 'evaluate') return { id: 'beaker' }
  return tuneResult(job)?.signature_version === undefined
    ? { id: 'circle-outline' }
    : { id: 'pass', color: 'testing.iconPassed' }
}
