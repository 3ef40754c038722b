/** Asks the client to ask again for what it shows of facts: only for what changed, and once for changes that come together. */
import type { Connection } from 'vscode-languageserver'
import type { ClientAbilities } from './capabilities.ts'
import type { ChangedFacts } from './skills.ts'

export interface Refresher {
  /** Of one document; of all without a URI. */
  refresh(changed: Changed, uri?: string): void
  dispose(): void
}

type Changed = Partial<ChangedFacts & { readonly problems: boolean }>
type Due = Changed & { readonly uri: string | undefined }

export interface RefresherOptions {
  readonly connection: Pick<Connection, 'languages' | 'sendRequest'>
  readonly abilities: ClientAbilities
  /** Tells the problems of a document anew, to a client that does not pull them. */
  readonly diagnose: (uri: string | undefined) => void
}

/** Milliseconds in which changes count as coming together: versions and scores of a skill are read side by side. */
const togetherMilliseconds = 50

export function createRefresher({ connection, abilities, diagnose }: RefresherOptions): Refresher {
  let timer: NodeJS.Timeout | undefined
  let due: readonly Due[] = []

  function tell(): void {
    const isDue = (test: (one: Due) => boolean | undefined) => due.some(test)
    // A client that refuses has been closed meanwhile, or will ask by itself.
    const ignore = () => {}
    if (abilities.refreshesCodeLenses && isDue(({ job }) => job)) {
      connection.sendRequest('workspace/codeLens/refresh').catch(ignore)
    }
    if (abilities.refreshesInlayHints && isDue(({ scores }) => scores)) {
      connection.languages.inlayHint.refresh().catch(ignore)
    }
    const diagnosed = due.filter(({ scores, problems }) => scores || problems).map(({ uri }) => uri)
    if (!abilities.pullsDiagnostics || !abilities.refreshesDiagnostics) {
      for (const uri of diagnosed.includes(undefined) ? [undefined] : new Set(diagnosed)) diagnose(uri)
    } else if (diagnosed.length > 0) connection.languages.diagnostics.refresh().catch(ignore)
    due = []
    timer = undefined
  }

  return {
    refresh(changed, uri) {
      due = [...due, { ...changed, uri }]
      timer ??= setTimeout(tell, togetherMilliseconds).unref()
    },
    dispose: () => clearTimeout(timer),
  }
}
