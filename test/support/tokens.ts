/** Tokens of a text as an editor colours them before the server starts: by the TextMate grammar alone. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import type { IGrammar } from 'vscode-textmate'

export interface Token {
  readonly text: string
  /** From the start of the whole text. */
  readonly start: number
  readonly end: number
  /** Without that of the whole file and without the language's suffix. */
  readonly scopes: readonly string[]
}

/** One list of tokens a line. */
export function tokensOf(text: string): readonly (readonly Token[])[] {
  let stack = textmate.INITIAL
  let offset = 0
  return text.split('\n').map(line => {
    const bare = line.replace(/\r$/, '')
    const { tokens, ruleStack } = grammar.tokenizeLine(bare, stack)
    stack = ruleStack
    const start = offset
    offset += line.length + 1
    return tokens.map(({ startIndex, endIndex, scopes }) => ({
      text: bare.slice(startIndex, endIndex),
      start: start + startIndex,
      end: start + Math.min(endIndex, bare.length),
      scopes: scopes.slice(1).map(scope => scope.replace(/\.skill-signature$/, '')),
    }))
  })
}

/** For people to read: each line of the text, and below it its tokens, one a line, blank ones left out. */
export function showTokens(text: string): string {
  const lines = text.split('\n')
  return tokensOf(text)
    .flatMap((tokens, index) => [
      `> ${lines[index]}`,
      ...tokens
        .filter(({ text, scopes }) => text.trim() !== '' && !scopes.some(scope => scope.startsWith('punctuation.')))
        .map(({ text, scopes }) => `    ${text.trim().padEnd(24)} ${scopes.join(' ') || '-'}`),
    ])
    .join('\n')
}

// Both are CommonJS whose names Node does not find, and the editor itself runs them so.
const require = createRequire(import.meta.url)
const textmate: typeof import('vscode-textmate') = require('vscode-textmate')
const oniguruma: typeof import('vscode-oniguruma') = require('vscode-oniguruma')
const path = resolve(import.meta.dirname, '../../syntaxes/skill-signature.tmLanguage.json')

const grammar = await load()

async function load(): Promise<IGrammar> {
  await oniguruma.loadWASM(readFileSync(require.resolve('vscode-oniguruma/release/onig.wasm')))
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: patterns => new oniguruma.OnigScanner(patterns),
      createOnigString: text => new oniguruma.OnigString(text),
    }),
    loadGrammar: async () => textmate.parseRawGrammar(readFileSync(path, 'utf8'), path),
  })
  const grammar = await registry.loadGrammar('source.skill-signature')
  if (grammar === null) throw new Error(`${path} holds no grammar`)
  return grammar
}
