/** The file that a process leaves when it is killed at a fault point. */
import { existsSync, mkdtempSync, rmSync, watch } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface FaultMark {
  /** Kills the first process that passes `at`: a fault point, or `point:17` for the 17th time. */
  env(at: string): Readonly<Record<string, string>>
  isThere(): boolean
  readonly appeared: Promise<void>
}

export function faultMark(whenFinished: (cleanUp: () => void) => void): FaultMark {
  const folder = mkdtempSync(join(tmpdir(), 'signature-tuner-mark-'))
  const path = join(folder, 'mark')
  const { promise, resolve } = Promise.withResolvers<void>()
  const watcher = watch(folder, () => {
    if (existsSync(path)) resolve()
  })
  whenFinished(() => {
    watcher.close()
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    env: at => ({ SIGNATURE_TUNER_FAULT_AT: at, SIGNATURE_TUNER_FAULT_MARK: path }),
    isThere: () => existsSync(path),
    appeared: promise,
  }
}
