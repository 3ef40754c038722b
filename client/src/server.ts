/** The language server as the parts of the extension see it: requests once it runs, news of jobs, restart. */
import * as vscode from 'vscode'
import {
  configureMethod,
  type EditorConfiguration,
  type JobNotice,
  jobMethod,
  runMethod,
  type WireOutputs,
} from '../../server/src/protocol/client.ts'
import { readMachineSettings, section } from './configuration.ts'
import type { RunningClient } from './languageClient.ts'
import { showError } from './notify.ts'
import { readKey } from './secrets.ts'

export interface Server extends vscode.Disposable {
  /** One of the program's operations; rejects with an error whose `message` is for the person to read. */
  run<Name extends keyof WireOutputs>(
    operation: Name,
    input: Readonly<Record<string, unknown>>,
    token?: vscode.CancellationToken,
  ): Promise<WireOutputs[Name]>
  /** A command of the server, such as `tune`. */
  execute<Answer>(
    command: string,
    argument: { readonly uri: string; readonly [name: string]: unknown },
  ): Promise<Answer>
  request<Answer>(method: string, params: unknown, token?: vscode.CancellationToken): Promise<Answer>
  /** Handles a request of the server's, now and after each restart. */
  onRequest<Params, Answer>(
    method: string,
    handle: (params: Params, token: vscode.CancellationToken) => Promise<Answer>,
  ): void
  /** Settles once the server knows the settings and the key as they are now; the editor's own news of them comes later. */
  configure(): Promise<void>
  readonly onJob: vscode.Event<JobNotice>
  /** The server runs: at start, and after each restart. */
  readonly onReady: vscode.Event<void>
  /** It ended or did not start: what it was asked will not be answered. */
  readonly onStopped: vscode.Event<void>
  readonly log: vscode.LogOutputChannel
  restart(): Promise<void>
  stop(): Promise<void>
}

/** A client has a command of its own for what the server offers under this name; it gets the server's argument. */
export type CommandOverride = (argument: { readonly uri: string; readonly [name: string]: unknown }) => unknown

/** Commands of the server that the extension carries out with a review or a view of its own. */
export const commandOverrides = new Map<string, CommandOverride>()

export function createServer(context: vscode.ExtensionContext): Server {
  const log = vscode.window.createOutputChannel('Signature Tuner', { log: true })
  const jobs = new vscode.EventEmitter<JobNotice>()
  const ready = new vscode.EventEmitter<void>()
  const stopped = new vscode.EventEmitter<void>()
  const handlers = new Map<string, (params: never, token: vscode.CancellationToken) => Promise<unknown>>()
  let running = start()
  running.catch(() => {})
  /** Commands come after the settings that were changed before them. */
  let configuring: Promise<void> = Promise.resolve()

  async function start(): Promise<RunningClient> {
    try {
      // The protocol's library takes long to load: what shows in the window comes before it.
      const [{ startClient }, editor] = await Promise.all([import('./languageClient.ts'), editorConfiguration()])
      const client = await startClient({
        programPath: context.asAbsolutePath('dist/bin.cjs'),
        log,
        editor: () => editorConfiguration(),
        firstEditor: editor,
        onNotification: { [jobMethod]: (notice: JobNotice) => jobs.fire(notice) },
        onRequest: handlers,
        override: commandOverrides,
        onRunning: isRunning => (isRunning ? ready : stopped).fire(),
      })
      return client
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      log.error(message)
      stopped.fire()
      void showError(`The language server of Signature Tuner did not start: ${message}`, 'Restart', 'Show Log').then(
        answer => {
          if (answer === 'Restart') void restart()
          if (answer === 'Show Log') log.show()
        },
      )
      throw error
    }
  }

  async function editorConfiguration(): Promise<EditorConfiguration> {
    const key = await readKey(context.secrets)
    return {
      trusted: vscode.workspace.isTrusted,
      machine: readMachineSettings(),
      ...(key !== undefined && { key }),
    }
  }

  async function configure(): Promise<void> {
    const [client, editor] = await Promise.all([running, editorConfiguration()])
    client.keepSecret(editor.key?.value)
    await client.request(configureMethod, editor)
  }

  async function restart(): Promise<void> {
    await running.then(client => client.stop()).catch(() => {})
    running = start()
    await running
  }

  const changed = () => {
    configuring = configure().catch(error => log.error(String(error)))
    return configuring
  }
  const subscriptions = [
    vscode.workspace.onDidChangeConfiguration(event => event.affectsConfiguration(section) && changed()),
    vscode.workspace.onDidGrantWorkspaceTrust(changed),
    context.secrets.onDidChange(changed),
    log,
    jobs,
    ready,
    stopped,
  ]

  const server: Server = {
    async run(operation, input, token) {
      await configuring
      return (await running).request(runMethod, { operation, input }, token)
    },
    async execute(command, argument) {
      await configuring
      return (await running).execute(`signature-tuner.${command}`, argument)
    },
    async request(method, params, token) {
      await configuring
      return (await running).request(method, params, token)
    },
    onRequest(method, handle) {
      handlers.set(method, handle)
      void running.then(client => client.onRequest(method, handle)).catch(() => {})
    },
    configure: changed,
    onJob: jobs.event,
    onReady: ready.event,
    onStopped: stopped.event,
    log,
    restart,
    async stop() {
      await running.then(client => client.stop()).catch(() => {})
    },
    dispose() {
      for (const subscription of subscriptions) subscription.dispose()
    },
  }
  context.subscriptions.push(server)
  return server
}
