/** The status bar's words while jobs of this window run. */
import { doing, formatScore, skillName } from './describeJob.ts'
import type { KnownJob } from './jobMarkdown.ts'

export interface StatusText {
  readonly text: string
  /** For screen readers, without the icon. */
  readonly spoken: string
}

/** `undefined` when nothing runs. */
export function statusText(jobs: readonly KnownJob[]): StatusText | undefined {
  const [first] = jobs
  if (first === undefined) return undefined
  if (jobs.length > 1) {
    const percent = jobs.reduce((sum, { job }) => sum + (job.progress?.percent ?? 0), 0) / jobs.length
    const words = `${jobs.length} jobs running`
    const text = `$(sync~spin) ${words} ${Math.floor(percent)}%`
    return { text, spoken: `${words}, ${Math.floor(percent)} percent. Show Tuning Jobs` }
  }
  const { root, job } = first
  const name = `${doing(job.kind)} ${skillName(job.skill_path, root)}`
  const { percent, best_score: best, old_score: old } = job.progress ?? {}
  const score = best ?? old
  const done = percent === undefined ? '' : ` ${Math.floor(percent)}%`
  const spokenDone = percent === undefined ? '' : `, ${Math.floor(percent)} percent`
  return {
    text: `$(sync~spin) ${name}${done}${score === undefined ? '' : ` · ${formatScore(score)}`}`,
    spoken: `${name}${spokenDone}${score === undefined ? '' : `, score ${formatScore(score)}`}. Show Tuning Jobs`,
  }
}
