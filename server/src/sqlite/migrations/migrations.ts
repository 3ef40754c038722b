/** Every migration in order; the schema's version is their number. Append only: released ones never change. */
import { migration0001 } from './0001.ts'
import { migration0002 } from './0002.ts'
import { migration0003 } from './0003.ts'

export const migrations: readonly string[] = [migration0001, migration0002, migration0003]
