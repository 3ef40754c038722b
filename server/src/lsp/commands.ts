/** Commands of the server: evaluate, tune and what follows, with progress that can be cancelled, for any client. */
import {
  type CancellationToken,
  type ExecuteCommandParams,
  MessageType,
  type ServerCapabilities,
  type WorkDoneProgressReporter,
  type WorkDoneProgressServerReporter,
} from 'vscode-languageserver'
import { z } from 'zod'
import { operations } from '../app/app.ts'
import type { OperationContext, OperationEvent } from '../app/operation.ts'
import type { FoundJob, Ports, SkillLocation } from '../app/ports.ts'
import { unappliedResult } from '../app/skillState.ts'
import { type Failure, failure } from '../base/errors.ts'
import { fail, ok, type Result } from '../base/result.ts'
import { type Editing, editingPorts } from './applyEdit.ts'
import type { ServerContext } from './context.ts'
import { refusal } from './editorClient.ts'
import { createJobNotices } from './jobNotices.ts'
import { describeEnd, tell } from './messages.ts'
import { responseError } from './request.ts'
import { pathOfUri } from './uris.ts'

const uriInput = z.string().min(1)
/** For this job alone, such as `embedded`. */
const modelInput = z.string().min(1).optional()
const argumentSchemas = {
  'signature-tuner.evaluate': z.object({ uri: uriInput, model: modelInput }),
  'signature-tuner.tune': z.object({
    uri: uriInput,
    force: z.boolean().default(false),
    model: modelInput,
    /** False for clients with a review of their own. */
    apply: z.boolean().default(true),
  }),
  'signature-tuner.apply': z.object({
    uri: uriInput,
    jobId: z.string().optional(),
    unproven: z.boolean().default(false),
    /** Parts of the result, such as `outputs.answer.constraints`; all without it. */
    only: z.array(z.string().min(1)).min(1).optional(),
    /** Tells what would change, and writes nothing. */
    preview: z.boolean().default(false),
  }),
  'signature-tuner.restore': z.object({ uri: uriInput, version: z.int().positive() }),
  'signature-tuner.cancel': z.object({ uri: uriInput, jobId: z.string().optional() }),
  'signature-tuner.resume': z.object({
    uri: uriInput,
    jobId: z.string().optional(),
    apply: z.boolean().default(true),
  }),
  'signature-tuner.history': z.object({ uri: uriInput }),
} as const
type CommandName = keyof typeof argumentSchemas

export const commandCapabilities: ServerCapabilities = {
  executeCommandProvider: { commands: Object.keys(argumentSchemas), workDoneProgress: true },
}

/** What a command is carried out with. */
interface Work {
  readonly ports: Ports
  readonly location: SkillLocation
  readonly context: OperationContext
}

type Arguments<Name extends CommandName> = z.output<(typeof argumentSchemas)[Name]>
type Commands = { readonly [Name in CommandName]: (work: Work, given: Arguments<Name>) => Promise<Result<unknown>> }

export function registerCommands(server: ServerContext): void {
  const { connection, wrap } = server

  const commands: Commands = {
    'signature-tuner.evaluate': ({ ports, location, context }, { model }) =>
      operations.evaluate.run(
        ports,
        operations.evaluate.input.parse({ skill_path: location.signaturePath, model, ...budget(server) }),
        context,
      ),
    'signature-tuner.tune': async ({ ports, location, context }, { force, model, apply }) => {
      const input = { skill_path: location.signaturePath, force, model, apply, ...budget(server) }
      return operations.tune.run(ports, operations.tune.input.parse(input), context)
    },
    'signature-tuner.resume': async ({ ports, location, context }, { jobId, apply }) => {
      const id = await namedJob(ports, location, jobId, job => job.state !== 'completed')
      if (!id.ok) return id
      const input = operations['jobs resume'].input.parse({ job_id: id.value, root: location.root, apply })
      return operations['jobs resume'].run(ports, input, context)
    },
    'signature-tuner.apply': async ({ ports, location, context }, { jobId, ...terms }) => {
      const id = await resultToApply(ports, location, jobId)
      if (!id.ok) return id
      return operations['jobs apply'].run(ports, { job_id: id.value, root: location.root, ...terms }, context)
    },
    'signature-tuner.cancel': async ({ ports, location, context }, { jobId }) => {
      const id = await namedJob(ports, location, jobId, job => job.state === 'queued' || job.state === 'running')
      if (!id.ok) return id
      return operations['jobs cancel'].run(ports, { job_id: id.value, root: location.root }, context)
    },
    'signature-tuner.restore': ({ ports, location, context }, { version }) =>
      operations.restore.run(ports, { skill_path: location.signaturePath, version }, context),
    'signature-tuner.history': ({ ports, location, context }) =>
      operations.history.run(ports, { skill_path: location.signaturePath }, context),
  }

  async function execute<Name extends CommandName>(
    name: Name,
    given: Arguments<Name>,
    token: CancellationToken,
    progress: WorkDoneProgressReporter,
    onStarted: (jobId: string) => void,
  ): Promise<Result<unknown>> {
    const refused = refusal(server, operationNames[name])
    if (refused !== undefined) return fail(refused)
    const host = server.hosts().ports()
    const path = pathOfUri(given.uri)
    if (!path.ok) return path
    const notices = createJobNotices(server, host)
    const located = await host.files.locate(path.value)
    if (!located.ok) return located
    const location = located.value
    const cancelled = new AbortController()
    const listening = [token.onCancellationRequested(() => cancelled.abort(new Error('cancelled')))]
    if ('token' in progress) {
      const { token: shown } = progress as WorkDoneProgressServerReporter
      listening.push(shown.onCancellationRequested(() => cancelled.abort(new Error('cancelled'))))
    }
    let jobId: string | undefined
    const onEvent = (event: OperationEvent) => {
      notices.onEvent(event)
      if (event.kind === 'note') connection.console.info(event.message)
      if (event.kind === 'started') {
        jobId = event.jobId
        onStarted(jobId)
        progress.report(0, `${event.resumed ? 'going on with' : 'started'} ${event.jobId}`)
        reload(given.uri)
      }
      if (event.kind === 'progress') {
        progress.report(Math.round(event.progress.percent), progressLine(event.progress))
        reload(given.uri)
      }
    }
    const editing: Editing = { server, uri: given.uri, label: labels[name] }
    try {
      const work: Work = {
        ports: editingPorts(host, editing),
        location,
        context: { signal: cancelled.signal, onEvent },
      }
      // The name says which of the commands it is, and so what it is given.
      const run: (work: Work, given: never) => Promise<Result<unknown>> = commands[name]
      return await run(work, given as never)
    } catch (error) {
      if (!cancelled.signal.aborted) throw error
      if (jobId !== undefined) await host.jobs(location.root).cancel(jobId)
      return fail(failure('cancelled', `${labels[name]} was cancelled; what was answered is kept.`))
    } finally {
      for (const disposable of listening) disposable.dispose()
      await notices.end()
    }
  }

  /** Not more often than a person can read, and never in the way of the command itself. */
  const due = new Map<string, NodeJS.Timeout>()
  function reload(uri: string, wait = 500): void {
    if (due.has(uri)) return
    const timer = setTimeout(() => {
      due.delete(uri)
      const open = server.documents.get(uri)
      if (open?.isSignature)
        server
          .skills()
          .reload(open)
          .catch(() => {})
    }, wait)
    due.set(uri, timer.unref())
  }

  connection.onExecuteCommand(
    wrap('workspace/executeCommand', async (params: ExecuteCommandParams, token): Promise<unknown> => {
      const read = readArguments(params)
      if (!read.ok) throw responseError(read.error)
      const { name, given } = read.value
      await server.configured()
      const progress = await startProgress(server, params, name)
      let jobId: string | undefined
      try {
        const result = await execute(name, given, token, progress, id => {
          jobId = id
        })
        const open = server.documents.get(given.uri)
        if (open?.isSignature) await server.skills().reload(open)
        // A client that was told of the job's end need not tell its failure twice.
        if (!result.ok) throw responseError(result.error, jobId)
        const said = describeEnd(name, result.value)
        if (said !== undefined && server.editor() === undefined) tell(connection, MessageType.Info, said)
        return result.value
      } finally {
        progress.done()
      }
    }),
  )
}

const labels: Readonly<Record<CommandName, string>> = {
  'signature-tuner.evaluate': 'Evaluating',
  'signature-tuner.tune': 'Tuning',
  'signature-tuner.apply': 'Applying',
  'signature-tuner.restore': 'Restoring',
  'signature-tuner.cancel': 'Cancelling',
  'signature-tuner.resume': 'Resuming',
  'signature-tuner.history': 'Reading the history',
}

const operationNames: Readonly<Record<CommandName, keyof typeof operations>> = {
  'signature-tuner.evaluate': 'evaluate',
  'signature-tuner.tune': 'tune',
  'signature-tuner.apply': 'jobs apply',
  'signature-tuner.restore': 'restore',
  'signature-tuner.cancel': 'jobs cancel',
  'signature-tuner.resume': 'jobs resume',
  'signature-tuner.history': 'history',
}

const quickCommands: ReadonlySet<string> = new Set(['signature-tuner.cancel', 'signature-tuner.history'])

/** The client's own token where it gave one, else one that is made for it. */
async function startProgress(
  { connection, abilities, editor }: ServerContext,
  { workDoneToken }: ExecuteCommandParams,
  name: CommandName,
): Promise<WorkDoneProgressReporter> {
  // Our own client shows jobs in its status bar and its view.
  const isShown = abilities().workDoneProgress && editor() === undefined
  const own = workDoneToken === undefined && isShown && !quickCommands.has(name)
  const attached = () => connection.window.attachWorkDoneProgress(workDoneToken)
  // A client that shows none after all is served without.
  const progress = own ? await connection.window.createWorkDoneProgress().catch(attached) : attached()
  progress.begin(`Signature Tuner: ${labels[name]}`, 0, undefined, true)
  return progress
}

function readArguments({ command, arguments: given }: ExecuteCommandParams): Result<{
  readonly name: CommandName
  readonly given: Arguments<CommandName>
}> {
  if (!isCommand(command)) return fail(failure('usage', `There is no command ${command.slice(0, 60)}.`))
  const read = argumentSchemas[command].safeParse(given?.[0])
  if (read.success) return ok({ name: command, given: read.data })
  const [issue] = read.error.issues
  const where = issue?.path.length ? `'${issue.path.join('.')}' ` : ''
  return fail(failure('usage', `${command} takes one object such as {"uri": "file:///…"}: ${where}${issue?.message}.`))
}

function isCommand(command: string): command is CommandName {
  return Object.hasOwn(argumentSchemas, command)
}

function budget(server: ServerContext) {
  const { maxCalls, maxTokens, maxCost, maxTime } = server.settings()
  return {
    ...(maxCalls !== undefined && { max_calls: maxCalls }),
    ...(maxTokens !== undefined && { max_tokens: maxTokens }),
    ...(maxCost !== undefined && { max_cost: maxCost }),
    ...(maxTime !== undefined && { max_time: maxTime }),
  }
}

/** The job that was named, or the skill's newest that fits. */
async function namedJob(
  ports: Ports,
  { root, skillPath, displayPath }: SkillLocation,
  jobId: string | undefined,
  fits: (job: FoundJob) => boolean,
): Promise<Result<string>> {
  if (jobId !== undefined) return ok(jobId)
  const jobs = await ports.jobs(root).list({ skillPath, limit: 20 })
  if (!jobs.ok) return jobs
  const job = jobs.value.find(fits)
  return job === undefined ? fail(noJob(displayPath)) : ok(job.id)
}

/** The newest result that waits to be applied; else the newest of all, which may be there already. */
async function resultToApply(ports: Ports, location: SkillLocation, jobId: string | undefined) {
  const waiting = await namedJob(ports, location, jobId, job => unappliedResult(job) !== undefined)
  if (waiting.ok || waiting.error.code !== 'job_not_found') return waiting
  return namedJob(ports, location, jobId, job => job.kind === 'tune' && job.state === 'completed')
}

function noJob(path: string): Failure {
  return failure('job_not_found', `${path} has no such job.`)
}

function progressLine({
  phase,
  calls,
  best_score: best,
  old_score: old,
}: Extract<OperationEvent, { kind: 'progress' }>['progress']): string {
  const score = best ?? old
  return `${phase}, ${calls} calls${score === undefined ? '' : `, score ${score.toFixed(2)}`}`
}
