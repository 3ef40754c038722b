/** Files that change on disk by other hands: histories, examples, and the store that the command line writes, too. */
import { DidChangeWatchedFilesNotification } from 'vscode-languageserver'
import type { ServerContext } from './context.ts'

/** Asks the client to watch, where it can; without it saving a signature reads everything anew. */
export async function watchFiles({ connection, abilities }: Pick<ServerContext, 'connection' | 'abilities'>) {
  if (!abilities().watchesFiles) return
  const patterns = ['**/*.{jsonl,ndjson,json,csv,yaml,yml}', '**/.signature-tuner/jobs.db*']
  await connection.client.register(DidChangeWatchedFilesNotification.type, {
    watchers: patterns.map(globPattern => ({ globPattern })),
  })
}

/** A running job writes many times a second. */
const storeMilliseconds = 500

/** `onExamples` is given the names of files that may hold examples. */
export function registerWatchedFiles(
  { connection, documents, skills }: ServerContext,
  onExamples: (names: readonly string[]) => void,
): void {
  let later: NodeJS.Timeout | undefined
  const reloadAll = () => {
    clearTimeout(later)
    later = undefined
    for (const open of documents.all()) {
      if (!open.isSignature) continue
      skills()
        .reload(open)
        .catch(error => connection.console.error(String(error)))
    }
  }
  connection.onDidChangeWatchedFiles(({ changes }) => {
    const names = changes.map(({ uri }) => basenameOf(uri))
    if (names.some(isHistory)) reloadAll()
    else if (names.some(isStore)) later ??= setTimeout(reloadAll, storeMilliseconds).unref()
    const others = names.filter(name => !isHistory(name) && !isStore(name))
    if (others.length > 0) onExamples(others)
  })
}

/** The name of the file that a URI is of. */
export function basenameOf(uri: string): string {
  const name = uri.slice(uri.lastIndexOf('/') + 1)
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

function isHistory(name: string): boolean {
  return /(?:^|\.)signature\.history\.json$/.test(name)
}

function isStore(name: string): boolean {
  return name.startsWith('jobs.db')
}
