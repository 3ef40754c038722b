/** The folder of the database: private, ignored by git, on a local disk, and nothing but what it seems. */
import { lstat, mkdir, statfs, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errorCode, failure } from '../base/errors.ts'
import { faultPoint } from '../base/faultPoint.ts'
import { fail, ok, type Result } from '../base/result.ts'

/** Makes the folder of `path` ready; refuses symlinks, as a repository could ship one that leads elsewhere. */
export async function prepareFolder(path: string): Promise<Result<void>> {
  const folder = dirname(path)
  try {
    await mkdir(folder, { mode: 0o700 }).catch(ignore('EEXIST'))
    const state = await lstat(folder)
    if (!state.isDirectory()) return fail(failure('write_failed', `${folder} is not a folder; remove it.`, folder))
    // SQLite would write through a link in the place of its log as well.
    for (const name of [path, `${path}-wal`, `${path}-shm`, `${path}-journal`]) {
      const file = await lstat(name).catch(ignore('ENOENT'))
      if (file !== undefined && !file.isFile()) {
        return fail(failure('write_failed', `${name} is not a regular file; remove it.`, name))
      }
    }
    if (await isOnNetwork(folder)) {
      const way = 'SQLite needs a local disk: copy the project to one'
      return fail(failure('database_network', `${folder} is on a network drive; ${way}.`, folder))
    }
    faultPoint('database.folderMade')
    await writeFile(join(folder, '.gitignore'), '*\n', { flag: 'wx' }).catch(ignore('EEXIST'))
    return ok(undefined)
  } catch (error) {
    const code = errorCode(error)
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      return fail(failure('disk_full', `${folder} cannot be created: the disk is full.`, folder))
    }
    const reason = error instanceof Error ? error.message : String(error)
    return fail(failure('write_failed', `${folder} cannot be written (${reason}); make it writable.`, folder))
  }
}

/** False only when there is certainly nothing at `path`; whatever else is wrong shows when it is opened. */
export async function mayExist(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    error => errorCode(error) !== 'ENOENT',
  )
}

/** Whether no other account can enter the folder of `path`; null where the system does not say. */
export async function isPrivate(path: string): Promise<boolean | null> {
  if (process.platform === 'win32') return null
  return ((await lstat(dirname(path))).mode & 0o077) === 0
}

async function isOnNetwork(folder: string): Promise<boolean> {
  if (folder.startsWith('\\\\')) return true
  return process.platform === 'linux' && isNetworkType((await statfs(folder)).type)
}

/** By the magic numbers of statfs(2) on Linux; 9p is also how WSL and some containers mount the host's disk. */
export function isNetworkType(type: number): boolean {
  return networkTypes.has(type >>> 0)
}

const networkTypes: ReadonlySet<number> = new Set([
  0x6969, // NFS
  0x517b, // SMB
  0xff534d42, // CIFS
  0xfe534d42, // SMB 2
  0x564c, // NCP
  0x5346414f, // AFS
  0x6b414653, // kAFS
  0x73757245, // Coda
  0x01021997, // 9p
  0x00c36400, // Ceph
  0x0bd00bd0, // Lustre
  0x47504653, // GPFS
])

function ignore(code: string): (error: unknown) => undefined {
  return error => {
    if (errorCode(error) === code) return undefined
    throw error
  }
}
