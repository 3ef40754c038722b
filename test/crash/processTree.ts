/** Which processes a process has started, as Linux tells. */
import { readFileSync } from 'node:fs'

/** Those of a host are its worker; none when it has ended. */
export function childrenOf(pid: number): readonly number[] {
  return listed(`/proc/${pid}/task/${pid}/children`)
}

/** Those that the calling thread has started. */
export function childrenOfThread(): readonly number[] {
  return listed('/proc/thread-self/children')
}

function listed(path: string): readonly number[] {
  try {
    return readFileSync(path, 'utf8').split(' ').map(Number).filter(Boolean)
  } catch {
    return []
  }
}
