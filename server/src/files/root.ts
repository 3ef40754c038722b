/** The workspace root: the nearest folder with a store, else with a repository, else the folder itself. */
import { lstatSync, type Stats } from 'node:fs'
import { dirname, join } from 'node:path'

/** Finds roots and remembers the folders it has seen; make a new one for each question. */
export interface RootFinder {
  /** Of an absolute folder without symlinks. */
  rootOf(folder: string): string
}

/** Nearest marked folders at or above a folder. */
interface Marks {
  readonly store: string | undefined
  readonly repository: string | undefined
}

interface Folder {
  readonly state: Stats | undefined
  readonly marks: Marks
}

const nothing: Marks = { store: undefined, repository: undefined }

/** The search stops below `home`, at a file-system boundary and below a folder of another owner. */
export function createRootFinder(home: string): RootFinder {
  const known = new Map<string, Folder>()

  function seen(folder: string): Folder {
    const found = known.get(folder) ?? look(folder)
    known.set(folder, found)
    return found
  }

  function look(folder: string): Folder {
    const state = stateOf(folder)
    if (folder === home) return { state, marks: nothing }
    const parent = dirname(folder)
    const above = parent === folder ? undefined : seen(parent)
    const further = above !== undefined && sameRealm(state, above.state) ? above.marks : nothing
    const store = stateOf(join(folder, '.signature-tuner'))?.isDirectory() ? folder : further.store
    // A worktree's .git is a file.
    const repository = stateOf(join(folder, '.git')) !== undefined ? folder : further.repository
    return { state, marks: { store, repository } }
  }

  return {
    rootOf(folder) {
      const { store, repository } = seen(folder).marks
      return store ?? repository ?? folder
    },
  }
}

/** Without waiting: these few looks cost microseconds, and a large tree needs thousands. */
function stateOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

function sameRealm(a: Stats | undefined, b: Stats | undefined): boolean {
  return a !== undefined && b !== undefined && a.dev === b.dev && a.uid === b.uid
}
