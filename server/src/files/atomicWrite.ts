/** Writes a file so that after any crash it is the old one or the new one, whole. */
import { randomBytes } from 'node:crypto'
import { access, constants, type FileHandle, link, open, rename, stat, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { errorCode, failure, failureError, failureOf } from '../base/errors.ts'
import { faultPoint } from '../base/faultPoint.ts'
import { fail, ok, type Result } from '../base/result.ts'
import { writeFailure } from './diskError.ts'

/**
 * Replaces `path`, which must not be a symlink; keeps its mode, owner and byte order mark. `check` is asked last, when
 * nothing is left but the rename.
 */
export async function replaceFile(
  path: string,
  shown: string,
  text: string,
  check: () => Promise<Result<void>> = async () => ok(undefined),
): Promise<Result<void>> {
  try {
    const before = await stat(path).catch(absent)
    if (before !== undefined) {
      if (!before.isFile()) return fail(failure('path_unsafe', `${shown} is not a regular file.`, shown))
      // A rename would not mind a file that is marked read-only.
      await access(path, constants.W_OK)
    }
    const mark = before === undefined ? '' : await byteOrderMark(path)
    await viaTemporary(path, mark + text, before, async temporary => {
      const checked = await check()
      if (!checked.ok) throw failureError(checked.error)
      faultPoint('file.renaming')
      await renameOver(temporary, path)
    })
    return ok(undefined)
  } catch (error) {
    return fail(failureOf(error) ?? writeFailure(error, shown))
  }
}

/** Creates `path`; fails with `path_exists` when there is something already. Its folder must exist. */
export async function createFile(path: string, shown: string, text: string): Promise<Result<void>> {
  try {
    await viaTemporary(path, text, undefined, temporary => linkOrRename(temporary, path))
    return ok(undefined)
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') return fail(writeFailure(error, shown))
    return fail(failure('path_exists', `${shown} exists already; nothing was written.`, shown))
  }
}

interface Belongings {
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

async function viaTemporary(
  path: string,
  text: string,
  keep: Belongings | undefined,
  publish: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
  let file: FileHandle | undefined
  try {
    file = await open(temporary, 'wx', 0o666)
    faultPoint('file.opened')
    if (keep !== undefined) {
      await file.chmod(keep.mode & 0o7777)
      // Only root may give a file away; for others it is theirs already or stays theirs.
      await file.chown(keep.uid, keep.gid).catch(() => undefined)
    }
    await file.writeFile(text, 'utf8')
    await file.sync()
    await file.close()
    faultPoint('file.written')
    await publish(temporary)
    faultPoint('file.renamed')
  } catch (error) {
    await file?.close().catch(() => undefined)
    await unlink(temporary).catch(() => undefined)
    throw error
  }
  await syncFolder(dirname(path))
}

async function renameOver(temporary: string, path: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await rename(temporary, path)
    } catch (error) {
      // On Windows a virus scanner or an editor may hold the file for a moment.
      const passing = process.platform === 'win32' && ['EPERM', 'EACCES', 'EBUSY'].includes(errorCode(error) ?? '')
      if (!passing || tries === 20) throw error
      await new Promise(resolve => setTimeout(resolve, 10 * tries))
    }
  }
}

async function linkOrRename(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path)
  } catch (error) {
    if (errorCode(error) === 'EEXIST') throw error
    // A file system without hard links.
    if ((await stat(path).catch(absent)) !== undefined) throw Object.assign(new Error('exists'), { code: 'EEXIST' })
    return rename(temporary, path)
  }
  await unlink(temporary)
}

/** Makes the rename itself durable; Windows has no such thing and needs none. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } catch (error) {
    // Some file systems cannot sync a folder.
    if (errorCode(error) !== 'EINVAL') throw error
  } finally {
    await handle.close()
  }
}

async function byteOrderMark(path: string): Promise<string> {
  const file = await open(path, 'r')
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(3), 0, 3, 0)
    return bytesRead === 3 && buffer.equals(Buffer.from('\uFEFF')) ? '\uFEFF' : ''
  } finally {
    await file.close()
  }
}

function absent(error: unknown): undefined {
  if (errorCode(error) === 'ENOENT') return undefined
  throw error
}
