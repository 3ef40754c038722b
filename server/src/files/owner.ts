/** Who a process is, so that another one can tell for certain that it died. */
import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'
import { errorCode } from '../base/errors.ts'
import type { Owner } from '../jobs/job.ts'

/** Of this process. */
export function currentOwner(): Owner {
  return { bootId: bootId(), pid: process.pid, startTime: startTimeOf(process.pid) ?? '' }
}

/** True only when it is certain: another boot, no such process, or one that started at another time. */
export function isDead(owner: Owner): boolean {
  return fateOf(owner) === 'dead'
}

/** `undefined` when the system does not say. */
export function fateOf(owner: Owner): 'alive' | 'dead' | undefined {
  const [boot, namespace] = owner.bootId.split('/')
  const [currentBoot, currentNamespace] = bootId().split('/')
  if (boot === '' || currentBoot === '') return undefined
  if (boot !== currentBoot) return 'dead'
  // Another container on the same machine: its process numbers mean nothing here.
  if (namespace !== currentNamespace) return undefined
  if (!Number.isInteger(owner.pid) || owner.pid <= 0 || !exists(owner.pid)) return 'dead'
  if (owner.pid === process.pid && owner.startTime === ownStartTime()) return 'alive'
  const startTime = startTimeOf(owner.pid)
  if (startTime === ended) return 'dead'
  if (startTime === undefined || owner.startTime === '') return undefined
  return startTime === owner.startTime ? 'alive' : 'dead'
}

let ownStart: string | undefined
function ownStartTime(): string {
  ownStart ??= startTimeOf(process.pid) ?? ''
  return ownStart
}

let boot: string | undefined
/** Boot and, on Linux, process namespace, joined by a slash; elsewhere `local`, as process numbers are unique there. */
function bootId(): string {
  boot ??= readBootId()
  return boot
}

function readBootId(): string {
  if (process.platform !== 'linux') return 'local/'
  try {
    const id = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return `${id}/${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return '/'
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it exists and is someone else's.
    return errorCode(error) !== 'ESRCH'
  }
}

/** In the place of a start time: the process ended, and its parent has not noticed yet. */
const ended = 'ended'

/** `undefined` when the system does not say. */
function startTimeOf(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      const line = readFileSync(`/proc/${pid}/stat`, 'utf8')
      // The name in parentheses may hold spaces and parentheses; the state comes after it, the start time is field 22.
      const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
      return fields[0] === 'Z' || fields[0] === 'X' ? ended : fields[19]
    }
    if (process.platform === 'win32') return undefined
    const asked = ['-o', 'lstart=', '-p', String(pid)]
    const said = execFileSync('ps', asked, { encoding: 'utf8', timeout: 2_000, stdio: ['ignore', 'pipe', 'ignore'] })
    return said.trim() || undefined
  } catch {
    return undefined
  }
}
