/** Open documents: their text as the client edits it, and what it means, parsed when first asked for. */

import type { TextDocumentsConfiguration } from 'vscode-languageserver'
import { TextDocument } from 'vscode-languageserver-textdocument'
import { inTurns } from '../base/steps.ts'
import { parseInSteps, parseSignature, type SignatureDocument, withPieces } from '../signature/document.ts'
import { unparsedInSteps } from '../signature/yamlTree.ts'
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
  /** Resolves when `parsed` has little left to do: what is long is parsed in another thread, and in turns. */
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
        const current = text.getText()
        if (current.length <= shortLength || current === cache.latest?.text) return
        cache.parsing ??= parseInTurns(current, cache, parser).finally(() => delete cache.parsing)
        if (!(await cache.parsing)) return
      }
    },
  }
}

/** Whether it could be done so; else it is done at once, however long that takes. */
async function parseInTurns(text: string, cache: ParseCache, parser: PieceParser): Promise<boolean> {
  const before = cache.latest
  const unparsed = before && (await inTurns(unparsedInSteps(text, before.tree)))
  if (unparsed === undefined || !isShort(unparsed)) {
    const pieces = await parser.parse(text, unparsed)
    if (pieces === undefined) return false
    cache.latest = withPieces(cache.latest ?? parseSignature(''), pieces)
  }
  cache.latest = await inTurns(parseInSteps(text, cache.latest))
  return true
}

function isShort(sources: readonly string[]): boolean {
  return sources.reduce((length, source) => length + source.length + pieceLength, 0) <= shortLength
}

const signatureLanguage = 'skill-signature'

export function isSignatureUri(uri: string): boolean {
  return /(?:^|[/.])signature\.yaml$/.test(uri.split(/[?#]/)[0] ?? '')
}
