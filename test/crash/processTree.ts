/** Which processes a process has started, as Linux tells. */
import { readFileSync } from 'node:fs'

/** Those of a host are its worker; none when it has ended. */
export function childrenOf(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').map(Number).filter(Boolean)
  } catch {
    return []
  }
}
