/** The one number that a query or pragma gives. */
import type { Database } from './database.ts'

export function numberOf(
  database: Database,
  sql: string,
  parameters?: Readonly<Record<string, string | number>>,
): number {
  return Number(Object.values(Object(database.prepare(sql).get(parameters)))[0])
}
