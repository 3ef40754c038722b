/** Which report belongs to which operation, and the exit status that its findings ask for. */
import type { z } from 'zod'
import type { operations } from '../../app/app.ts'
import { errorTable, isErrorCode } from '../../base/errors.ts'
import type { Terminal } from '../terminal.ts'
import { renderDoctor } from './doctor.ts'
import { renderEvaluated } from './evaluated.ts'
import { renderApplied, renderCancelled, renderDiscarded, renderJob, renderJobs } from './jobs.ts'
import { renderValidated, type ValidateFormat } from './validated.ts'
import { renderDiff, renderHistory, renderRestored } from './versions.ts'

export interface Rendered {
  /** Laid out only when asked for: a folder's JSON needs no text. */
  readonly text: () => string
  readonly status: number
}

type Operations = typeof operations
type OutputOf<Name extends keyof Operations> = z.output<Operations[Name]['output']>

type Renderers = {
  readonly [Name in Exclude<keyof Operations, 'tune'>]: (
    terminal: Terminal,
    value: OutputOf<Name>,
    format: ValidateFormat,
  ) => Rendered
}

const renderers: Renderers = {
  evaluate: (terminal, value) => ({ text: () => renderEvaluated(terminal, value), status: evaluateStatus(value) }),
  validate: (terminal, value, format) => ({
    text: () => renderValidated(terminal, format, value),
    status: value.errors > 0 ? 1 : 0,
  }),
  new: (_terminal, value) => done(() => renderNew(value.created)),
  history: (terminal, value) => done(() => renderHistory(terminal, value)),
  diff: (terminal, value) => done(() => renderDiff(terminal, value)),
  restore: (_terminal, value) => done(() => renderRestored(value)),
  jobs: (terminal, value) => done(() => renderJobs(terminal, value)),
  'jobs show': (terminal, value) => done(() => renderJob(terminal, value)),
  'jobs resume': (terminal, value) => done(() => renderJob(terminal, value)),
  'jobs cancel': (terminal, value) => done(() => renderCancelled(terminal, value)),
  'jobs apply': (terminal, value) => done(() => renderApplied(terminal, value)),
  'jobs discard': (terminal, value) => done(() => renderDiscarded(terminal, value)),
  'jobs prune': (_terminal, value) => done(() => renderPruned(value.deleted)),
  doctor: (terminal, value) => ({ text: () => renderDoctor(terminal, value), status: value.healthy ? 0 : 1 }),
}

/** `value` is the output of the operation called `name`, as the operation's own run made it. */
export function render(terminal: Terminal, name: string, value: unknown, format: ValidateFormat): Rendered {
  const all: Readonly<Record<string, (terminal: Terminal, value: never, format: ValidateFormat) => Rendered>> =
    renderers
  const renderer = all[name]
  if (renderer === undefined) throw new Error(`no report for the operation ${name}`)
  return renderer(terminal, value as never, format)
}

function done(text: () => string): Rendered {
  return { text, status: 0 }
}

/** The gravest of its skills' failures; below `--fail-under` is a finding. */
function evaluateStatus(value: OutputOf<'evaluate'>): number {
  const statuses = value.skills.flatMap(skill => (skill.error === undefined ? [] : [exitOf(skill.error.code)]))
  return Math.max(value.below.length > 0 ? 1 : 0, ...statuses)
}

function exitOf(code: string): number {
  return isErrorCode(code) ? errorTable[code].exit : 3
}

function renderPruned(deleted: number): string {
  if (deleted === 0) return 'Nothing to delete: jobs must have ended, and be as old as --older-than says (30 days).'
  return `Deleted ${deleted} ${deleted === 1 ? 'job' : 'jobs'}.`
}

function renderNew(created: readonly string[]): string {
  const folder = (created[0] ?? '').replace(/\/signature\.yaml$/, '')
  return [
    ...created.map(path => `Created ${path}`),
    '',
    'Next: edit both, then',
    `  signature-tuner validate ${folder}`,
    `  signature-tuner tune ${folder}`,
  ].join('\n')
}
