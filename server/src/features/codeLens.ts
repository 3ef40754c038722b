/** Code lenses above a signature: evaluate, tune and its history, or what its job needs of a person. */
import type { Span } from '../base/text.ts'
import type { SignatureDocument } from '../signature/document.ts'
import type { KnownJob, SkillFacts } from './facts.ts'
import { formatGain, formatScore } from './scoreText.ts'

export interface CodeLens {
  readonly span: Span
  readonly title: string
  /** What the command does, in a sentence without its full stop. */
  readonly tooltip: string
  readonly command: LensCommand
  /** Beside the URI of the signature. */
  readonly values?: LensValues
}

export interface LensValues {
  readonly jobId: string
  /** Shows what would be applied. */
  readonly preview?: true
  /** Accepts a gain that chance could explain. */
  readonly unproven?: true
}

export type LensCommand = 'evaluate' | 'tune' | 'history' | 'cancel' | 'resume' | 'apply'

/** In the order in which they are shown; none over an empty file. */
export function codeLenses({ job }: SkillFacts, { entries }: SignatureDocument): readonly CodeLens[] {
  const [first] = entries
  if (first === undefined) return []
  const ofJob = job === undefined ? [] : jobLenses(job)
  const isRunning = job?.state === 'running' || job?.state === 'queued'
  const starting = isRunning ? [] : [evaluate, tune]
  return [...ofJob, ...starting, history].map(lens => ({ ...lens, span: first.keySpan }))
}

type Unplaced = Omit<CodeLens, 'span'>

const evaluate: Unplaced = {
  title: 'Evaluate',
  tooltip: 'Scores this signature on its examples with the model',
  command: 'evaluate',
}
const tune: Unplaced = {
  title: 'Tune',
  tooltip: 'Looks for better wording, and accepts only what the examples prove to be better',
  command: 'tune',
}
const history: Unplaced = {
  title: 'History',
  tooltip: 'Lists the versions of this signature with their scores',
  command: 'history',
}

function jobLenses(job: KnownJob): readonly Unplaced[] {
  const { id: jobId, kind, evidence, improvement } = job
  switch (job.state) {
    case 'unapplied': {
      const unproven = evidence === 'unproven'
      const why = [improvement && formatGain(improvement), evidence].filter(word => word !== undefined).join(', ')
      const title = `${unproven ? 'Apply anyway' : 'Apply tuned result'}${why === '' ? '' : ` (${why})`}`
      const gain = unproven
        ? 'Writes the tuned wording, though chance could explain its gain'
        : 'Writes the tuned wording'
      const changes = 'Shows what the tuned wording changes, and writes nothing'
      return [
        { title, tooltip: gain, command: 'apply', values: { jobId, ...(unproven && { unproven }) } },
        { title: 'Show changes', tooltip: changes, command: 'apply', values: { jobId, preview: true } },
      ]
    }
    case 'interrupted': {
      const title = kind === 'tune' ? 'Resume tuning' : 'Resume evaluation'
      const tooltip = 'Goes on where the job stopped; what was answered is not asked again'
      return [{ title, tooltip, command: 'resume', values: { jobId } }]
    }
    default: {
      const tooltip = 'Stops the job; what was answered is kept'
      return [{ title: `${progressOf(job)} · Cancel`, tooltip, command: 'cancel', values: { jobId } }]
    }
  }
}

function progressOf({ kind, state, percent, calls, bestScore }: KnownJob): string {
  const doing = kind === 'tune' ? 'Tuning' : 'Evaluating'
  if (state === 'queued') return `${doing} soon`
  const parts = [`${doing} ${Math.floor(percent)} %`, `${calls} ${calls === 1 ? 'call' : 'calls'}`]
  if (bestScore !== undefined) parts.push(`best ${formatScore(bestScore)}`)
  return parts.join(' · ')
}
