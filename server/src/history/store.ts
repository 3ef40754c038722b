/** Port of the version history: a file beside the signature, append-only. */
import type { Result } from '../base/result.ts'
import type { History, Version } from './version.ts'

export interface HistoryStore {
  /** `undefined` when there is none yet. A broken file is a failure with its path and position. */
  read(path: string): Promise<Result<History | undefined>>
  /**
   * Appends under a lock: rereads, gives the next version number, keeps unknown keys, writes atomically.
   * `make` gets the history as it is now and returns the version without its number, or `undefined` for none.
   */
  append(
    path: string,
    skillId: string,
    make: (history: History) => Omit<Version, 'version'> | undefined,
  ): Promise<Result<Version | undefined>>
}
