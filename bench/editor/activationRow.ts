/** The line that tells of one activation, between the extension host that measures and the program that prints. */

export const rowMark = '[activation] '

/** Milliseconds. */
export interface Activation {
  readonly load: number
  readonly call: number
  readonly finish: number
  readonly event: string
}

/** Of a row `| extension | eager | load code | call activate | finish activate | event | by |`. */
export function readActivation(row: string): Activation {
  const [, , load, call, finish, event = ''] = row
    .split('|')
    .map(cell => cell.trim())
    .filter(cell => cell !== '')
  return { load: Number(load), call: Number(call), finish: Number(finish), event }
}
