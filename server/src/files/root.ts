/** The workspace root: the nearest folder with a store, else with a repository, else the folder itself. */
import type { Stats } from 'node:fs'
import { lstat, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Finds roots and remembers the folders it has seen; make a new one for each question. */
export interface RootFinder {
  /** Of an absolute folder without symlinks. */
  rootOf(folder: string): Promise<string>
}

/** Nearest marked folders at or above a folder. */
interface Marks {
  readonly store: string | undefined
  readonly repository: string | undefined
}

/** The search stops below `home`, at a file-system boundary and below a folder of another owner. */
export function createRootFinder(home: string): RootFinder {
  const known = new Map<string, Promise<Marks>>()

  function marksAt(folder: string): Promise<Marks> {
    const found = known.get(folder) ?? look(folder)
    known.set(folder, found)
    return found
  }

  async function look(folder: string): Promise<Marks> {
    if (folder === home) return { store: undefined, repository: undefined }
    const parent = dirname(folder)
    const [here, above, store, repository] = await Promise.all([
      stat(folder).catch(() => undefined),
      stat(parent).catch(() => undefined),
      lstat(join(folder, '.signature-tuner')).catch(() => undefined),
      lstat(join(folder, '.git')).catch(() => undefined),
    ])
    const further =
      parent !== folder && here !== undefined && above !== undefined && sameRealm(here, above)
        ? await marksAt(parent)
        : { store: undefined, repository: undefined }
    return {
      store: store?.isDirectory() ? folder : further.store,
      // A worktree's .git is a file.
      repository: repository !== undefined ? folder : further.repository,
    }
  }

  return {
    async rootOf(folder) {
      const { store, repository } = await marksAt(folder)
      return store ?? repository ?? folder
    },
  }
}

function sameRealm(a: Stats, b: Stats): boolean {
  return a.dev === b.dev && a.uid === b.uid
}
