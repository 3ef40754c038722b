/** Moves a database out of the way under a name that says why; it is never deleted. */
import { existsSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { basename } from 'node:path'
import { failure } from '../base/errors.ts'
import { fail, ok, type Result } from '../base/result.ts'

/** The name it has now, in the same folder. Its write-ahead log goes with it. */
export async function setAside(path: string, reason: string, now: number): Promise<Result<string>> {
  const time = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')
  let target = `${path}.${reason}-${time}`
  for (let n = 2; existsSync(target); n++) target = `${path}.${reason}-${time}-${n}`
  try {
    for (const suffix of ['-wal', '-shm', '']) {
      if (existsSync(path + suffix)) await rename(path + suffix, target + suffix)
    }
    return ok(basename(target))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return fail(failure('write_failed', `${path} cannot be used and cannot be moved aside (${why}).`, path))
  }
}
