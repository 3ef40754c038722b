/** Open documents: their text as the client edits it, and what it means, parsed when first asked for. */

import type { TextDocumentsConfiguration } from 'vscode-languageserver'
import { TextDocument } from 'vscode-languageserver-textdocument'
import { parseSignature, type SignatureDocument } from '../signature/document.ts'

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
}

export const documentsConfiguration: TextDocumentsConfiguration<OpenDocument> = {
  create: (uri, languageId, version, content) => open(TextDocument.create(uri, languageId, version, content), {}),
  update: (document, changes, version) => open(TextDocument.update(document.text, changes, version), document.cache),
}

/** What was parsed last of the document, whichever version: the next one is parsed from there. */
interface ParseCache {
  latest?: SignatureDocument
}

function open(text: TextDocument, cache: ParseCache): OpenDocument {
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
  }
}

const signatureLanguage = 'skill-signature'

export function isSignatureUri(uri: string): boolean {
  return /(?:^|[/.])signature\.yaml$/.test(uri.split(/[?#]/)[0] ?? '')
}
