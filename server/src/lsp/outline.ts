/** Handlers that show how a signature is built: symbols, folds, selections, links and semantic tokens. */
import { pathToFileURL } from 'node:url'
import {
  type DocumentLink,
  type DocumentSymbol,
  type FoldingRange,
  FoldingRangeKind,
  type SelectionRange,
  SemanticTokensBuilder,
  type ServerCapabilities,
  SymbolKind,
} from 'vscode-languageserver'
import { foldingRanges } from '../features/folding.ts'
import { links } from '../features/links.ts'
import { selectionRanges } from '../features/selectionRanges.ts'
import { semanticTokens, tokenModifiers, tokenTypes } from '../features/semanticTokens.ts'
import { type SymbolEntry, symbols } from '../features/symbols.ts'
import type { Look, ServerContext } from './context.ts'
import { toRange, toSpan } from './convert.ts'
import type { OpenDocument } from './documents.ts'

export const outlineCapabilities: ServerCapabilities = {
  documentSymbolProvider: true,
  foldingRangeProvider: true,
  selectionRangeProvider: true,
  documentLinkProvider: { resolveProvider: false },
  semanticTokensProvider: {
    legend: { tokenTypes: [...tokenTypes], tokenModifiers: [...tokenModifiers] },
    full: { delta: true },
    range: true,
  },
}

export function registerOutline(context: ServerContext): void {
  const { connection, about } = context
  connection.onDocumentSymbol(
    about('textDocument/documentSymbol', ({ open, document }) => symbols(document).map(entry => toSymbol(open, entry))),
  )

  connection.onFoldingRanges(
    about('textDocument/foldingRange', ({ open, document }): FoldingRange[] =>
      foldingRanges(document).map(fold => {
        const { start, end } = toRange(open.text, fold)
        return {
          startLine: start.line,
          endLine: end.line,
          kind: fold.kind === 'comment' ? FoldingRangeKind.Comment : FoldingRangeKind.Region,
        }
      }),
    ),
  )

  connection.onSelectionRanges(
    about('textDocument/selectionRange', ({ open, document }, { positions }): SelectionRange[] =>
      positions.map(position => {
        const spans = selectionRanges(document, open.text.offsetAt(position))
        const outermost: SelectionRange = { range: toRange(open.text, { start: 0, end: document.text.length }) }
        return spans
          .slice(0, -1)
          .reduceRight<SelectionRange>((parent, span) => ({ range: toRange(open.text, span), parent }), outermost)
      }),
    ),
  )

  connection.onDocumentLinks(about('textDocument/documentLink', look => linksOf(context, look)))
  registerTokens(context)
}

const symbolKinds: Readonly<Record<SymbolEntry['kind'], SymbolKind>> = {
  text: SymbolKind.String,
  number: SymbolKind.Number,
  section: SymbolKind.Namespace,
  input: SymbolKind.Field,
  output: SymbolKind.Field,
  part: SymbolKind.Property,
  metric: SymbolKind.Function,
}

function toSymbol(open: OpenDocument, { name, detail, kind, span, nameSpan, children }: SymbolEntry): DocumentSymbol {
  return {
    name,
    detail,
    kind: symbolKinds[kind],
    range: toRange(open.text, span),
    selectionRange: toRange(open.text, nameSpan),
    children: children.map(child => toSymbol(open, child)),
  }
}

/** Only of files that are there, inside the workspace. */
async function linksOf({ skills, hosts }: ServerContext, { open, document }: Look): Promise<DocumentLink[]> {
  const location = await skills().locate(open)
  if (location === undefined) return []
  const { files } = hosts().ports()
  const resolved = await Promise.all(
    links(document).map(async ({ span, path, what }) => {
      const found = await files.resolveInside(location, path)
      if (!found.ok) return []
      const tooltip = what === 'examples' ? 'Open the examples' : 'Open the script'
      return [{ range: toRange(open.text, span), target: pathToFileURL(found.value).href, tooltip }]
    }),
  )
  return resolved.flat()
}

function registerTokens({ connection, about, documents }: ServerContext): void {
  /** What was sent last of each document, for the differences to it. */
  const builders = new Map<string, SemanticTokensBuilder>()
  documents.onDidClose(({ document }) => void builders.delete(document.uri))

  connection.languages.semanticTokens.on(
    about('textDocument/semanticTokens/full', ({ open, document }) => {
      const builder = new SemanticTokensBuilder()
      builders.set(open.uri, builder)
      return push(builder, open, semanticTokens(document)).build()
    }),
  )
  connection.languages.semanticTokens.onDelta(
    about('textDocument/semanticTokens/full/delta', ({ open, document }, { previousResultId }) => {
      const builder = builders.get(open.uri) ?? new SemanticTokensBuilder()
      builders.set(open.uri, builder)
      builder.previousResult(previousResultId)
      return push(builder, open, semanticTokens(document)).buildEdits()
    }),
  )
  connection.languages.semanticTokens.onRange(
    about('textDocument/semanticTokens/range', ({ open, document }, { range }) =>
      push(new SemanticTokensBuilder(), open, semanticTokens(document, toSpan(open.text, range))).build(),
    ),
  )
}

function push(
  builder: SemanticTokensBuilder,
  { text }: OpenDocument,
  tokens: ReturnType<typeof semanticTokens>,
): SemanticTokensBuilder {
  for (const { span, type, declaration } of tokens) {
    const { line, character } = toRange(text, span).start
    builder.push(line, character, span.end - span.start, tokenTypes.indexOf(type), declaration ? 1 : 0)
  }
  return builder
}
