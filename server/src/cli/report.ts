/** How a failure is told: on standard error for a person, as JSON on standard output for a program. */
import { errorTable, type Failure } from '../base/errors.ts'
import type { Terminal } from './terminal.ts'

/** Prints a failure where it belongs; its exit status. */
export function report(terminal: Terminal, json: boolean, error: Failure): number {
  const { code, message, path } = error
  if (json) terminal.print(JSON.stringify({ code, message, ...(path !== undefined && { path }) }, null, 2))
  else terminal.complain(message)
  return errorTable[code].exit
}
