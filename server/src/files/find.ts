/** Finds signature files below a folder. */
import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

const skippedFolders: ReadonlySet<string> = new Set(['node_modules', 'bower_components', 'dist', '__pycache__', 'venv'])

export function isSignatureName(name: string): boolean {
  return name === 'signature.yaml' || name.endsWith('.signature.yaml')
}

/** Absolute paths in order of their names. Hidden and dependency folders are left out, links to folders not followed. */
export async function findSignatures(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const below = await Promise.all(
    entries
      .filter(entry => entry.isDirectory() || isSignatureName(entry.name))
      .sort(byName)
      .map(entry => findAt(folder, entry)),
  )
  return below.flat()
}

async function findAt(folder: string, entry: Dirent): Promise<readonly string[]> {
  const path = join(folder, entry.name)
  // What is no file by that name is a mistake that reading it tells.
  if (!entry.isDirectory()) return [path]
  if (entry.name.startsWith('.') || skippedFolders.has(entry.name)) return []
  // A folder that may not be read or went away meanwhile holds nothing for us.
  return findSignatures(path).catch(() => [])
}

function byName(a: Dirent, b: Dirent): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0
}
