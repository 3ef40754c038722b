/** Writing as an editor does it: a change of an open signature is one edit that the client applies, and may refuse. */
import { pathToFileURL } from 'node:url'
import {
  type ApplyWorkspaceEditResult,
  ChangeAnnotation,
  ResponseError,
  type TextDocumentEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver'
import type { Ports } from '../app/ports.ts'
import { failure } from '../base/errors.ts'
import { fail, ok, type Result } from '../base/result.ts'
import { applyEdits, type TextEdit } from '../base/text.ts'
import type { ServerContext } from './context.ts'
import { toEdits } from './convert.ts'
import type { OpenDocument } from './documents.ts'

export interface Editing {
  readonly server: ServerContext
  readonly uri: string
  /** What the edit does, for the client to show. */
  readonly label: string
}

/** The ports of an operation whose signature may be open; a file that is not open is written on disk. */
export function editingPorts(ports: Ports, editing: Editing): Ports {
  const { server } = editing
  return {
    ...ports,
    files: {
      ...ports.files,
      async writeText(path, text, { edits } = {}) {
        const open = server.documents.get(editing.uri) ?? server.documents.get(pathToFileURL(path).href)
        if (open === undefined || !server.abilities().applyEdit) return ports.files.writeText(path, text)
        return server.editInTurn(open.uri, () =>
          applyInEditor(editing, server.documents.get(open.uri) ?? open, text, edits),
        )
      },
    },
  }
}

async function applyInEditor(
  { server, label }: Editing,
  open: OpenDocument,
  text: string,
  given: readonly TextEdit[] | undefined,
): Promise<Result<void>> {
  const now = open.text.getText()
  // The same job may have been waited for twice.
  if (now === text) return ok(undefined)
  const edits = given ?? [smallestEdit(now, text)]
  // Made for the text as it was read: another key may have been typed since.
  if (applyEdits(now, edits) !== text) return fail(conflict(open.uri))
  const { applied, failureReason } = await server.connection.workspace
    .applyEdit({
      label: `Signature Tuner: ${label}`,
      edit: workspaceEdit(server, open, edits, label),
      ...(server.abilities().editMetadata && { metadata: { isRefactoring: true } }),
    })
    .catch(refusal)
  if (applied) return ok(undefined)
  const why = failureReason === undefined ? 'the editor did not apply the change' : failureReason
  return fail(failure('apply_conflict', `Nothing was written: ${why}. Apply it again when you are ready.`, open.uri))
}

/** Some clients tell by an error that the user said no. */
function refusal(error: unknown): ApplyWorkspaceEditResult {
  if (!(error instanceof ResponseError)) throw error
  return { applied: false, failureReason: `the editor answered '${error.message}'` }
}

function workspaceEdit(
  { abilities, editor }: ServerContext,
  open: OpenDocument,
  edits: readonly TextEdit[],
  label: string,
): WorkspaceEdit {
  const { documentChanges, changeAnnotations } = abilities()
  const converted = toEdits(open.text, edits)
  if (!documentChanges) return { changes: { [open.uri]: converted } }
  const textDocument = { uri: open.uri, version: open.version }
  if (!changeAnnotations) return { documentChanges: [{ textDocument, edits: converted }] }
  const id = 'signature-tuner'
  const change: TextDocumentEdit = {
    textDocument,
    edits: converted.map(edit => ({ ...edit, annotationId: id })),
  }
  const annotation = ChangeAnnotation.create(
    `Signature Tuner: ${label}`,
    // In a client of ours the person has seen the change before.
    editor() === undefined,
    'Wording only; layout and comments stay.',
  )
  return { documentChanges: [change], changeAnnotations: { [id]: annotation } }
}

/** One replacement between what both texts begin and end with. */
function smallestEdit(before: string, after: string): TextEdit {
  const shortest = Math.min(before.length, after.length)
  let start = 0
  while (start < shortest && before[start] === after[start]) start++
  let end = 0
  while (end < shortest - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++
  return { span: { start, end: before.length - end }, text: after.slice(start, after.length - end) }
}

function conflict(uri: string) {
  return failure('apply_conflict', 'The text was changed in this moment, so nothing was written: apply it again.', uri)
}
