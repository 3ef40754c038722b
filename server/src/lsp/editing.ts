/** Handlers of what editing brings along: completion, names, the outline, and formatting. */
import type { ServerCapabilities, TextEdit } from 'vscode-languageserver'
import { inTurns } from '../base/steps.ts'
import type { Span } from '../base/text.ts'
import { formatInSteps } from '../features/format.ts'
import { afterNewLine } from '../features/onType.ts'
import type { ClientAbilities } from './capabilities.ts'
import { completionCapabilities, registerCompletion } from './completion.ts'
import type { Look, ServerContext } from './context.ts'
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

function registerFormatting({ connection, about, documents }: ServerContext): void {
  async function formatted({ open, document }: Look, within?: Span): Promise<TextEdit[]> {
    const edits = await inTurns(formatInSteps(document, within))
    // What was typed meanwhile is not what was formatted.
    return documents.get(open.uri)?.version === open.version ? toEdits(open.text, edits) : []
  }

  connection.onDocumentFormatting(about('textDocument/formatting', look => formatted(look)))
  connection.onDocumentRangeFormatting(
    about('textDocument/rangeFormatting', (look, { range }) => formatted(look, toSpan(look.open.text, range))),
  )
  connection.onDocumentOnTypeFormatting(
    about('textDocument/onTypeFormatting', ({ open, document }, { position, ch }): TextEdit[] =>
      ch === '\n' ? toEdits(open.text, afterNewLine(document.text, open.text.offsetAt(position))) : [],
    ),
  )
}
