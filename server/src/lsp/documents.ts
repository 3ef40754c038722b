/** Open documents: their text as the client edits it, and what it means, parsed when first asked for. */

import type { TextDocumentsConfiguration } from 'vscode-languageserver'
import { TextDocument } from 'vscode-languageserver-textdocument'
import { parseSignature, type SignatureDocument, withPieces } from '../signature/document.ts'
import { unparsedPieces } from '../signature/yamlTree.ts'
import type { PieceParser } from './pieceParser.ts'

export interface OpenDocument {
  readonly uri: string
  readonly languageId: string
  readonly version: number
  readonly text: TextDocument
  /** Whether it is a signature, by its language or its name. */
  readonly isSignature: boolean
  readonly cache: ParseCache
  /** Parsed once for each version, reusing the one before. */
  parsed(): SignatureDocument
  /** Resolves when `parsed` has little left to do: what is long is parsed in another thread. */
  ready(): Promise<void>
}

export function createDocumentsConfiguration(parser: PieceParser): TextDocumentsConfiguration<OpenDocument> {
  return {
    create: (uri, languageId, version, content) =>
      open(TextDocument.create(uri, languageId, version, content), {}, parser),
    update: (document, changes, version) =>
      open(TextDocument.update(document.text, changes, version), document.cache, parser),
  }
}

/** Characters that are parsed at once, in some 20 milliseconds; every piece costs as much as some more. */
const shortLength = 16_384
const pieceLength = 64

/** What was parsed last of the document, whichever version: the next one is parsed from there. */
interface ParseCache {
  latest?: SignatureDocument
  /** One at a time for each document: what was typed meanwhile comes after. */
  parsing?: Promise<boolean>
}

function open(text: TextDocument, cache: ParseCache, parser: PieceParser): OpenDocument {
  const { uri, languageId, version } = text
  return {
    uri,
    languageId,
    version,
    text,
    cache,
    isSignature: languageId === signatureLanguage || isSignatureUri(uri),
    parsed() {
      cache.latest = parseSignature(text.getText(), cache.latest)
      return cache.latest
    },
    async ready() {
      for (;;) {
        if (cache.parsing === undefined) {
          const current = text.getText()
          if (isShort(current, cache)) return
          cache.parsing = parseElsewhere(current, cache, parser).finally(() => delete cache.parsing)
        }
        if (!(await cache.parsing)) return
      }
    },
  }
}

/** Whether little of the text is still to be parsed. */
function isShort(text: string, { latest }: ParseCache): boolean {
  if (text.length <= shortLength || text === latest?.text) return true
  if (latest === undefined) return false
  const unparsed = unparsedPieces(text, latest.tree)
  return unparsed.reduce((length, source) => length + source.length + pieceLength, 0) <= shortLength
}

/** Whether it could be done there; else it is done here, however long that takes. */
async function parseElsewhere(text: string, cache: ParseCache, parser: PieceParser): Promise<boolean> {
  const { latest } = cache
  const pieces = await (latest === undefined
    ? parser.parse(text)
    : parser.parse(text, unparsedPieces(text, latest.tree)))
  if (pieces === undefined) return false
  cache.latest = withPieces(cache.latest ?? parseSignature(''), pieces)
  return true
}

const signatureLanguage = 'skill-signature'

export function isSignatureUri(uri: string): boolean {
  return /(?:^|[/.])signature\.yaml$/.test(uri.split(/[?#]/)[0] ?? '')
}
