/** The driver without our precautions, for putting into a file what others might have put there. */
import Sqlite from 'better-sqlite3'

export function openRaw(path: string, work: (raw: Sqlite.Database) => void): void {
  const raw = new Sqlite(path)
  try {
    work(raw)
  } finally {
    raw.close()
  }
}
