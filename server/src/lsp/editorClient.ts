/** Requests of a client of our own: its settings and key, and every operation of the program by its name. */
import type { CancellationToken } from 'vscode-languageserver'
import { z } from 'zod'
import { operations } from '../app/app.ts'
import type { AnyOperation, OperationEvent } from '../app/operation.ts'
import type { Ports } from '../app/ports.ts'
import { type Failure, failure } from '../base/errors.ts'
import { fail, type Result } from '../base/result.ts'
import { configureMethod, type EditorConfiguration, listModelsMethod, runMethod } from '../protocol/client.ts'
import { editingPorts } from './applyEdit.ts'
import type { ServerContext } from './context.ts'
import { createJobNotices } from './jobNotices.ts'
import { responseError } from './request.ts'
import { settingsSchema } from './settings.ts'

const { baseUrl, concurrency, timeout, maxCalls, maxTokens, maxCost, maxTime } = settingsSchema.shape

const editorSchema = z.object({
  trusted: z.boolean(),
  // A value that is wrong does not count; the others do.
  machine: z.object({
    baseUrl: baseUrl.catch(undefined),
    concurrency: concurrency.catch(undefined),
    timeout: timeout.catch(undefined),
    maxCalls: maxCalls.catch(undefined),
    maxTokens: maxTokens.catch(undefined),
    maxCost: maxCost.catch(undefined),
    maxTime: maxTime.catch(undefined),
  }),
  key: z.object({ origin: z.url(), value: z.string().min(1) }).optional(),
})

/** `undefined` for what is not the configuration of our client. */
export function readEditorConfiguration(given: unknown): EditorConfiguration | undefined {
  const read = editorSchema.safeParse(given)
  return read.success ? (read.data as EditorConfiguration) : undefined
}

export function registerEditorClient(
  server: ServerContext,
  configure: (configuration: EditorConfiguration) => Promise<void>,
): void {
  const { connection, wrap, hosts, skills, documents } = server

  connection.onRequest(
    configureMethod,
    wrap('configure', async (given: unknown) => {
      const configuration = readEditorConfiguration(given)
      if (configuration === undefined) throw responseError(failure('usage', 'This is no configuration of an editor.'))
      await configure(configuration)
      return null
    }),
  )

  connection.onRequest(
    runMethod,
    wrap('run', async (given: unknown, token) => {
      const call = callSchema.safeParse(given)
      const operation = call.success ? operationNamed(call.data.operation) : undefined
      if (!call.success || operation === undefined) {
        throw responseError(failure('usage', 'A call names an operation and holds its input.'))
      }
      await server.configured()
      const refused = refusal(server, operation.name)
      if (refused !== undefined) throw responseError(refused)
      const input = operation.input.safeParse(call.data.input)
      if (!input.success) throw responseError(wrongInput(operation, input.error))
      const result = await cancelledWith(token, signal => run(operation, input.data, signal))
      if (!result.ok) throw responseError(result.error)
      return result.value
    }),
  )

  connection.onRequest(
    listModelsMethod,
    wrap('listModels', async (given: unknown, token) => {
      const params = listModelsSchema.safeParse(given)
      if (!params.success)
        throw responseError(failure('usage', "Models are listed of an 'endpoint' or of a 'machine'."))
      return cancelledWith(token, async signal => {
        try {
          return await hosts().listModels(params.data.place, signal)
        } catch (error) {
          if (!signal.aborted) throw error
          return []
        }
      })
    }),
  )

  async function run(operation: AnyOperation, input: object, signal: AbortSignal): Promise<Result<unknown>> {
    const host = hosts().ports()
    const notices = createJobNotices(server, host, { answered: true })
    const started = new Map<string, string>()
    const onEvent = (event: OperationEvent) => {
      if (event.kind === 'started') started.set(event.jobId, event.root)
      notices.onEvent(event)
    }
    const ports: Ports = editingPorts(host, { server, uri: '', label: operation.summary })
    try {
      return await operation.run(ports, input as never, { signal, onEvent })
    } catch (error) {
      if (!signal.aborted) throw error
      for (const [jobId, root] of started) await host.jobs(root).cancel(jobId)
      return fail(failure('cancelled', `${operation.name} was cancelled; what was answered is kept.`))
    } finally {
      await notices.end()
      if (!readsOnly.has(operation.name)) await reloadAll()
    }
  }

  async function reloadAll(): Promise<void> {
    await Promise.all(documents.all().map(open => open.isSignature && skills().reload(open)))
  }
}

async function cancelledWith<Answer>(
  token: CancellationToken,
  work: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const cancelled = new AbortController()
  const listening = token.onCancellationRequested(() => cancelled.abort(new Error('cancelled')))
  try {
    return await work(cancelled.signal)
  } finally {
    listening.dispose()
  }
}

const listModelsSchema = z.object({ place: z.enum(['endpoint', 'machine']) })

const callSchema = z.object({ operation: z.string(), input: z.record(z.string(), z.unknown()) })

/** These ask a model, and so need the trust of the person in the workspace. */
const asksModel: ReadonlySet<string> = new Set(['tune', 'evaluate', 'jobs resume', 'doctor'])

const readsOnly: ReadonlySet<string> = new Set(['jobs', 'jobs show', 'history', 'diff', 'validate', 'doctor'])

/** Why an operation is not carried out now; `undefined` when it is. */
export function refusal({ editor }: Pick<ServerContext, 'editor'>, operation: string): Failure | undefined {
  if (editor()?.trusted !== false || !asksModel.has(operation)) return undefined
  const way = 'trust the workspace first (command "Workspaces: Manage Workspace Trust")'
  return failure('workspace_untrusted', `Nothing is evaluated or tuned in Restricted Mode: ${way}.`)
}

function operationNamed(name: string): AnyOperation | undefined {
  return Object.hasOwn(operations, name) ? (operations[name as keyof typeof operations] as AnyOperation) : undefined
}

function wrongInput({ name }: AnyOperation, { issues: [issue] }: z.ZodError): Failure {
  const where = issue?.path.length ? `'${issue.path.join('.')}': ` : ''
  return failure('usage', `${name}: ${where}${issue?.message ?? 'wrong input'}.`)
}
