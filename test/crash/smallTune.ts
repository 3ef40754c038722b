/** A tune short enough to be killed often: its workspace, its command, and what must be true once it has ended. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createWorkspace, type Started, type Workspace } from '../support/cli.ts'
import { readStore, type StoredCall, type StoredRows } from './storedRows.ts'
import { startWatchedServer, type WatchedServerOptions } from './watchedServer.ts'

export const skill = 'python/async'
/** Model calls at a time, and so the most that one kill may repeat. */
export const concurrency = 4
const examples = 8
/** Hundreds of starts of the same program are worth compiling it once. */
const compileCache = resolve(import.meta.dirname, '../../.scratch/compileCache')

export interface SmallTune extends Workspace {
  /** `tune … --apply --json` at the server. */
  tune(server: { readonly url: string }, env?: Readonly<Record<string, string>>): Started
  /** Flags that name the server, for other commands. */
  at(server: { readonly url: string }): readonly string[]
  signature(): string
  /** Text of the history; empty while there is none. */
  history(): string
  rows(): StoredRows
  /** Names in the skill's folder. */
  files(): readonly string[]
}

/** How a tune ends that nobody disturbs. */
export interface Outcome {
  readonly digest: string
  readonly before: string
  readonly after: string
  readonly rows: StoredRows
}

/** `prepare` is done to the workspace while it is empty. */
export function createSmallTune(
  whenFinished?: (cleanUp: () => void) => void,
  prepare: (root: string) => void = () => {},
): SmallTune {
  const workspace = createWorkspace(whenFinished)
  prepare(workspace.root)
  mkdirSync(join(workspace.root, '.git'), { recursive: true })
  const folder = join(workspace.root, 'skills', skill)
  workspace.copySkill(skill)
  const examplesPath = join(folder, 'examples.jsonl')
  writeFileSync(examplesPath, readFileSync(examplesPath, 'utf8').split('\n').slice(0, examples).join('\n'))
  const at = ({ url }: { readonly url: string }) => ['--base-url', url, '--concurrency', String(concurrency)]
  const historyPath = join(folder, 'signature.history.json')
  const start: SmallTune['start'] = (args, env) => workspace.start(args, { NODE_COMPILE_CACHE: compileCache, ...env })
  return {
    ...workspace,
    start,
    run: (args, env) => start(args, env).ended,
    // A limit of time makes the tuner record decisions.
    tune: (server, env) =>
      start(['tune', `skills/${skill}`, '--model', 'm', '--apply', '--json', '--max-time', '3600', ...at(server)], env),
    at,
    signature: () => readFileSync(join(folder, 'signature.yaml'), 'utf8'),
    history: () => (existsSync(historyPath) ? readFileSync(historyPath, 'utf8') : ''),
    rows: () => readStore(join(workspace.root, '.signature-tuner', 'jobs.db')),
    files: () => readdirSync(folder).sort(),
  }
}

/** Runs it once to its end, in a workspace and at a server of its own. */
export async function uninterrupted(options: WatchedServerOptions = {}): Promise<Outcome> {
  const server = await startWatchedServer(options)
  const cleanUps: Array<() => void> = []
  try {
    const site = createSmallTune(cleanUp => cleanUps.push(cleanUp))
    const before = site.signature()
    const { status, stdout, stderr } = await site.tune(server).ended
    if (status !== 0) throw new Error(`the undisturbed tune failed: ${stderr}${stdout}`)
    const { result } = JSON.parse(stdout)
    if (result.tuned !== true) throw new Error('the undisturbed tune found nothing')
    return { digest: result.decision_digest, before, after: site.signature(), rows: site.rows() }
  } finally {
    for (const cleanUp of cleanUps) cleanUp()
    await server.close()
  }
}

/** Whether somebody holds the history, or held it and is gone. */
export function isLocked(site: SmallTune): boolean {
  return site.files().some(name => name.endsWith('.lock'))
}

export const lockLeft = 'the lock of the history was left behind'

/** Everything that is not as if nobody had disturbed it; `kills` ended a process with calls in flight. */
export function violations(site: SmallTune, expected: Outcome, kills: number): string[] {
  const found: string[] = []
  const expect = (what: string, actual: unknown, wanted: unknown) => {
    const [is, should] = [JSON.stringify(actual), JSON.stringify(wanted)]
    if (is === should) return
    // Long texts are told by where they begin to differ.
    const at = Math.max(0, [...is].findIndex((letter, n) => letter !== should[n]) - 80)
    found.push(`${what} is …${is.slice(at, at + 300)} instead of …${should.slice(at, at + 300)}`)
  }
  const rows = site.rows()
  const [job, ...others] = rows.jobs
  expect('the state of the job', job?.state, 'completed')
  expect('the version that holds the result', job?.appliedVersion, 2)
  // A host that comes when all is done finds another text, and so another job: one that decides otherwise.
  const same = others.filter(({ createdAt, digest }) => createdAt < (job?.updatedAt ?? 0) || digest === job?.digest)
  expect('the number of jobs', 1 + same.length, 1)
  expect('the decision digest', job?.digest, expected.digest)
  expect('the signature', site.signature(), expected.after)
  expect('the history', versionsOf(site.history()), [
    { version: 1, signature: expected.before },
    { version: 2, signature: expected.after, job_id: job?.id },
  ])
  const calls = rows.calls.filter(({ jobId }) => jobId === job?.id)
  const evaluations = rows.evaluations.filter(jobId => jobId === job?.id)
  expect('the number of evaluations', evaluations.length, expected.rows.evaluations.length)
  // Keys hold the origin and so differ; what was asked and said does not.
  const answers = (rows: readonly StoredCall[]) =>
    rows.map(({ purpose, state, reply }) => `${purpose} ${state} ${saidIn(reply)}`).sort()
  expect('the ledger', answers(calls), answers(expected.rows.calls))
  const repeated = calls.reduce((sum, call) => sum + call.repeated, 0)
  if (repeated > kills * concurrency) found.push(`${repeated} calls were repeated for ${kills} kills`)
  if (isLocked(site)) found.push(lockLeft)
  return found
}

/** Answered calls and decisions of `before` that are not as they were. */
export function lostAnswers(before: StoredRows, after: StoredRows): string[] {
  return before.calls
    .filter(call => call.reply !== null)
    .filter(call => {
      const now = after.calls.find(({ jobId, key }) => jobId === call.jobId && key === call.key)
      return now?.reply !== call.reply || now.asks !== call.asks
    })
    .map(call => `the answered call ${call.key} was asked again or lost`)
}

function versionsOf(history: string): unknown {
  try {
    return JSON.parse(history).signature_history.map((entry: Readonly<Record<string, unknown>>) => ({
      version: entry.version,
      signature: entry.signature,
      ...(entry.tuned === true && { job_id: entry.job_id }),
    }))
  } catch {
    return `unreadable: ${history.slice(0, 200)}`
  }
}

/** What the model said, without the time it took; all of a decision. */
function saidIn(reply: string | null): string {
  const parsed = reply === null ? null : JSON.parse(reply)
  return JSON.stringify(parsed?.value ?? parsed)
}
