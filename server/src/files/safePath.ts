/** Paths from people, files and the network: what is refused by its words, and whether one lies below another. */
import { isAbsolute, relative, sep } from 'node:path'
import { failure } from '../base/errors.ts'
import { fail, ok, type Result } from '../base/result.ts'

/** A path that no file system treats as something else: no NUL, no device, not over-long. */
export function checkPath(path: string): Result<string> {
  if (path === '') return fail(failure('path_unsafe', 'The path is empty.'))
  if (path.includes('\0')) return fail(failure('path_unsafe', 'The path holds a NUL character.'))
  if (path.length > 4096) return fail(failure('path_unsafe', `${path.slice(0, 60)}… is too long for a path.`))
  if (/^[\\/]{2}[.?][\\/]/.test(path)) return fail(failure('path_unsafe', `${path} names a device.`, path))
  return ok(path)
}

/** By components, so that /root-evil does not lie inside /root. Both absolute and resolved by realpath. */
export function isInside(root: string, path: string): boolean {
  const way = relative(root, path)
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way))
}

export function hasParentPart(path: string): boolean {
  return path.split(/[\\/]/).includes('..')
}
