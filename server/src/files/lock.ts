/** A lock file: one process at a time, and a dead one's lock is taken over. */
import { randomBytes } from 'node:crypto'
import { link, lstat, readFile, rename, unlink, writeFile } from 'node:fs/promises'
import type { Clock } from '../base/clock.ts'
import { errorCode, failure } from '../base/errors.ts'
import { faultPoint } from '../base/faultPoint.ts'
import { parseJson } from '../base/json.ts'
import { fail, ok, type Result } from '../base/result.ts'
import { ownerSchema } from '../jobs/job.ts'
import { writeFailure } from './diskError.ts'
import { currentOwner, fateOf } from './owner.ts'

export interface Lock extends AsyncDisposable {
  /** A failure when it was broken meanwhile, such as by another container after this process stood still. */
  check(): Promise<Result<void>>
}

/** What takes milliseconds is not waited for longer. */
const patience = 10_000
/** A lock this old was left behind where nobody can tell whether its process lives. */
const forgottenAfter = 60_000

/** Waits its turn; `shown` names the file that is locked. */
export async function lockFile(
  path: string,
  shown: string,
  { clock }: { readonly clock: Clock },
): Promise<Result<Lock>> {
  const mine = JSON.stringify({ ...currentOwner(), nonce: randomBytes(8).toString('hex') })
  const temporary = `${path}.${randomBytes(6).toString('hex')}`
  const deadline = clock.elapsed() + patience
  try {
    // Linked into place, so that nobody ever reads half a lock.
    await writeFile(temporary, mine, { flag: 'wx' })
    faultPoint('lock.written')
    for (let tries = 1; ; tries++) {
      if (await take(temporary, path)) {
        faultPoint('lock.taken')
        return ok(held(path, shown, mine))
      }
      if (await isForgotten(path, clock)) await breakLock(path, clock)
      else if (clock.elapsed() > deadline) {
        const way = `remove ${path} if no Signature Tuner is running`
        return fail(failure('write_failed', `${shown} is locked by another process; ${way}.`, shown))
      } else await clock.sleep(Math.min(5 * tries, 100))
    }
  } catch (error) {
    return fail(writeFailure(error, shown))
  } finally {
    await unlink(temporary).catch(() => undefined)
  }
}

async function take(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path)
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOSPC') throw error
    // A file system without hard links.
    try {
      await writeFile(path, await readFile(temporary), { flag: 'wx' })
      return true
    } catch (second) {
      if (errorCode(second) === 'EEXIST') return false
      throw second
    }
  }
}

async function isForgotten(path: string, clock: Clock): Promise<boolean> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), lstat(path)])
    const owner = ownerSchema.safeParse(parseJson(text))
    const fate = owner.success ? fateOf(owner.data) : undefined
    return fate === 'dead' || (fate === undefined && clock.now() - mtimeMs > forgottenAfter)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false
    throw error
  }
}

/** Renaming lets one of several who saw the dead lock win; a live lock caught in that moment is put back. */
async function breakLock(path: string, clock: Clock): Promise<void> {
  const aside = `${path}.${randomBytes(6).toString('hex')}`
  try {
    await rename(path, aside)
    if (!(await isForgotten(aside, clock))) await link(aside, path).catch(() => undefined)
    await unlink(aside)
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
  }
}

function held(path: string, shown: string, mine: string): Lock {
  const isMine = () => readFile(path, 'utf8').then(text => text === mine, ifAbsent)
  return {
    async check() {
      if (await isMine()) return ok(undefined)
      return fail(failure('write_failed', `${shown} was locked by another process meanwhile; try again.`, shown))
    },
    async [Symbol.asyncDispose]() {
      if (await isMine()) await unlink(path).catch(ifAbsent)
    },
  }
}

function ifAbsent(error: unknown): undefined {
  if (errorCode(error) !== 'ENOENT') throw error
}
