/** Gives the disk what deleted jobs took, where that is quick and keeps nobody waiting. */
import { failureOf } from '../base/errors.ts'
import type { Database } from './database.ts'
import { numberOf } from './numberOf.ts'

/** Share of free pages below which it is not worth writing the others anew; new jobs take the free ones first. */
const worthwhileShare = 0.25
/** Copied in well under a second: whoever opens the file meanwhile waits for it. */
const mostBytes = 64 * 1024 * 1024

/** Never a failure: the space is then given back another time. */
export function releaseSpace(database: Database): void {
  // Others are not waited for.
  const timeout = numberOf(database, 'PRAGMA busy_timeout')
  try {
    numberOf(database, 'PRAGMA busy_timeout = 0')
    if (isAlone(database) && isWorthwhile(database)) database.prepare('VACUUM').run()
    numberOf(database, 'PRAGMA wal_checkpoint(TRUNCATE)')
  } catch (error) {
    if (failureOf(error) === undefined) throw error
  } finally {
    numberOf(database, `PRAGMA busy_timeout = ${timeout}`)
  }
}

/** Every process that has the file open is noted in it. */
function isAlone(database: Database): boolean {
  return numberOf(database, 'SELECT count(*) FROM session') <= 1
}

function isWorthwhile(database: Database): boolean {
  const pages = numberOf(database, 'PRAGMA page_count')
  const free = numberOf(database, 'PRAGMA freelist_count')
  return free > pages * worthwhileShare && (pages - free) * numberOf(database, 'PRAGMA page_size') <= mostBytes
}
