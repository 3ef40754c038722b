/** A language server as a process, and an editor that times what it does: ours, or the YAML server with our schema. */
import { type ChildProcess, spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node'
import type { Turns } from './turnMeter.ts'

type Json = ReturnType<typeof JSON.parse>

const project = resolve(import.meta.dirname, '../..')

export const servers = {
  ours: [resolve(project, 'dist/bin.cjs'), 'lsp', '--stdio'],
  yaml: [resolve(project, 'bench/node_modules/yaml-language-server/bin/yaml-language-server'), '--stdio'],
} as const

export interface Session {
  readonly uri: string
  readonly capabilities: Json
  open(text: string): Promise<void>
  close(): Promise<void>
  /** Puts a text in place of as many characters of one line. */
  replace(line: number, character: number, length: number, text: string): Promise<void>
  /** Resolves when the diagnostics pushed last satisfy the condition. */
  until(fits: (errors: number) => boolean): Promise<void>
  request(method: string, params: Json): Promise<Json>
  /** How long the turns of the server's main thread were since the last call. */
  turns(): Promise<Turns>
  stop(): void
  /** Ends the session as an editor does, and resolves when the server is gone. */
  quit(): Promise<void>
}

/** With `metered`, what the client can do besides; the turns of the server are then measured. */
export async function startSession(
  name: keyof typeof servers,
  root: string,
  schema: string,
  metered?: Json,
): Promise<Session> {
  const meter = ['--import', pathToFileURL(resolve(import.meta.dirname, 'turnMeter.ts')).href]
  const args = metered === undefined ? servers[name] : [...meter, ...servers[name]]
  const child: ChildProcess = spawn(process.execPath, args, {
    cwd: root,
    stdio: ['pipe', 'pipe', 'ignore', ...(metered === undefined ? [] : (['ipc'] as const))],
  })
  if (child.stdout === null || child.stdin === null) throw new Error('the server has no pipes')
  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  )
  const rootUri = pathToFileURL(root).href
  const uri = `${rootUri}/skills/bench/signature.yaml`
  const settings: Json = {
    signatureTuner: { model: 'embedded' },
    yaml: { schemas: { [pathToFileURL(schema).href]: '*.yaml' }, validate: true, hover: true, completion: true },
  }
  let errors: number | undefined
  let look = () => {}
  connection.onNotification('textDocument/publishDiagnostics', (params: Json) => {
    if (params.uri !== uri) return
    errors = params.diagnostics.filter(({ severity = 1 }: Json) => severity === 1).length
    look()
  })
  connection.onRequest((method: string, params: Json) =>
    method === 'workspace/configuration' ? params.items.map(({ section }: Json) => settings[section] ?? null) : null,
  )
  connection.listen()
  const { capabilities }: Json = await connection.sendRequest('initialize', {
    processId: process.pid,
    rootUri,
    workspaceFolders: [{ uri: rootUri, name: 'bench' }],
    capabilities: {
      workspace: { configuration: true, didChangeConfiguration: { dynamicRegistration: true } },
      textDocument: {
        publishDiagnostics: {},
        hover: { contentFormat: ['markdown'] },
        completion: { completionItem: { snippetSupport: true } },
        ...metered,
      },
    },
  })
  await connection.sendNotification('initialized', {})
  await connection.sendNotification('workspace/didChangeConfiguration', { settings })
  let version = 1
  return {
    uri,
    capabilities,
    open: text =>
      connection.sendNotification('textDocument/didOpen', {
        textDocument: { uri, languageId: 'yaml', version, text },
      }),
    close: () => connection.sendNotification('textDocument/didClose', { textDocument: { uri } }),
    replace: (line, character, length, text) =>
      connection.sendNotification('textDocument/didChange', {
        textDocument: { uri, version: ++version },
        contentChanges: [{ range: { start: { line, character }, end: { line, character: character + length } }, text }],
      }),
    until: fits =>
      new Promise(done => {
        look = () => {
          if (errors !== undefined && fits(errors)) done()
        }
        look()
      }),
    request: (method, params) => connection.sendRequest(method, params),
    turns: () =>
      new Promise(done => {
        child.once('message', (turns: Turns) => done(turns))
        child.send('turns')
      }),
    stop() {
      connection.dispose()
      child.kill('SIGKILL')
    },
    async quit() {
      const gone = new Promise(done => child.once('exit', done))
      await connection.sendRequest('shutdown')
      await connection.sendNotification('exit')
      await gone
      connection.dispose()
    },
  }
}
