/** The token file: lets programs of the same user find the token, and nobody else. */
import { randomBytes } from 'node:crypto'
import { chmod, lstat, open, readFile, unlink } from 'node:fs/promises'
import { homedir, userInfo } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { errorCode, failure } from '../base/errors.ts'
import { fail, ok, type Result } from '../base/result.ts'
import { makeFolder } from '../files/makeFolder.ts'

export interface TokenFile {
  readonly path: string
  readonly token: string
  /** Deletes the file, unless another server has put its own there since. */
  remove(): Promise<void>
}

/**
 * A new token of 256 bits, in a file that only its owner can read, in a folder that only its owner can enter. One file
 * a port: who listens on a port replaces the file that the last one left behind.
 */
export async function writeTokenFile(folder: string, port: number): Promise<Result<TokenFile>> {
  const path = join(folder, `${port}.token`)
  const token = randomBytes(32).toString('base64url')
  try {
    const unsafe = await preparePrivateFolder(folder)
    if (unsafe !== undefined) return fail(failure('write_failed', `${folder} ${unsafe}.`, folder))
    // Whatever is there, a link included, goes; what follows it is not touched.
    await unlink(path).catch(ignoreAbsent)
    const file = await open(path, 'wx', 0o600)
    try {
      await file.writeFile(`${token}\n`)
    } finally {
      await file.close()
    }
  } catch (error) {
    const reason = errorCode(error) ?? String(error)
    return fail(failure('write_failed', `The token file ${path} cannot be written (${reason}).`, path))
  }
  return ok({
    path,
    token,
    async remove() {
      const current = await readFile(path, 'utf8').catch(() => undefined)
      if (current?.trim() === token) await unlink(path).catch(ignoreAbsent)
    },
  })
}

/** What is wrong with the folder, if anything; one that others may enter is closed to them. */
async function preparePrivateFolder(folder: string): Promise<string | undefined> {
  await makeFolder(folder, 0o700)
  const state = await lstat(folder)
  if (!state.isDirectory()) return 'is not a folder; remove it'
  // Windows keeps a user's profile from others by itself.
  if (process.getuid === undefined) return undefined
  if (state.uid !== process.getuid()) return 'belongs to another user; set XDG_STATE_HOME to a folder of your own'
  if ((state.mode & 0o077) !== 0) await chmod(folder, 0o700)
  return undefined
}

/**
 * `signature-tuner/serve` where programs of the user keep their state. What is not absolute does not count, as the XDG
 * Base Directory Specification has it: it would lie in the workspace, and might be committed.
 */
export function tokenFolder(env: Readonly<Record<string, string | undefined>>): string {
  const local = process.platform === 'win32' ? env.LOCALAPPDATA : env.XDG_STATE_HOME
  const home = [homedir(), userInfo().homedir].find(isAbsolute) ?? '/'
  const state = local !== undefined && isAbsolute(local) ? local : join(home, '.local', 'state')
  return join(state, 'signature-tuner', 'serve')
}

function ignoreAbsent(error: unknown): void {
  if (errorCode(error) !== 'ENOENT') throw error
}
