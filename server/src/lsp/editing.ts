/** Handlers of what editing brings along: completion, names, the outline, and formatting. */
import type { ServerCapabilities, TextEdit } from 'vscode-languageserver'
import { format } from '../features/format.ts'
import { afterNewLine } from '../features/onType.ts'
import type { ClientAbilities } from './capabilities.ts'
import { completionCapabilities, registerCompletion } from './completion.ts'
import type { ServerContext } from './context.ts'
import { toEdits, toSpan } from './convert.ts'
import { namesCapabilities, registerNames } from './names.ts'
import { outlineCapabilities, registerOutline } from './outline.ts'

export function editingCapabilities(abilities: ClientAbilities): ServerCapabilities {
  return {
    ...completionCapabilities,
    ...namesCapabilities(abilities),
    ...outlineCapabilities,
    documentFormattingProvider: true,
    documentRangeFormattingProvider: true,
    documentOnTypeFormattingProvider: { firstTriggerCharacter: '\n' },
  }
}

export function registerEditing(context: ServerContext): void {
  registerCompletion(context)
  registerNames(context)
  registerOutline(context)
  registerFormatting(context)
}

function registerFormatting({ connection, about }: ServerContext): void {
  connection.onDocumentFormatting(
    about('textDocument/formatting', ({ open, document }): TextEdit[] => toEdits(open.text, format(document))),
  )
  connection.onDocumentRangeFormatting(
    about('textDocument/rangeFormatting', ({ open, document }, { range }): TextEdit[] =>
      toEdits(open.text, format(document, toSpan(open.text, range))),
    ),
  )
  connection.onDocumentOnTypeFormatting(
    about('textDocument/onTypeFormatting', ({ open, document }, { position, ch }): TextEdit[] =>
      ch === '\n' ? toEdits(open.text, afterNewLine(document.text, open.text.offsetAt(position))) : [],
    ),
  )
}
