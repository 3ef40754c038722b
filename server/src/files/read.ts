/** Reads regular UTF-8 files of bounded size; never a FIFO, a device, or through a link put there meanwhile. */
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { failure, failureError } from '../base/errors.ts'
import { fail, ok, type Result } from '../base/result.ts'
import { readFailure } from './diskError.ts'

// O_NONBLOCK keeps a FIFO from blocking the opening; neither flag exists on Windows.
const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/** `path` must not be a symlink. A byte order mark is left out. */
export async function readWhole(path: string, shown: string, maxBytes: number): Promise<Result<string>> {
  const opened = await openRegular(path, shown, maxBytes)
  if (!opened.ok) return opened
  const { handle, size } = opened.value
  await using file = handle
  try {
    // The file may grow meanwhile: one byte more than allowed tells.
    const bytes = await readUpTo(file, size + 1, maxBytes + 1)
    if (bytes.length > maxBytes) return fail(tooLong(shown, maxBytes))
    return ok(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    if (error instanceof TypeError) return fail(notUtf8(shown))
    return fail(readFailure(error, shown))
  }
}

/** The same in pieces. Reading on may throw a `failureError`. */
export async function readPieces(
  path: string,
  shown: string,
  maxBytes: number,
): Promise<Result<AsyncIterable<string>>> {
  const opened = await openRegular(path, shown, maxBytes)
  return opened.ok ? ok(pieces(opened.value.handle, shown, maxBytes)) : opened
}

async function* pieces(file: FileHandle, shown: string, maxBytes: number): AsyncGenerator<string> {
  await using handle = file
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const buffer = Buffer.alloc(256 * 1024)
  let total = 0
  try {
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, null)
      total += bytesRead
      if (total > maxBytes) throw failureError(tooLong(shown, maxBytes))
      const text = decoder.decode(buffer.subarray(0, bytesRead), { stream: bytesRead > 0 })
      if (text !== '') yield text
      if (bytesRead === 0) return
    }
  } catch (error) {
    if (error instanceof TypeError) throw failureError(notUtf8(shown))
    throw error
  }
}

interface Opened {
  readonly handle: FileHandle
  /** Bytes when it was opened. */
  readonly size: number
}

async function openRegular(path: string, shown: string, maxBytes: number): Promise<Result<Opened>> {
  let file: FileHandle
  try {
    file = await open(path, flags)
  } catch (error) {
    return fail(readFailure(error, shown))
  }
  const state = await file.stat()
  if (state.isFile() && state.size <= maxBytes) return ok({ handle: file, size: state.size })
  await file.close()
  if (state.isFile()) return fail(tooLong(shown, maxBytes))
  const what = state.isDirectory() ? 'is a folder, not a file' : 'is not a regular file'
  return fail(failure('path_unsafe', `${shown} ${what}.`, shown))
}

async function readUpTo(file: FileHandle, expected: number, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let total = 0
  while (total < maxBytes) {
    const room = total === 0 ? expected : 64 * 1024
    const chunk = Buffer.allocUnsafe(Math.min(room, maxBytes - total))
    const { bytesRead } = await file.read(chunk, 0, chunk.length, null)
    if (bytesRead === 0) break
    chunks.push(chunk.subarray(0, bytesRead))
    total += bytesRead
  }
  return Buffer.concat(chunks)
}

function tooLong(shown: string, maxBytes: number) {
  return failure('path_unsafe', `${shown} is larger than ${sizeInWords(maxBytes)}.`, shown)
}

function sizeInWords(bytes: number): string {
  if (bytes >= 1024 ** 3) return `${bytes / 1024 ** 3} GiB`
  return bytes >= 1024 ** 2 ? `${bytes / 1024 ** 2} MiB` : `${bytes} bytes`
}

function notUtf8(shown: string) {
  return failure('read_failed', `${shown} is not UTF-8 text; save it as UTF-8.`, shown)
}
