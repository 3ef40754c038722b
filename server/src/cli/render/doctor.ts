/** The report of `doctor`: a line a check. */
import type { z } from 'zod'
import type { doctor } from '../../app/operations/doctor.ts'
import { type Terminal, wrap } from '../terminal.ts'

const marks = { ok: ['green', 'ok   '], warning: ['yellow', 'warn '], error: ['red', 'error'] } as const

export function renderDoctor(terminal: Terminal, view: z.output<typeof doctor.output>): string {
  return view.checks
    .map(check => {
      const [colour, word] = marks[check.status]
      const detail = wrap(check.detail, terminal.columns, 19)
      return `${terminal.style(colour, word)}  ${check.name.padEnd(10)}  ${detail}`
    })
    .join('\n')
}
