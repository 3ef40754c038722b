/** Makes a folder with those above it. */
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errorCode } from '../base/errors.ts'

/** One folder at a time: below /proc, Node's own recursion never ends. What is there already stays as it is. */
export async function makeFolder(folder: string, mode?: number): Promise<void> {
  const make = () =>
    mkdir(folder, { mode }).catch(error => (errorCode(error) === 'EEXIST' ? undefined : Promise.reject(error)))
  try {
    await make()
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' || dirname(folder) === folder) throw error
    await makeFolder(dirname(folder), mode)
    await make()
  }
}
