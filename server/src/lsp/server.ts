/** The language server: its life from the first message to the last, and who handles what. */

import { join } from 'node:path'
import { type Connection, type InitializeResult, MessageType, TextDocuments } from 'vscode-languageserver'
import packageJson from '../../../package.json' with { type: 'json' }
import type { EditorConfiguration } from '../protocol/client.ts'
import { registerActions } from './actions.ts'
import { type ClientAbilities, readAbilities, serverCapabilities } from './capabilities.ts'
import { registerCommands } from './commands.ts'
import type { Look, ServerContext } from './context.ts'
import { createDiagnostics, type Diagnostics } from './diagnostics.ts'
import { createDocumentsConfiguration, isSignatureUri } from './documents.ts'
import { registerEditing } from './editing.ts'
import { readEditorConfiguration, registerEditorClient } from './editorClient.ts'
import { createEditorModels } from './editorModels.ts'
import { registerExamples } from './examples.ts'
import { createHosts, type Hosts } from './hosts.ts'
import type { Intake } from './intake.ts'
import { tell } from './messages.ts'
import { createTurns } from './oneAtATime.ts'
import { createPieceParser } from './pieceParser.ts'
import { createRefresher, type Refresher } from './refresh.ts'
import { createHandlerWrapper } from './request.ts'
import { registerScores } from './scores.ts'
import { defaultSettings, type Environment, readSettings, type Settings, withMachineSettings } from './settings.ts'
import { createSkills, type Skills } from './skills.ts'
import { pathsOfUris } from './uris.ts'
import { basenameOf, registerWatchedFiles, watchFiles } from './watchedFiles.ts'
import { registerWorkspace } from './workspace.ts'

export interface ServerOptions {
  /** Folder of the bundles. */
  readonly programFolder: string
  readonly environment: Environment
  /** Refuses what the protocol does not allow at the time. */
  readonly intake: Intake
}

/** Milliseconds after which a document that was opened is asked about in the store. */
const startPause = 20

export function startServer(connection: Connection, { programFolder, environment, intake }: ServerOptions): void {
  const logged = (error: unknown) => connection.console.error(String(error))
  const parser = createPieceParser(join(programFolder, 'parseThread.cjs'), logged)
  const documents = new TextDocuments(createDocumentsConfiguration(parser))
  const wrap = createHandlerWrapper(connection.console)
  let abilities: ClientAbilities = readAbilities({})
  let settings: Settings = defaultSettings
  let hosts: Hosts
  let skills: Skills
  let diagnostics: Diagnostics
  /** URIs. */
  let folders: ReadonlySet<string> = new Set()
  let seesFolders = false
  /** Settings of the first message: they count where the client has no others. */
  let initial: unknown
  /** As they were given last. */
  let configured: unknown
  let editor: EditorConfiguration | undefined
  let pulling: Promise<void> = Promise.resolve()
  let refresher: Refresher

  async function look(uri: string): Promise<Look | undefined> {
    if (documents.get(uri)?.isSignature !== true) return undefined
    await documents.get(uri)?.ready()
    // Edits that came meanwhile are in it.
    const open = documents.get(uri)
    return open && { open, document: open.parsed(), facts: skills.facts(open) }
  }

  const context: ServerContext = {
    connection,
    documents,
    abilities: () => abilities,
    settings: () => settings,
    editor: () => editor,
    configured: () => pulling.catch(() => {}),
    hosts: () => hosts,
    skills: () => skills,
    folders: () => pathsOfUris(folders),
    look,
    editInTurn: createTurns(),
    wrap,
    about: (name, handle) =>
      wrap(name, async (params, token) => {
        const seen = await look(params.textDocument.uri)
        return seen === undefined ? null : handle(seen, params, token)
      }),
  }

  connection.onInitialize(params => {
    abilities = readAbilities(params.capabilities, params.initializationOptions)
    folders = new Set(params.workspaceFolders?.map(({ uri }) => uri) ?? (params.rootUri ? [params.rootUri] : []))
    seesFolders = params.capabilities.workspace?.workspaceFolders === true
    initial = params.initializationOptions?.signatureTuner ?? params.initializationOptions
    editor = readEditorConfiguration(params.initializationOptions?.editor)
    configured = initial
    takeSettings(initial)
    for (const problem of environment.problems) tell(connection, MessageType.Warning, problem)
    hosts = createHosts({
      programFolder,
      environment,
      settings,
      key: editor?.key,
      folders: [...folders],
      openText: uri => documents.get(uri)?.text.getText(),
      completeInEditor: abilities.editorModels ? createEditorModels(connection) : undefined,
    })
    const current = (uri: string) => documents.get(uri)
    refresher = createRefresher({ connection, abilities, diagnose })
    skills = createSkills({
      ports: hosts.ports,
      model: hosts.model,
      current,
      onFacts: (uri, changed) => refresher.refresh(changed, uri),
    })
    diagnostics = createDiagnostics({ connection, skills, abilities, current, onFailure: logged })
    const result: InitializeResult = {
      capabilities: serverCapabilities(abilities),
      serverInfo: { name: packageJson.displayName, version: packageJson.version },
    }
    intake.begin()
    return result
  })

  connection.onInitialized(async () => {
    if (seesFolders) {
      connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
        const gone = new Set(removed.map(({ uri }) => uri))
        folders = new Set([...[...folders].filter(uri => !gone.has(uri)), ...added.map(({ uri }) => uri)])
        workspace.forget()
      })
    }
    // A client that refuses the one may still take the others.
    if (abilities.configuration) await pullSettings().catch(logged)
    await watchFiles(context).catch(logged)
    await workspace.offerResuming()
  })

  connection.onDidChangeConfiguration(async ({ settings: pushed }) => {
    if (abilities.configuration) await pullSettings()
    else configure(pushed?.signatureTuner ?? initial)
  })

  function pullSettings(): Promise<void> {
    // A client that can be asked may still have nothing to say.
    pulling = connection.workspace.getConfiguration('signatureTuner').then(given => configure(given ?? initial))
    return pulling
  }

  function configure(given: unknown): void {
    configured = given
    takeSettings(given)
    hosts.configure(settings, editor?.key)
    refresher.refresh({ scores: true, job: true })
  }

  function takeSettings(given: unknown): void {
    const read = readSettings(given)
    settings = editor === undefined ? read.settings : withMachineSettings(read.settings, editor)
    for (const problem of read.problems) tell(connection, MessageType.Warning, problem)
  }

  /** The problems of one open signature are told anew; of all without a URI. */
  function diagnose(uri?: string): void {
    for (const document of documents.all()) {
      if (document.isSignature && (uri === undefined || document.uri === uri)) diagnostics.schedule(document)
    }
  }

  /** Of these names; another document of the client's may be one of them. */
  function examplesChanged(names: readonly string[]): void {
    if (names.some(isSignatureUri)) workspace.forget()
    if (skills.forgetExamples(names)) refresher.refresh({ problems: true })
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
  registerCommands(context)
  const workspace = registerWorkspace(context)
  registerActions(context)
  registerEditing(context)
  registerExamples(context)
  registerEditorClient(context, async configuration => {
    editor = configuration
    // What the server asks for may have changed as well, and the client waits until it counts.
    if (abilities.configuration) await pullSettings()
    else configure(configured)
  })

  connection.onShutdown(async () => {
    intake.end()
    refresher.dispose()
    await Promise.all([hosts.dispose(), parser.dispose()])
  })
  intake.listen(connection)
  documents.listen(connection)
  connection.listen()
}
