/** The language server: its life from the first message to the last, and who handles what. */
import { join } from 'node:path'
import { type Connection, type InitializeResult, TextDocuments } from 'vscode-languageserver'
import packageJson from '../../../package.json' with { type: 'json' }
import { type ClientAbilities, readAbilities, serverCapabilities } from './capabilities.ts'
import type { Look, ServerContext } from './context.ts'
import { createDiagnostics, type Diagnostics } from './diagnostics.ts'
import { createDocumentsConfiguration } from './documents.ts'
import { createHosts, type Hosts } from './hosts.ts'
import { createPieceParser } from './pieceParser.ts'
import { createHandlerWrapper } from './request.ts'
import { registerScores } from './scores.ts'
import { defaultSettings, type Environment, readSettings, type Settings } from './settings.ts'
import { createSkills, type Skills } from './skills.ts'

export interface ServerOptions {
  /** Folder of the bundles. */
  readonly programFolder: string
  readonly environment: Environment
}

/** Milliseconds after which a document that was opened is asked about in the store. */
const startPause = 20

export function startServer(connection: Connection, { programFolder, environment }: ServerOptions): void {
  const logged = (error: unknown) => connection.console.error(String(error))
  const parser = createPieceParser(join(programFolder, 'parseThread.cjs'), logged)
  const documents = new TextDocuments(createDocumentsConfiguration(parser))
  const wrap = createHandlerWrapper(connection.console)
  let abilities: ClientAbilities = readAbilities({})
  let settings: Settings = defaultSettings
  let hosts: Hosts
  let skills: Skills
  let diagnostics: Diagnostics

  function look(uri: string): Look | undefined {
    const open = documents.get(uri)
    return open?.isSignature ? { open, document: open.parsed(), facts: skills.facts(open) } : undefined
  }

  const context: ServerContext = {
    connection,
    documents,
    abilities: () => abilities,
    settings: () => settings,
    hosts: () => hosts,
    skills: () => skills,
    look,
    wrap,
    about: (name, handle) =>
      wrap(name, async (params, token) => {
        const open = documents.get(params.textDocument.uri)
        if (open?.isSignature) await open.ready()
        const seen = look(params.textDocument.uri)
        return seen === undefined ? null : handle(seen, params, token)
      }),
  }

  connection.onInitialize(params => {
    abilities = readAbilities(params.capabilities)
    const folders = params.workspaceFolders?.map(({ uri }) => uri) ?? (params.rootUri ? [params.rootUri] : [])
    takeSettings(params.initializationOptions?.signatureTuner ?? params.initializationOptions)
    hosts = createHosts({
      programFolder,
      environment,
      settings,
      folders,
      openText: uri => documents.get(uri)?.text.getText(),
    })
    skills = createSkills({ ports: hosts.ports, model: hosts.model, onFacts: refresh })
    diagnostics = createDiagnostics({
      connection,
      skills,
      abilities,
      current: uri => documents.get(uri),
      onFailure: logged,
    })
    const result: InitializeResult = {
      capabilities: serverCapabilities(abilities),
      serverInfo: { name: packageJson.displayName, version: packageJson.version },
    }
    return result
  })

  connection.onInitialized(async () => {
    if (abilities.configuration) await pullSettings()
  })

  connection.onDidChangeConfiguration(async ({ settings: pushed }) => {
    if (abilities.configuration) await pullSettings()
    else configure(pushed?.signatureTuner)
  })

  async function pullSettings(): Promise<void> {
    configure(await connection.workspace.getConfiguration('signatureTuner'))
  }

  function configure(given: unknown): void {
    takeSettings(given)
    hosts.configure(settings)
    refresh()
  }

  function takeSettings(given: unknown): void {
    const read = readSettings(given)
    settings = read.settings
    for (const problem of read.problems) connection.window.showWarningMessage(problem)
  }

  /** What clients show of facts is asked for again. */
  function refresh(): void {
    if (abilities.refreshesInlayHints) connection.languages.inlayHint.refresh().catch(() => {})
    if (abilities.refreshesCodeLenses) connection.sendRequest('workspace/codeLens/refresh').catch(() => {})
    if (abilities.pullsDiagnostics && abilities.refreshesDiagnostics) void connection.languages.diagnostics.refresh()
    else for (const document of documents.all()) if (document.isSignature) diagnostics.schedule(document)
  }

  documents.onDidOpen(({ document }) => {
    if (!document.isSignature) return
    // Starting the process that knows of scores takes a while: the first diagnostics come before it.
    setTimeout(() => skills.reload(document).catch(logged), startPause)
  })
  documents.onDidChangeContent(({ document }) => {
    if (document.isSignature) diagnostics.schedule(document)
  })
  documents.onDidSave(({ document }) => {
    if (document.isSignature) skills.reload(document).catch(logged)
    else skills.forgetExamples()
  })
  documents.onDidClose(({ document }) => {
    if (!document.isSignature) return
    diagnostics.close(document.uri)
    skills.close(document.uri)
  })

  connection.languages.diagnostics.on(
    wrap('textDocument/diagnostic', async ({ textDocument }) => {
      const open = documents.get(textDocument.uri)
      return open?.isSignature ? diagnostics.pull(open) : { kind: 'full' as const, items: [] }
    }),
  )
  registerScores(context)

  connection.onShutdown(async () => {
    await Promise.all([hosts.dispose(), parser.dispose()])
  })
  documents.listen(connection)
  connection.listen()
}
