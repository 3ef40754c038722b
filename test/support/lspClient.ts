/** A client of the language server: a real process, the real protocol, and what a test asks of both. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, onTestFinished } from 'vitest'
import {
  type CancellationToken,
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node'
import type { ClientCapabilities, Diagnostic } from 'vscode-languageserver'
import { sharedCache, type Workspace } from './cli.ts'
import { watchProtocol } from './lspProtocol.ts'

const program = resolve(import.meta.dirname, '../../dist/bin.cjs')

type Json = ReturnType<typeof JSON.parse>

export interface LspClient {
  readonly connection: MessageConnection
  readonly child: ChildProcess
  /** What `initialize` was answered with. */
  readonly capabilities: Json
  uriOf(path: string): string
  /** Writes the file and opens it with this text. */
  open(path: string, text: string, languageId?: string): Promise<void>
  /** Replaces the whole text. */
  change(path: string, text: string): Promise<void>
  close(path: string): Promise<void>
  request(method: string, params: Json): Promise<Json>
  notify(method: string, params: Json): Promise<void>
  /** A request about an open file, at the `offset` of its text where one is given. */
  ask(method: string, path: string, offset?: number, more?: Json): Promise<Json>
  /** The diagnostics pushed last for a file, once they satisfy the condition. */
  diagnostics(path: string, until?: (diagnostics: readonly Diagnostic[]) => boolean): Promise<readonly Diagnostic[]>
  /** Requests and notifications that the server sent, in order. */
  readonly received: readonly { readonly method: string; readonly params: Json }[]
  /** Resolves with the first message of the server, past or to come, that fits. */
  message(method: string, fits?: (params: Json) => boolean): Promise<Json>
  /** In order: shutdown, exit; the exit status. */
  stop(): Promise<number | null>
}

export interface LspClientOptions {
  readonly capabilities?: ClientCapabilities
  readonly initializationOptions?: Json
  /** What `workspace/configuration` is answered with. */
  readonly configuration?: Json
  readonly env?: Readonly<Record<string, string>>
  /** Answers requests of the server; `workspace/applyEdit` is declined unless it is answered here. */
  readonly answer?: (method: string, params: Json, token: CancellationToken) => Json
  /** The test means to send what the protocol does not allow. */
  readonly sendsWrong?: boolean
}

export async function startLspClient(workspace: Workspace, options: LspClientOptions = {}): Promise<LspClient> {
  const { root } = workspace
  const child = spawn(process.execPath, [program, 'lsp', '--stdio'], {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', HOME: join(root, '.home'), ...sharedCache, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = new Promise<number | null>(done => child.on('exit', done))
  const reader = new StreamMessageReader(child.stdout)
  const writer = new StreamMessageWriter(child.stdin)
  const wrong = watchProtocol(reader, writer, options.sendsWrong)
  onTestFinished(() => expect(wrong, 'what the protocol does not allow').toEqual([]))
  const connection = createMessageConnection(reader, writer)
  const received: Array<{ method: string; params: Json }> = []
  const waiting = new Set<() => void>()
  const texts = new Map<string, { text: string; version: number }>()
  const note = (method: string, params: Json) => {
    received.push({ method, params })
    for (const look of waiting) look()
  }
  connection.onNotification((method, params) => note(method, params))
  connection.onUnhandledProgress(params => note('$/progress', params))
  connection.onRequest((method, params, token) => {
    note(method, params)
    const answer = options.answer?.(method, params, token)
    if (answer !== undefined) return answer
    if (method === 'workspace/configuration') return Object(params).items.map(() => options.configuration ?? null)
    if (method === 'workspace/applyEdit') return { applied: false }
    return null
  })
  connection.onError(() => {})
  connection.listen()
  const request = (method: string, params: Json): Promise<Json> => connection.sendRequest(method, params)
  const notify = (method: string, params: Json): Promise<void> => connection.sendNotification(method, params)
  const rootUri = pathToFileURL(root).href
  const { capabilities } = await request('initialize', {
    processId: process.pid,
    rootUri,
    workspaceFolders: [{ uri: rootUri, name: 'test' }],
    capabilities: options.capabilities ?? {},
    initializationOptions: options.initializationOptions ?? { model: 'embedded' },
  })
  await notify('initialized', {})
  const uriOf = (path: string) => pathToFileURL(join(root, path)).href
  const untilFound = <T>(find: () => T | undefined): Promise<T> =>
    new Promise(done => {
      const look = () => {
        const found = find()
        if (found === undefined) return
        waiting.delete(look)
        done(found)
      }
      waiting.add(look)
      look()
    })
  return {
    connection,
    child,
    capabilities,
    received,
    uriOf,
    request,
    notify,
    async open(path, text, languageId = 'skill-signature') {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
      texts.set(path, { text, version: 1 })
      await notify('textDocument/didOpen', { textDocument: { uri: uriOf(path), languageId, version: 1, text } })
    },
    async change(path, text) {
      const version = (texts.get(path)?.version ?? 0) + 1
      texts.set(path, { text, version })
      const textDocument = { uri: uriOf(path), version }
      await notify('textDocument/didChange', { textDocument, contentChanges: [{ text }] })
    },
    async close(path) {
      await notify('textDocument/didClose', { textDocument: { uri: uriOf(path) } })
    },
    ask(method, path, offset, more = {}) {
      const before = (texts.get(path)?.text ?? '').slice(0, offset)
      const line = before.split('\n').length - 1
      const position = { line, character: before.length - before.lastIndexOf('\n') - 1 }
      const textDocument = { uri: uriOf(path) }
      return request(method, { textDocument, ...(offset !== undefined && { position }), ...more })
    },
    diagnostics: (path, until = () => true) =>
      untilFound(() => {
        const told = received.findLast(
          ({ method, params }) => method === 'textDocument/publishDiagnostics' && params.uri === uriOf(path),
        )
        const diagnostics: readonly Diagnostic[] | undefined = told?.params.diagnostics
        return diagnostics !== undefined && until(diagnostics) ? diagnostics : undefined
      }),
    message: (method, fits = () => true) =>
      untilFound(() => {
        const found = received.find(message => message.method === method && fits(message.params))
        return found && (found.params ?? null)
      }),
    async stop() {
      // Without parameters: a null would be sent as a list of one.
      await connection.sendRequest('shutdown')
      await connection.sendNotification('exit')
      return ended
    },
  }
}
