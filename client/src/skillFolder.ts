/** Where a new skill may lie: a folder of the workspace, typed as a relative path. */

/** What is wrong with it, in one sentence; `undefined` when nothing is. */
export function folderProblem(text: string): string | undefined {
  const path = text.trim().replaceAll('\\', '/')
  if (path === '' || path === '.') return 'Type a folder, such as skills/my-skill.'
  if (path.startsWith('/') || /^[a-z]:/i.test(path) || path.startsWith('~')) {
    return 'Type a path that starts at the workspace folder, such as skills/my-skill.'
  }
  if (/\.ya?ml$/i.test(path)) return 'Type the folder only: its file is called signature.yaml.'
  const parts = foldersOf(path)
  if (parts.includes('..')) return 'The folder must lie in the workspace: leave out "..".'
  const odd = parts.find(part => [...part].some(character => forbidden.has(character) || character < ' '))
  if (odd !== undefined) return `"${odd}" is no name that every system can have for a folder.`
  const loose = parts.find(part => /^\s|[\s.]$/.test(part) && part !== '.')
  return loose === undefined ? undefined : `"${loose}" begins with a space, or ends with a space or a dot.`
}

/** The names along the path. */
export function foldersOf(text: string): readonly string[] {
  return text
    .trim()
    .split(/[\\/]+/)
    .filter(part => part !== '' && part !== '.')
}

/** What is offered below a folder (a path in the workspace, empty for its top), and which part of it to type over. */
export function offeredFolder(folder: string, isEmpty: boolean): { value: string; selection: [number, number] } {
  // An empty folder was made for this.
  const value = folder === '' ? 'skills/my-skill' : isEmpty ? folder : `${folder}/my-skill`
  return { value, selection: [value.lastIndexOf('/') + 1, value.length] }
}

const forbidden: ReadonlySet<string> = new Set('<>:"|?*')
