/** The language server: its life from the first message to the last, and who handles what. */
import { type Connection, type InitializeResult, TextDocuments } from 'vscode-languageserver'
import packageJson from '../../../package.json' with { type: 'json' }
import { type ClientAbilities, readAbilities, serverCapabilities } from './capabilities.ts'
import type { Look, ServerContext } from './context.ts'
import { createDiagnostics, type Diagnostics } from './diagnostics.ts'
import { documentsConfiguration } from './documents.ts'
import { createHosts, type Hosts } from './hosts.ts'
import { createRefresher, type Refresher } from './refresh.ts'
import { createHandlerWrapper } from './request.ts'
import { registerScores } from './scores.ts'
import { defaultSettings, type Environment, readSettings, type Settings } from './settings.ts'
import { createSkills, type Skills } from './skills.ts'
import { basenameOf, registerWatchedFiles, watchFiles } from './watchedFiles.ts'

export interface ServerOptions {
  /** Folder of the bundles. */
  readonly programFolder: string
  readonly environment: Environment
}

export function startServer(connection: Connection, { programFolder, environment }: ServerOptions): void {
  const documents = new TextDocuments(documentsConfiguration)
  const wrap = createHandlerWrapper(connection.console)
  let abilities: ClientAbilities = readAbilities({})
  let settings: Settings = defaultSettings
  let hosts: Hosts
  let skills: Skills
  let diagnostics: Diagnostics
  let refresher: Refresher

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
      wrap(name, (params, token) => {
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
    const current = (uri: string) => documents.get(uri)
    refresher = createRefresher({ connection, abilities, diagnose })
    skills = createSkills({
      ports: hosts.ports,
      model: hosts.model,
      current,
      onFacts: (uri, changed) => refresher.refresh(changed, uri),
    })
    diagnostics = createDiagnostics({ connection, skills, abilities, current })
    const result: InitializeResult = {
      capabilities: serverCapabilities(abilities),
      serverInfo: { name: packageJson.displayName, version: packageJson.version },
    }
    return result
  })

  connection.onInitialized(async () => {
    if (abilities.configuration) await pullSettings()
    await watchFiles(context)
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
    refresher.refresh({ scores: true, job: true })
  }

  function takeSettings(given: unknown): void {
    const read = readSettings(given)
    settings = read.settings
    for (const problem of read.problems) connection.window.showWarningMessage(problem)
  }

  /** The problems of one open signature are told anew; of all without a URI. */
  function diagnose(uri?: string): void {
    for (const document of documents.all()) {
      if (document.isSignature && (uri === undefined || document.uri === uri)) diagnostics.schedule(document)
    }
  }

  /** Of these names; another document of the client's may be one of them. */
  function examplesChanged(names: readonly string[]): void {
    if (skills.forgetExamples(names)) refresher.refresh({ problems: true })
  }

  const logged = (error: unknown) => connection.console.error(String(error))
  documents.onDidOpen(({ document }) => {
    if (document.isSignature) skills.reload(document).catch(logged)
  })
  documents.onDidChangeContent(({ document }) => {
    if (document.isSignature) diagnostics.schedule(document)
  })
  documents.onDidSave(({ document }) => {
    if (document.isSignature) skills.reload(document).catch(logged)
    else examplesChanged([basenameOf(document.uri)])
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
  registerWatchedFiles(context, examplesChanged)
  registerScores(context)

  connection.onShutdown(() => {
    refresher.dispose()
    return hosts.dispose()
  })
  documents.listen(connection)
  connection.listen()
}
