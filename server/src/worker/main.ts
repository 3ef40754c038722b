/** The worker: the process that owns the database and runs jobs for the host that started it. */
import {
  type CancellationToken,
  CancellationTokenSource,
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node'
import { z } from 'zod'
import type { JobService } from '../app/ports.ts'
import { armFaults } from '../armFaults.ts'
import { failure } from '../base/errors.ts'
import { fail, type Result } from '../base/result.ts'
import { type ComposedWorker, composeWorker, type WorkerOptions } from '../composeWorker.ts'
import type { CompleteChatError, CompleteChatParams, CompleteChatReply } from '../protocol/client.ts'
import {
  callMethod,
  completeMethod,
  initializeMethod,
  progressMethod,
  waitMethod,
  workerCalls,
} from '../protocol/worker.ts'

const settingsSchema = z.object({
  root: z.string(),
  endpoint: z.object({
    baseUrl: z.string(),
    // As the provider sends it, so that what is taken out is what went out.
    apiKey: z.string().trim().optional(),
    timeout: z.number(),
  }),
  sandboxPath: z.string(),
  editorAnswers: z.boolean(),
})
const callSchema = z.object({ name: z.enum(workerCalls), args: z.array(z.unknown()) })
const waitSchema = z.object({ id: z.string(), token: z.number() })

if (process.send === undefined) {
  console.error('This program is started by signature-tuner itself.')
  process.exitCode = 2
} else {
  armFaults(process.env)
  serve()
}

function serve(): void {
  let worker: ComposedWorker | undefined
  let ending = false

  async function end(): Promise<void> {
    if (ending) return
    ending = true
    await worker?.stop()
    process.exit(0)
  }

  // Ctrl-C and a closing terminal reach the whole group: the host decides, by closing the pipe.
  process.on('SIGINT', () => {})
  process.on('SIGHUP', () => {})
  process.on('SIGTERM', end)
  process.on('disconnect', end)

  const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process))
  // A host that went away is noticed by the closed pipe.
  connection.onError(() => {})
  const service = () => {
    if (worker === undefined) throw new Error('the worker was called before it was initialised')
    return worker.service
  }
  connection.onRequest<null, void>(initializeMethod, async (settings: unknown) => {
    worker ??= composeWorker(readOptions(connection, settings))
    return null
  })
  connection.onRequest(callMethod, async (params: unknown) => {
    const { name, args } = callSchema.parse(params)
    return call(service(), name, args)
  })
  connection.onRequest<Result<unknown>, void>(waitMethod, async (params: unknown, token: CancellationToken) =>
    wait(connection, service(), params, token),
  )
  connection.listen()
}

function readOptions(connection: MessageConnection, settings: unknown): WorkerOptions {
  const { root, endpoint, sandboxPath, editorAnswers } = settingsSchema.parse(settings)
  return {
    root,
    sandboxPath,
    endpoint: { ...endpoint, apiKey: endpoint.apiKey },
    completeInEditor: editorAnswers ? (request, signal) => askHost(connection, request, signal) : undefined,
  }
}

/** A model of the editor is the host's to ask. */
async function askHost(connection: MessageConnection, request: CompleteChatParams, signal: AbortSignal) {
  const source = new CancellationTokenSource()
  const cancel = () => source.cancel()
  signal.addEventListener('abort', cancel, { once: true })
  try {
    return await connection.sendRequest<CompleteChatReply | CompleteChatError>(completeMethod, request, source.token)
  } finally {
    signal.removeEventListener('abort', cancel)
    source.dispose()
  }
}

/** The host's own types hold on this side too: both were built together. */
function call(service: JobService, name: (typeof workerCalls)[number], args: readonly unknown[]): Promise<unknown> {
  const method: (...args: never[]) => Promise<unknown> = service[name]
  return method(...(args as never[]))
}

async function wait(
  connection: MessageConnection,
  service: JobService,
  params: unknown,
  token: CancellationToken,
): Promise<Result<unknown>> {
  const { id, token: progressToken } = waitSchema.parse(params)
  const controller = new AbortController()
  const listening = token.onCancellationRequested(() => controller.abort(new Error('the host stopped waiting')))
  const report = (progress: unknown) => {
    void connection.sendNotification(progressMethod, { token: progressToken, progress }).catch(() => {})
  }
  try {
    return await service.wait(id, report, controller.signal)
  } catch (error) {
    // Nobody reads this: the host has turned away already.
    if (controller.signal.aborted) return fail(failure('cancelled', 'The host stopped waiting.'))
    throw error
  } finally {
    listening.dispose()
  }
}
