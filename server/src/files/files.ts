/** The user's files: locating skills, reading and writing them, never outside their workspace root. */
import { lstat, realpath, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { errorCode, failure } from '../base/errors.ts'
import { fail, ok, type Result } from '../base/result.ts'
import { createFile, replaceFile } from './atomicWrite.ts'
import { readFailure, writeFailure } from './diskError.ts'
import { findSignatures, isSignatureName } from './find.ts'
import { makeFolder } from './makeFolder.ts'
import { readPieces, readWhole } from './read.ts'
import { createRootFinder, type RootFinder } from './root.ts'
import { checkPath, hasParentPart, isInside } from './safePath.ts'

export interface FilesOptions {
  /** Where relative paths start. */
  readonly cwd: string
  /** The home folder, where the search for a root stops. */
  readonly home: string
  /** A fixed workspace root: whatever lies outside is refused, also by its words. */
  readonly root?: string
}

const mebibyte = 1024 ** 2

/** A skill's files. All paths absolute but `skillPath`. */
type Location = ReturnType<typeof describeLocation>

export function createFiles({ cwd, home, root: fixedRoot }: FilesOptions) {
  const shown = (path: string) => {
    const way = relative(cwd, path)
    return isInside(cwd, path) && way !== '' ? way : path
  }
  const finder = async () => createRootFinder(await realpath(home).catch(() => home))

  async function rootOf(roots: RootFinder, folder: string): Promise<string> {
    return fixedRoot === undefined ? roots.rootOf(folder) : await realpath(fixedRoot)
  }

  function resolveTyped(path: string): Result<string> {
    const checked = checkPath(path)
    if (!checked.ok) return checked
    const typed = resolve(cwd, path)
    const leaves = fixedRoot !== undefined && (hasParentPart(path) || !isInside(fixedRoot, typed))
    return leaves ? fail(outside(path)) : ok(typed)
  }

  function outside(path: string) {
    const where = fixedRoot === undefined ? 'the workspace root' : fixedRoot
    return failure('path_outside_root', `${path} lies outside ${where}.`, path)
  }

  /** The file itself where `path` is a link, which must not lead out of the root; `path` when it is none or absent. */
  async function followInside(path: string): Promise<Result<string>> {
    try {
      const state = await lstat(path).catch(ifAbsent)
      if (state === undefined || !state.isSymbolicLink()) return ok(path)
      const [folder, real] = await Promise.all([realpath(dirname(path)), realpath(path)])
      const root = await rootOf(await finder(), folder)
      return isInside(root, real) ? ok(real) : fail(outside(shown(path)))
    } catch (error) {
      return fail(readFailure(error, shown(path)))
    }
  }

  async function locateWith(roots: RootFinder, path: string, root?: string): Promise<Result<Location>> {
    try {
      const state = await stat(path)
      const file = state.isDirectory() ? join(path, 'signature.yaml') : path
      if (state.isDirectory() && (await lstat(file).catch(ifAbsent)) === undefined) {
        const way = `create one with: signature-tuner new ${shown(path)}`
        return fail(failure('not_a_skill', `${shown(path)} has no signature.yaml; ${way}`, shown(path)))
      }
      if (!isSignatureName(basename(file))) {
        const names = 'signature.yaml or end in .signature.yaml'
        return fail(failure('not_a_skill', `${shown(path)} is no signature: its name must be ${names}.`, shown(path)))
      }
      const folder = await realpath(dirname(file))
      const real = join(folder, basename(file))
      const within = root ?? (await rootOf(roots, folder))
      if (!isInside(within, folder) || !isInside(within, await realpath(real))) return fail(outside(shown(path)))
      if (!(await stat(real)).isFile()) {
        return fail(failure('path_unsafe', `${shown(file)} is not a regular file.`, shown(file)))
      }
      return ok(describeLocation(within, real, displayPath(file, real)))
    } catch (error) {
      return fail(readFailure(error, shown(path)))
    }
  }

  /** The skill whose signature file is gone, if its history is there; `path` names its folder or that file. */
  async function locateAbsent(path: string): Promise<Location | undefined> {
    const file = isSignatureName(basename(path)) ? path : join(path, 'signature.yaml')
    try {
      if ((await lstat(file).catch(ifAbsent)) !== undefined) return undefined
      const folder = await realpath(dirname(file))
      const root = await rootOf(await finder(), folder)
      const real = join(folder, basename(file))
      const location = describeLocation(root, real, displayPath(file, real))
      const isThere = isInside(root, folder) && (await lstat(location.historyPath)).isFile()
      return isThere ? location : undefined
    } catch {
      // Then the plain look-up says what is wrong.
      return undefined
    }
  }

  /** As it was typed where that lies below the working folder, else absolute. */
  function displayPath(typed: string, real: string): string {
    return isInside(cwd, typed) ? relative(cwd, typed) : real
  }

  return {
    async root(folder = '.'): Promise<Result<string>> {
      const path = resolve(cwd, folder)
      try {
        return ok(await rootOf(await finder(), await realpath(path)))
      } catch (error) {
        return fail(readFailure(error, shown(path)))
      }
    },

    async locate(path: string, options?: { readonly mayBeAbsent?: boolean }): Promise<Result<Location>> {
      const typed = resolveTyped(path)
      if (!typed.ok) return typed
      const absent = options?.mayBeAbsent ? await locateAbsent(typed.value) : undefined
      return absent === undefined ? locateWith(await finder(), typed.value) : ok(absent)
    },

    async locateIn(root: string, skillPath: string): Promise<Result<Location>> {
      const checked = checkPath(skillPath)
      if (!checked.ok) return checked
      if (isAbsolute(skillPath) || hasParentPart(skillPath)) return fail(outside(skillPath))
      try {
        const real = await realpath(root)
        return await locateWith(await finder(), resolve(real, skillPath), real)
      } catch (error) {
        return fail(readFailure(error, shown(root)))
      }
    },

    async find(paths: readonly string[]): Promise<Result<readonly Location[]>> {
      const roots = await finder()
      const found = new Map<string, Location>()
      const seen = new Set<string>()
      for (const path of paths) {
        const typed = resolveTyped(path)
        if (!typed.ok) return typed
        if (seen.has(typed.value)) continue
        seen.add(typed.value)
        try {
          if (!(await stat(typed.value)).isDirectory()) {
            const located = await locateWith(roots, typed.value)
            if (!located.ok) return located
            found.set(located.value.signaturePath, located.value)
            continue
          }
          const top = await realpath(typed.value)
          if (fixedRoot !== undefined && !isInside(await rootOf(roots, top), top)) return fail(outside(path))
          for (const real of await findSignatures(top)) {
            const location = describeLocation(
              await rootOf(roots, dirname(real)),
              real,
              displayPath(join(typed.value, relative(top, real)), real),
            )
            if (!found.has(real)) found.set(real, location)
          }
        } catch (error) {
          return fail(readFailure(error, shown(typed.value)))
        }
      }
      return ok([...found.values()])
    },

    async readText(path: string, maxBytes = 8 * mebibyte): Promise<Result<string>> {
      const file = await followTyped(path)
      return file.ok ? readWhole(file.value, shown(resolve(cwd, path)), maxBytes) : file
    },

    async openText(path: string): Promise<Result<AsyncIterable<string>>> {
      const file = await followTyped(path)
      return file.ok ? readPieces(file.value, shown(resolve(cwd, path)), 1024 * mebibyte) : file
    },

    async writeText(
      path: string,
      text: string,
      { check }: { readonly check?: () => Promise<Result<void>>; readonly edits?: unknown } = {},
    ): Promise<Result<void>> {
      const file = await followTyped(path)
      return file.ok ? replaceFile(file.value, shown(resolve(cwd, path)), text, check) : file
    },

    async createText(path: string, text: string): Promise<Result<void>> {
      const typed = resolveTyped(path)
      if (!typed.ok) return typed
      const file = typed.value
      try {
        if (fixedRoot !== undefined) {
          const [root, start] = await Promise.all([realpath(fixedRoot), nearestExisting(dirname(file))])
          if (!isInside(root, start)) return fail(outside(path))
        }
        await makeFolder(dirname(file))
      } catch (error) {
        return fail(writeFailure(error, shown(dirname(file))))
      }
      return createFile(file, shown(file), text)
    },

    display: shown,

    async resolveInside(location: Location, path: string): Promise<Result<string>> {
      const checked = checkPath(path)
      if (!checked.ok) return checked
      const typed = resolve(dirname(location.signaturePath), path)
      // By its words first, so that nothing outside is even looked at.
      if (!isInside(location.root, typed)) return fail(outside(path))
      try {
        const real = await realpath(typed)
        return isInside(location.root, real) ? ok(real) : fail(outside(path))
      } catch (error) {
        return fail(readFailure(error, shown(typed)))
      }
    },
  }

  async function followTyped(path: string): Promise<Result<string>> {
    const checked = checkPath(path)
    return checked.ok ? followInside(resolve(cwd, path)) : checked
  }
}

function describeLocation(root: string, signaturePath: string, displayPath: string) {
  const folder = dirname(signaturePath)
  const name = basename(signaturePath)
  const stem = name.replace(/\.?signature\.yaml$/, '')
  return {
    root,
    skillPath: relative(root, signaturePath).split(sep).join('/'),
    signaturePath,
    historyPath: join(folder, name.replace(/yaml$/, 'history.json')),
    defaultSkillId: defaultSkillId(root, folder, stem),
    displayPath: displayPath.split(sep).join('/'),
  }
}

/** The path below `skills/` joined with `-`, else the name of the file before `.signature`, else of the folder. */
function defaultSkillId(root: string, folder: string, stem: string): string {
  const parts = [basename(root), ...relative(root, folder).split(sep).filter(Boolean)]
  const below = parts.slice(parts.lastIndexOf('skills') + 1)
  const own = stem === '' ? [] : [stem]
  if (parts.includes('skills') && below.length + own.length > 0) return [...below, ...own].join('-')
  return own[0] ?? basename(folder)
}

async function nearestExisting(folder: string): Promise<string> {
  try {
    return await realpath(folder)
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' || dirname(folder) === folder) throw error
    return nearestExisting(dirname(folder))
  }
}

function ifAbsent(error: unknown): undefined {
  if (errorCode(error) === 'ENOENT') return undefined
  throw error
}
