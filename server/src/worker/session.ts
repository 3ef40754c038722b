/** One worker process and the pipe to it. */
import { spawn } from 'node:child_process'
import {
  type CancellationToken,
  CancellationTokenSource,
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
} from 'vscode-jsonrpc/node'
import type { CompleteChatError, CompleteChatParams, CompleteChatReply } from '../protocol/client.ts'
import { completeMethod, progressMethod, type WorkerProgress } from '../protocol/worker.ts'

/** Rejects with the signal's reason when it is aborted. */
export type CompleteInEditor = (
  request: CompleteChatParams,
  signal: AbortSignal,
) => Promise<CompleteChatReply | CompleteChatError>

export interface Session {
  /** Rejects with `sessionEnded` when the process is gone before it answered. */
  request(method: string, params: unknown, signal?: AbortSignal): Promise<unknown>
  /** Called with every progress until the returned function is called. */
  onProgress(listener: (progress: WorkerProgress) => void): () => void
  /** Resolves when the process is gone, with the end of what it wrote to its output. */
  readonly ended: Promise<string>
  /** Closes the pipe, which makes the worker give its jobs back and exit; kills it after five seconds. */
  close(): Promise<void>
}

export const sessionEnded = new Error('the worker process ended')

const keptOutput = 4_096
const closeMilliseconds = 5_000

export interface SessionOptions {
  /** Answers the worker's calls of the editor's models; absent where there are none. */
  readonly completeInEditor?: CompleteInEditor | undefined
}

/** Runs `script` with this process's own Node. */
export function startSession(script: string, options: SessionOptions = {}): Session {
  const { completeInEditor } = options
  // The key travels in the first message only; an editor's Node needs to be told that it is one.
  const env: NodeJS.ProcessEnv = { ...process.env, ELECTRON_RUN_AS_NODE: '1' }
  delete env.OPENAI_API_KEY
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], env, windowsHide: true })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output = (output + chunk).slice(-keptOutput)
    })
  }
  const ended = new Promise<string>(resolve => {
    child.once('error', error => resolve(error.message))
    // Not 'close': Node never emits it for a child whose pipe was closed from this side. What the child wrote
    // before it ended is read in the same turn.
    child.once('exit', () => setImmediate(() => resolve(output.trim())))
  })

  const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child))
  const listeners = new Set<(progress: WorkerProgress) => void>()
  // The end of the process tells everything that errors of the pipe could.
  connection.onError(() => {})
  connection.onNotification(progressMethod, (progress: WorkerProgress) => {
    for (const listener of listeners) listener(progress)
  })
  if (completeInEditor !== undefined) {
    connection.onRequest<CompleteChatReply | CompleteChatError, void>(
      completeMethod,
      async (request: CompleteChatParams, token: CancellationToken) =>
        whileWanted(signal => completeInEditor(request, signal), token, ended),
    )
  }
  connection.listen()
  const gone = ended.then((): never => {
    connection.dispose()
    throw sessionEnded
  })
  gone.catch(() => {})

  return {
    ended,
    async request(method, params, signal) {
      const source = new CancellationTokenSource()
      const cancel = () => source.cancel()
      signal?.addEventListener('abort', cancel, { once: true })
      try {
        const answer = connection.sendRequest(method, params, source.token)
        answer.catch(() => {})
        return await Promise.race([answer, gone])
      } catch (error) {
        // A pipe that breaks while the process dies rejects first.
        if (child.connected && child.exitCode === null && child.signalCode === null) throw error
        await ended
        throw sessionEnded
      } finally {
        signal?.removeEventListener('abort', cancel)
        source.dispose()
      }
    },
    onProgress(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async close() {
      if (child.connected) child.disconnect()
      const timer = setTimeout(() => child.kill('SIGKILL'), closeMilliseconds)
      await ended
      clearTimeout(timer)
    },
  }
}

/** Aborts what the worker gives up, or leaves behind when it dies: nobody would use the answer. */
async function whileWanted<T>(
  work: (signal: AbortSignal) => Promise<T>,
  token: CancellationToken,
  ended: Promise<unknown>,
): Promise<T> {
  const controller = new AbortController()
  const listening = token.onCancellationRequested(() => controller.abort(new Error('the worker gave the call up')))
  void ended.then(() => controller.abort(sessionEnded))
  try {
    return await work(controller.signal)
  } finally {
    listening.dispose()
  }
}
