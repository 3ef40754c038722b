/** Progress of jobs: a live view on a terminal, a line now and then elsewhere. */
import { estimateRest } from '../app/estimate.ts'
import type { OperationEvent } from '../app/operation.ts'
import { formatDuration } from '../base/duration.ts'
import type { JobProgress } from '../jobs/job.ts'
import { candidateLine, treeLines } from './candidateTree.ts'
import { columnsOf, line, score, skillName, type Terminal, wrap } from './terminal.ts'

export interface ProgressView {
  onEvent(event: OperationEvent): void
  /** Clears the live view, so that what is printed next stands alone. */
  finish(): void
}

const phases: Readonly<Record<string, string>> = {
  split: 'reading examples',
  baseline: 'scoring the signature as it is',
  propose: 'proposing better wording',
  simplify: 'dropping what earns nothing',
  holdout: 'proving it on unseen examples',
  train: 'scoring the winner on all examples',
  evaluate: 'scoring',
  done: 'done',
}

export function createProgressView(terminal: Terminal, elapsed: () => number): ProgressView {
  if (terminal.quiet) return { onEvent: () => {}, finish: () => {} }
  return terminal.interactive ? createLiveView(terminal, elapsed) : createLineView(terminal)
}

function createLineView(terminal: Terminal): ProgressView {
  let preflight = createPreflight(terminal)
  let last = ''
  let told = new Set<string>()
  return {
    onEvent(event) {
      if (event.kind === 'note') terminal.tell(event.message)
      else if (event.kind === 'started') {
        told = new Set()
        preflight = createPreflight(terminal)
        terminal.tell(startLine(event))
      } else {
        const { progress } = event
        preflight.tell(progress)
        for (const candidate of progress.tree?.candidates ?? []) {
          if (told.has(candidate.id)) continue
          told.add(candidate.id)
          terminal.tell(`  ${candidateLine(candidate, progress.tree?.best)}`)
        }
        // One line a phase and quarter: enough for a log, not a flood.
        const step = `${event.skillPath} ${progress.phase} ${Math.floor(progress.percent / 25)}`
        if (step === last) return
        last = step
        terminal.tell(
          `  ${String(Math.round(progress.percent)).padStart(3)} %  ${phaseOf(progress)}  ${facts(progress)}`,
        )
      }
    },
    finish() {},
  }
}

function createLiveView(terminal: Terminal, elapsed: () => number): ProgressView {
  let preflight = createPreflight(terminal)
  let shown = 0
  let drawnAt = Number.NEGATIVE_INFINITY
  let latest: JobProgress | undefined
  const clear = () => {
    if (shown > 0) process.stderr.write(`\u001b[${shown}A\u001b[J`)
    shown = 0
  }
  const draw = () => {
    if (latest === undefined) return
    clear()
    const lines = liveLines(latest, terminal)
    process.stderr.write(`${lines.join('\n')}\n`)
    shown = lines.length
    drawnAt = elapsed()
  }
  return {
    onEvent(event) {
      if (event.kind === 'progress') {
        if (preflight.isNew(event.progress)) {
          clear()
          preflight.tell(event.progress)
        }
        latest = event.progress
        if (elapsed() - drawnAt >= 80) draw()
        return
      }
      clear()
      latest = undefined
      if (event.kind === 'started') preflight = createPreflight(terminal)
      terminal.tell(event.kind === 'note' ? event.message : startLine(event))
    },
    finish: clear,
  }
}

/** Says once for each job what budget and examples can show. */
function createPreflight(terminal: Terminal) {
  let told: string | undefined
  const isNew = ({ preflight }: JobProgress) => preflight !== undefined && preflight !== told
  return {
    isNew,
    tell(progress: JobProgress) {
      if (!isNew(progress)) return
      told = progress.preflight
      const text = line(progress.preflight ?? '', 400)
      terminal.tell(`  ${wrap(`${text.charAt(0).toUpperCase()}${text.slice(1)}.`, terminal.columns, 2)}`)
    },
  }
}

/** What follows them is not known before. */
const endless: ReadonlySet<string> = new Set(['baseline', 'simplify'])

function liveLines(progress: JobProgress, terminal: Terminal): string[] {
  const width = Math.min(terminal.columns, 80)
  const share = progress.percent / 100
  const rest = endless.has(progress.phase) ? undefined : estimateRest(progress)
  // What is left of the line names the phase.
  const barWidth = Math.max(8, Math.min(24, width - 56))
  const filled = Math.round(share * barWidth)
  const bar = terminal.style('cyan', '━'.repeat(filled)) + terminal.style('dim', '─'.repeat(barWidth - filled))
  const left = rest === undefined || rest < 1000 ? '' : `  about ${formatDuration(rest)} left`
  const percent = `${Math.round(progress.percent)} %`.padStart(5)
  const lines = [
    `  ${bar} ${percent}  ${line(phaseOf(progress), width - barWidth - 10 - columnsOf(left))}${terminal.style('dim', left)}`,
    `  ${line(facts(progress), width - 4)}`,
  ]
  if (progress.message !== undefined && progress.message !== progress.preflight)
    lines.push(`  ${terminal.style('dim', line(progress.message, width - 4))}`)
  // The view is drawn over by moving up: it must not be longer than the terminal.
  const rows = Math.min(mostRows, terminal.rows - lines.length - 2)
  if (progress.tree !== undefined && rows > 1) lines.push(...treeLines(terminal, progress.tree, { width, rows }))
  return lines
}

/** Of the tree, with its title. */
const mostRows = 8

function startLine(event: Extract<OperationEvent, { kind: 'started' }>): string {
  const what = event.state === 'running' ? 'Following' : event.resumed ? 'Resuming' : 'Starting'
  return `${what} ${event.jobId} on ${line(skillName(event.skillPath), 48)}`
}

function phaseOf(progress: JobProgress): string {
  return phases[progress.phase] ?? progress.phase
}

function facts(progress: JobProgress): string {
  const parts: string[] = []
  const { old_score: before, best_score: best } = progress
  if (before !== undefined && best !== undefined && best !== before)
    parts.push(`score ${score(before)} → ${score(best)}`)
  else if (before !== undefined) parts.push(`score ${score(before)}`)
  const of = progress.expected_calls === undefined ? '' : ` of about ${progress.expected_calls}`
  parts.push(`${progress.calls}${of} calls`)
  if (progress.cost !== undefined && progress.cost > 0) parts.push(`$${progress.cost.toFixed(2)}`)
  if (progress.errors) parts.push(`${progress.errors} failed calls`)
  return parts.join('  ·  ')
}
