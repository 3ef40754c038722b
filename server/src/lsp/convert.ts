/** The one place where offsets become positions of the protocol, and back. */
import type { Position, TextEdit as ProtocolEdit, Range } from 'vscode-languageserver'
import type { TextDocument } from 'vscode-languageserver-textdocument'
import type { LineColumn, Span, TextEdit } from '../base/text.ts'

export function toRange(document: TextDocument, { start, end }: Span): Range {
  return { start: document.positionAt(start), end: document.positionAt(end) }
}

export function toSpan(document: TextDocument, { start, end }: Range): Span {
  return { start: document.offsetAt(start), end: document.offsetAt(end) }
}

export function toEdits(document: TextDocument, edits: readonly TextEdit[]): ProtocolEdit[] {
  return edits.map(({ span, text }) => ({ range: toRange(document, span), newText: text }))
}

/** Line and column from 1, of a file that is not open, to a position; the column counts UTF-16 code units. */
export function toPosition({ line, column }: LineColumn): Position {
  return { line: line - 1, character: column - 1 }
}
