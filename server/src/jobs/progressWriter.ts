/** Writes a run's progress at most four times a second; the last one always. */
import type { Clock } from '../base/clock.ts'
import type { JobProgress } from './job.ts'

export interface ProgressWriter {
  report(progress: JobProgress): void
  /** Shows a line under the progress reported last. */
  note(message: string): void
  /** Writes what is still waiting. */
  flush(): void
}

const interval = 250

export function createProgressWriter(
  clock: Clock,
  signal: AbortSignal,
  write: (progress: JobProgress) => void,
): ProgressWriter {
  let latest: JobProgress = { phase: 'starting', percent: 0, calls: 0 }
  let unwritten = false
  let writtenAt = Number.NEGATIVE_INFINITY
  let timed = false

  function flush() {
    if (!unwritten) return
    unwritten = false
    writtenAt = clock.elapsed()
    write(latest)
  }

  function show(progress: JobProgress) {
    latest = { ...progress, percent: Math.max(latest.percent, progress.percent) }
    unwritten = true
    const left = writtenAt + interval - clock.elapsed()
    if (left <= 0) flush()
    else if (!timed) {
      timed = true
      const later = () => {
        timed = false
        if (!signal.aborted) flush()
      }
      clock.sleep(left, signal).then(later, later)
    }
  }

  return { report: show, note: message => show({ ...latest, message }), flush }
}
