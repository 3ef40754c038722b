/** Handlers of names: definition, references, highlights and renaming of fields, in the signature and its examples. */
import { pathToFileURL } from 'node:url'
import {
  type DocumentHighlight,
  DocumentHighlightKind,
  type Location,
  type LocationLink,
  type ServerCapabilities,
  type WorkspaceEdit,
} from 'vscode-languageserver'
import { TextDocument } from 'vscode-languageserver-textdocument'
import { type ExampleKeys, findExampleKeys } from '../app/exampleKeys.ts'
import { failure } from '../base/errors.ts'
import { ok, type Result } from '../base/result.ts'
import { definition } from '../features/definition.ts'
import { references } from '../features/references.ts'
import { type Rename, rename, renameTarget } from '../features/rename.ts'
import type { ClientAbilities } from './capabilities.ts'
import type { Look, ServerContext } from './context.ts'
import { toEdits, toRange } from './convert.ts'
import { responseError } from './request.ts'

export function namesCapabilities({ preparesRename }: ClientAbilities): ServerCapabilities {
  return {
    definitionProvider: true,
    referencesProvider: true,
    documentHighlightProvider: true,
    renameProvider: preparesRename ? { prepareProvider: true } : true,
  }
}

export function registerNames(context: ServerContext): void {
  const { connection, about, documents, abilities } = context

  connection.onDefinition(
    about('textDocument/definition', ({ open, document }, { position }): Location | LocationLink[] | null => {
      const found = definition(document, open.text.offsetAt(position))
      if (found === undefined) return null
      const name = toRange(open.text, found.name)
      if (!abilities().linksDefinitions) return { uri: open.uri, range: name }
      const [target, origin] = [toRange(open.text, found.target), toRange(open.text, found.origin)]
      return [{ targetUri: open.uri, targetRange: target, targetSelectionRange: name, originSelectionRange: origin }]
    }),
  )

  connection.onReferences(
    about('textDocument/references', async (look, { position, context: wanted }): Promise<Location[] | null> => {
      const { open, document } = look
      const found = references(document, open.text.offsetAt(position))
      if (found === undefined) return null
      const here = found.occurrences
        .filter(({ role }) => wanted.includeDeclaration || role !== 'definition')
        .map(({ span }) => ({ uri: open.uri, range: toRange(open.text, span) }))
      const keys = await keysInExamples(look, found.name)
      return keys.ok ? [...here, ...locationsOf(keys.value)] : here
    }),
  )

  connection.onDocumentHighlight(
    about('textDocument/documentHighlight', ({ open, document }, { position }): DocumentHighlight[] | null => {
      const found = references(document, open.text.offsetAt(position))
      if (found === undefined) return null
      return found.occurrences.map(({ span, role }) => ({
        range: toRange(open.text, span),
        kind: role === 'definition' ? DocumentHighlightKind.Write : DocumentHighlightKind.Read,
      }))
    }),
  )

  connection.onPrepareRename(
    about('textDocument/prepareRename', ({ open, document }, { position }) => {
      const target = renameTarget(document, open.text.offsetAt(position))
      return target === undefined ? null : { range: toRange(open.text, target.span), placeholder: target.name }
    }),
  )

  connection.onRenameRequest(
    about('textDocument/rename', async (look, { position, newName }): Promise<WorkspaceEdit> => {
      const { open, document } = look
      const renamed = rename(document, open.text.offsetAt(position), newName)
      if (!renamed.ok) throw responseError(failure('usage', renamed.error))
      const { version } = open
      const taken = newName === renamed.value.name ? undefined : newName
      const keys = await keysInExamples(look, renamed.value.name, taken)
      // The signature alone would no longer fit its examples.
      if (!keys.ok) throw responseError(keys.error)
      // What was typed meanwhile is not what was renamed.
      if (documents.get(open.uri)?.version !== version) {
        throw responseError(failure('usage', 'The signature has changed meanwhile: rename again.'))
      }
      return workspaceEdit(look, renamed.value, newName, keys.value)
    }),
  )

  async function keysInExamples(
    { open, document }: Look,
    name: string,
    newName?: string,
  ): Promise<Result<ExampleKeys | undefined>> {
    const location = await context.skills().locate(open)
    if (location === undefined) return ok(undefined)
    return findExampleKeys(context.hosts().ports().files, location, document, name, newName)
  }

  function workspaceEdit(
    { open }: Look,
    { edits }: Rename,
    newName: string,
    keys: ExampleKeys | undefined,
  ): WorkspaceEdit {
    const { documentChanges, changeAnnotations } = abilities()
    const here = toEdits(open.text, edits)
    const there = keysEdits(keys, edits.length === 0 ? undefined : newName)
    if (!documentChanges) {
      return { changes: { [open.uri]: here, ...(there !== undefined && { [there.uri]: there.edits }) } }
    }
    const annotated = here.map((edit, index) =>
      changeAnnotations && edits[index]?.role === 'word' ? { ...edit, annotationId: 'word' } : edit,
    )
    const unsure = edits.some(({ role }) => role === 'word')
    return {
      documentChanges: [
        { textDocument: { uri: open.uri, version: open.version }, edits: annotated },
        ...(there === undefined
          ? []
          : [
              {
                textDocument: { uri: there.uri, version: documents.get(there.uri)?.version ?? null },
                edits: there.edits,
              },
            ]),
      ],
      ...(changeAnnotations && unsure && { changeAnnotations: { word: wordAnnotation } }),
    }
  }
}

const wordAnnotation = {
  label: 'Plain words in texts',
  description: 'Each may mean the field, or be mere language.',
  needsConfirmation: true,
}

function documentOf({ path, text }: ExampleKeys): TextDocument {
  return TextDocument.create(pathToFileURL(path).href, '', 0, text)
}

function locationsOf(keys: ExampleKeys | undefined): readonly Location[] {
  if (keys === undefined) return []
  const document = documentOf(keys)
  return keys.spans.map(span => ({ uri: document.uri, range: toRange(document, span) }))
}

function keysEdits(keys: ExampleKeys | undefined, newName: string | undefined) {
  if (keys === undefined || keys.spans.length === 0 || newName === undefined) return undefined
  const document = documentOf(keys)
  return {
    uri: document.uri,
    edits: toEdits(
      document,
      keys.spans.map(span => ({ span, text: newName })),
    ),
  }
}
