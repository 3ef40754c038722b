/** Arms a fault point from the environment: how the tests of crashes kill a host or its worker at a chosen moment. */
import { writeFileSync } from 'node:fs'
import { armFaultPoints, faultPoints } from './base/faultPoint.ts'

/**
 * `SIGNATURE_TUNER_FAULT_AT` names a point, and with `:17` the time it is passed in one process. The process that gets
 * there kills itself if it is the first of all to create the file `SIGNATURE_TUNER_FAULT_MARK`.
 */
export function armFaults(env: Readonly<Record<string, string | undefined>>): void {
  const { SIGNATURE_TUNER_FAULT_AT: at, SIGNATURE_TUNER_FAULT_MARK: mark } = env
  if (at === undefined || mark === undefined) return
  const [wanted, times = '1'] = at.split(':')
  if (!faultPoints.some(name => name === wanted)) throw new Error(`there is no fault point '${wanted}'`)
  let left = Number(times)
  armFaultPoints(name => {
    if (name !== wanted || --left > 0 || !isFirst(mark)) return
    process.kill(process.pid, 'SIGKILL')
    // The signal may take a moment; nothing may happen in it.
    for (;;);
  })
}

function isFirst(mark: string): boolean {
  try {
    writeFileSync(mark, `${process.pid}\n`, { flag: 'wx' })
    return true
  } catch {
    return false
  }
}
