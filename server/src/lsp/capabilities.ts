/** What the client can do, and what this server offers it. */
import {
  type ClientCapabilities,
  type CodeActionTag,
  type ServerCapabilities,
  TextDocumentSyncKind,
} from 'vscode-languageserver'
import { actionCapabilities } from './actions.ts'
import { commandCapabilities } from './commands.ts'

import { editingCapabilities } from './editing.ts'
import { scoreCapabilities } from './scores.ts'
import { workspaceCapabilities } from './workspace.ts'

export interface ClientAbilities {
  /** Then diagnostics of signatures are not pushed. */
  readonly pullsDiagnostics: boolean
  readonly configuration: boolean
  readonly watchesFiles: boolean
  readonly workDoneProgress: boolean
  readonly applyEdit: boolean
  /** `documentChanges` with versions, and annotations that ask for a confirmation. */
  readonly documentChanges: boolean
  readonly changeAnnotations: boolean
  /** Takes `metadata` beside an edit; Eglot fails on a member that it does not know. */
  readonly editMetadata: boolean
  readonly refreshesInlayHints: boolean
  readonly refreshesCodeLenses: boolean
  readonly refreshesDiagnostics: boolean
  readonly snippets: boolean
  /** Knows how to indent further lines of a snippet when it is told. */
  readonly insertTextModes: boolean
  readonly preparesRename: boolean
  readonly linksDefinitions: boolean
  readonly showDocument: boolean
  readonly textDocumentContent: boolean
  readonly codeActionLiterals: boolean
  /** The edit of a code action is asked for when it is chosen. */
  readonly resolvesCodeActions: boolean
  readonly codeActionTags: readonly CodeActionTag[]
  /** A workspace edit may create a file. */
  readonly createsFiles: boolean
  readonly markdownHovers: boolean
  /** Links in Markdown may run commands of this server; a client that trusts them says `commandLinks` as experimental. */
  readonly commandLinks: boolean
  readonly resolvesHintTooltips: boolean
  /** Answers for models of its own; it says `editorModels` as an initialisation option or as experimental. */
  readonly editorModels: boolean
}

export function readAbilities(capabilities: ClientCapabilities, initializationOptions?: unknown): ClientAbilities {
  const { workspace, textDocument, window, experimental } = capabilities
  return {
    pullsDiagnostics: textDocument?.diagnostic !== undefined,
    configuration: workspace?.configuration === true,
    watchesFiles: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    workDoneProgress: window?.workDoneProgress === true,
    applyEdit: workspace?.applyEdit === true,
    documentChanges: workspace?.workspaceEdit?.documentChanges === true,
    changeAnnotations: workspace?.workspaceEdit?.changeAnnotationSupport !== undefined,
    editMetadata: workspace?.workspaceEdit?.metadataSupport === true,
    refreshesInlayHints: workspace?.inlayHint?.refreshSupport === true,
    refreshesCodeLenses: workspace?.codeLens?.refreshSupport === true,
    refreshesDiagnostics: workspace?.diagnostics?.refreshSupport === true,
    snippets: textDocument?.completion?.completionItem?.snippetSupport === true,
    insertTextModes: textDocument?.completion?.completionItem?.insertTextModeSupport !== undefined,
    preparesRename: textDocument?.rename?.prepareSupport === true,
    linksDefinitions: textDocument?.definition?.linkSupport === true,
    showDocument: window?.showDocument?.support === true,
    textDocumentContent: workspace?.textDocumentContent !== undefined,
    codeActionLiterals: textDocument?.codeAction?.codeActionLiteralSupport !== undefined,
    resolvesCodeActions:
      textDocument?.codeAction?.dataSupport === true &&
      textDocument.codeAction.resolveSupport?.properties.includes('edit') === true,
    codeActionTags: textDocument?.codeAction?.tagSupport?.valueSet ?? [],
    createsFiles:
      workspace?.workspaceEdit?.documentChanges === true &&
      workspace.workspaceEdit.resourceOperations?.includes('create') === true,
    // A client that names no format takes any.
    markdownHovers: textDocument?.hover?.contentFormat?.includes('markdown') !== false,
    commandLinks: experimental?.commandLinks === true,
    resolvesHintTooltips: textDocument?.inlayHint?.resolveSupport?.properties.includes('tooltip') === true,
    editorModels: [initializationOptions, experimental].some(said => Object(said).editorModels === true),
  }
}

export function serverCapabilities(abilities: ClientAbilities): ServerCapabilities {
  return {
    positionEncoding: 'utf-16',
    textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
    ...workspaceCapabilities,
    ...scoreCapabilities,
    ...commandCapabilities,
    ...actionCapabilities(abilities),
    ...editingCapabilities(abilities),
    ...(abilities.pullsDiagnostics && {
      diagnosticProvider: { identifier: 'signature-tuner', interFileDependencies: true, workspaceDiagnostics: false },
    }),
  }
}
