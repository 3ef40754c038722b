/** Handler of completion, with the files and the names that a skill's folder offers. */
import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import {
  type CompletionItem,
  CompletionItemKind,
  InsertTextFormat,
  InsertTextMode,
  type ServerCapabilities,
} from 'vscode-languageserver'
import { asksForFiles, completion } from '../features/completion.ts'
import {
  type Completion,
  type CompletionEntry,
  noSurroundings,
  type Surroundings,
} from '../features/completionEntry.ts'
import { plainText } from '../features/snippet.ts'
import { writingPlaceAt } from '../features/writingPlace.ts'
import { nameProblem, toPascalCase } from '../signature/names.ts'
import type { ClientAbilities } from './capabilities.ts'
import type { Look, ServerContext } from './context.ts'
import { toRange } from './convert.ts'

export const completionCapabilities: ServerCapabilities = {
  completionProvider: { triggerCharacters: [' ', '{', '[', ',', '-', '"', "'", '`', '/', '|'] },
}

export function registerCompletion({ connection, about, skills, abilities }: ServerContext): void {
  connection.onCompletion(
    about('textDocument/completion', async (look, { position }): Promise<CompletionItem[] | null> => {
      const offset = look.open.text.offsetAt(position)
      const place = writingPlaceAt(look.document.text, offset)
      const surroundings = asksForFiles(place) ? await surroundingsOf(look) : noSurroundings
      const found = completion(look.document, offset, surroundings, place)
      return found === undefined ? null : itemsOf(look, found, abilities())
    }),
  )

  async function surroundingsOf({ open }: Look): Promise<Surroundings> {
    const location = await skills().locate(open)
    if (location === undefined) return noSurroundings
    const folder = dirname(location.signaturePath)
    const file = basename(location.signaturePath)
    const words = file === 'signature.yaml' ? basename(folder) : file.replace(/\.signature\.yaml$/, '')
    const name = toPascalCase(words)
    const paths = await pathsBelow(folder)
    return {
      name: nameProblem(name) === undefined ? name : undefined,
      skillId: location.defaultSkillId,
      examples: paths.filter(path => examplesName.test(path) && !notExamples.test(path)),
      scripts: paths.filter(path => /\.m?js$/.test(path)),
    }
  }
}

const examplesName = /\.(?:jsonl|ndjson|json|ya?ml|csv)$/
const notExamples = /(?:^|[/.])signature\.(?:yaml|history\.json)$/
const mostPaths = 200

/** Relative paths of files in a folder and the folders right below it. */
async function pathsBelow(folder: string): Promise<readonly string[]> {
  const found: string[] = []
  const look = async (below: string) => {
    const entries = await readdir(join(folder, below), { withFileTypes: true }).catch(() => [])
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (found.length >= mostPaths || entry.name.startsWith('.') || entry.name === 'node_modules') continue
      if (entry.isFile()) found.push(`${below}${entry.name}`)
      else if (entry.isDirectory() && below === '') await look(`${entry.name}/`)
    }
  }
  await look('')
  return found
}

const kinds: Readonly<Record<CompletionEntry['kind'], CompletionItemKind>> = {
  key: CompletionItemKind.Property,
  field: CompletionItemKind.Field,
  type: CompletionItemKind.TypeParameter,
  metric: CompletionItemKind.Function,
  value: CompletionItemKind.Value,
  phrase: CompletionItemKind.Text,
  file: CompletionItemKind.File,
  signature: CompletionItemKind.Snippet,
}

function itemsOf({ open }: Look, { span, indent, entries }: Completion, abilities: ClientAbilities): CompletionItem[] {
  const range = toRange(open.text, span)
  const { snippets, insertTextModes } = abilities
  return entries.map(({ label, kind, detail, documentation, snippet }, index) => ({
    label,
    kind: kinds[kind],
    sortText: String(index).padStart(4, '0'),
    ...(detail !== undefined && { detail }),
    ...(documentation !== undefined && { documentation: { kind: 'markdown', value: documentation } }),
    insertTextFormat: snippets ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
    // Editors indent the further lines of snippets like the first; plain text brings its own blanks.
    ...(insertTextModes && { insertTextMode: snippets ? InsertTextMode.adjustIndentation : InsertTextMode.asIs }),
    textEdit: { range, newText: snippets ? snippet : plainText(snippet, indent) },
  }))
}
