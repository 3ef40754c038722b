/** The driver without our precautions, for putting into a file what others might have put there. */
import Sqlite from 'better-sqlite3'

export function openRaw(path: string, work: (raw: Sqlite.Database) => void, options: Sqlite.Options = {}): void {
  const raw = new Sqlite(path, options)
  try {
    work(raw)
  } finally {
    raw.close()
  }
}
