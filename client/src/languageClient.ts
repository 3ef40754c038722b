/** Starts the bundled language server with the editor's own Node, and talks to it. */
import type * as vscode from 'vscode'
import {
  ErrorAction,
  type ErrorHandler,
  LanguageClient,
  type LanguageClientOptions,
  RevealOutputChannelOn,
  State,
  type StaticFeature,
  TransportKind,
} from 'vscode-languageclient/node'
import type { EditorConfiguration, JobNotice } from '../../server/src/protocol/client.ts'
import { withoutMachineSettings } from './configuration.ts'
import type { CommandOverride } from './server.ts'

export interface ClientStart {
  readonly programPath: string
  readonly log: vscode.LogOutputChannel
  readonly firstEditor: EditorConfiguration
  /** As it is when a crashed server is started again. */
  readonly editor: () => Promise<EditorConfiguration>
  readonly onNotification: Readonly<Record<string, (params: JobNotice) => void>>
  readonly onRequest: ReadonlyMap<string, (params: never, token: vscode.CancellationToken) => Promise<unknown>>
  readonly override: ReadonlyMap<string, CommandOverride>
  /** At start and end, those of restarts after a crash too. */
  readonly onRunning: (isRunning: boolean) => void
}

export interface RunningClient {
  request<Answer>(method: string, params: unknown, token?: vscode.CancellationToken): Promise<Answer>
  /** Not by way of the overrides. */
  execute<Answer>(command: string, argument: unknown): Promise<Answer>
  onRequest(method: string, handle: (params: never, token: vscode.CancellationToken) => Promise<unknown>): void
  /** No trace of the protocol shows it. */
  keepSecret(value: string | undefined): void
  stop(): Promise<void>
}

export async function startClient(start: ClientStart): Promise<RunningClient> {
  const { programPath, log, override } = start
  const secrets = new Set<string>()
  const keepSecret = (value: string | undefined) => void (value !== undefined && secrets.add(value))
  keepSecret(start.firstEditor.key?.value)
  let editor = start.firstEditor
  const options: LanguageClientOptions = {
    // Old versions and results under review are only looked at.
    documentSelector: ['file', 'untitled'].map(scheme => ({ scheme, language: 'skill-signature' })),
    outputChannel: redacting(log, secrets),
    traceOutputChannel: redacting(log, secrets),
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    initializationOptions: () => ({ editor, editorModels: true }),
    markdown: { isTrusted: { enabledCommands: ['signature-tuner.compare', 'signature-tuner.restore'] } },
    middleware: {
      executeCommand(command, args, next) {
        const own = override.get(command)
        return own === undefined ? next(command, args) : own(args[0])
      },
      workspace: {
        async configuration(params, token, next) {
          const values = await next(params, token)
          return Array.isArray(values) ? values.map(withoutMachineSettings) : values
        },
      },
    },
  }
  // A server that was killed may show as a broken pipe first, for which the library would stop for good: that it is gone
  // is told next, and then it is started again.
  let restarts: ErrorHandler | undefined
  options.errorHandler = {
    error: () => ({ action: ErrorAction.Continue, handled: true }),
    closed() {
      restarts ??= client.createDefaultErrorHandler()
      return restarts.closed()
    },
  }
  const client: LanguageClient = new LanguageClient(
    'signatureTuner',
    'Signature Tuner',
    { module: programPath, args: ['lsp'], transport: TransportKind.stdio },
    options,
  )
  client.registerFeature(ownAbilities())
  // Restarted by the library after a crash, the server needs what is configured then.
  client.onDidChangeState(async ({ newState }) => {
    if (newState !== State.Starting) start.onRunning(newState === State.Running)
    editor = await start.editor()
    keepSecret(editor.key?.value)
  })
  for (const [method, handle] of Object.entries(start.onNotification)) client.onNotification(method, handle)
  const onRequest: RunningClient['onRequest'] = (method, handle) => {
    client.onRequest(method, handle as (params: unknown, token: vscode.CancellationToken) => Promise<unknown>)
  }
  for (const [method, handle] of start.onRequest) onRequest(method, handle)
  await client.start()
  return {
    // A token that is not there would count as a second parameter.
    request: (method, params, token) =>
      token === undefined ? client.sendRequest(method, params) : client.sendRequest(method, params, token),
    execute: (command, argument) => client.sendRequest('workspace/executeCommand', { command, arguments: [argument] }),
    onRequest,
    keepSecret,
    stop: () => client.dispose(),
  }
}

/** Links of hovers may run commands, which a client must say that it allows. */
function ownAbilities(): StaticFeature {
  return {
    fillClientCapabilities(capabilities) {
      capabilities.experimental = { ...Object(capabilities.experimental), commandLinks: true }
    },
    initialize() {},
    getState: () => ({ kind: 'static' }),
    clear() {},
  }
}

/** A verbose trace would show the key, which travels to the server as a message. */
function redacting(log: vscode.LogOutputChannel, secrets: ReadonlySet<string>): vscode.LogOutputChannel {
  const hide = (text: string) => [...secrets].reduce((shown, secret) => shown.replaceAll(secret, '(key)'), text)
  const hideAll = (said: readonly unknown[]) => said.map(one => (typeof one === 'string' ? hide(one) : one))
  return new Proxy(log, {
    get(target, name) {
      const value = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      return (...said: unknown[]) => value.apply(target, hideAll(said))
    },
  })
}
