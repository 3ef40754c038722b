/** What `doctor` says of the job store: one line a fact, with the way out where something wants attention. */
import type { StoreFacts } from '../../jobs/store.ts'
import type { Ports } from '../ports.ts'
import type { Check } from './doctor.ts'

/** More would be a checkpoint that never comes to its end, because somebody always reads. */
const largeLog = 64 * 1024 * 1024
/** Days; those that `jobs prune` takes unless told otherwise. */
const oldDays = 30
const manyOld = 500

export async function checkStore(ports: Ports): Promise<Check[]> {
  const root = await ports.files.root()
  if (!root.ok) return [{ name: 'workspace', status: 'error', detail: root.error.message }]
  const workspace: Check = { name: 'workspace', status: 'ok', detail: root.value }
  const facts = await ports.jobs(root.value).inspect(oldDays)
  if (!facts.ok) return [workspace, { name: 'job store', status: 'error', detail: facts.error.message }]
  if (facts.value === null) {
    const path = ports.files.display(`${root.value}/.signature-tuner/jobs.db`)
    return [workspace, { name: 'job store', status: 'ok', detail: `none yet; the first job makes ${path}` }]
  }
  return [workspace, ...describe(facts.value, ports.files.display(facts.value.path))]
}

function describe(facts: StoreFacts, path: string): Check[] {
  const { bytes, logBytes, schema, sqlite, damage } = facts
  const checks: Check[] = [
    { name: 'job store', status: 'ok', detail: path },
    { name: 'size', status: 'ok', detail: `${size(bytes)}, and ${size(logBytes)} of write-ahead log` },
    { name: 'format', status: 'ok', detail: `schema ${schema}, SQLite ${sqlite}` },
    { name: 'folder', ...folder(facts) },
    { name: 'integrity', ...integrity(damage, path, bytes) },
    { name: 'jobs', status: 'ok', detail: counts(facts) },
  ]
  if (logBytes > largeLog) {
    const way = 'close the editors and commands that use it, and it is folded into the database'
    checks.push({ name: 'log', status: 'warning', detail: `the write-ahead log is large: ${way}` })
  }
  if (facts.newestResumable !== undefined) {
    // Short, so that the command stays on one line.
    const some = facts.resumable === 1 ? '1 waits' : `${facts.resumable} wait`
    const detail = `${some}: signature-tuner jobs resume ${facts.newestResumable}`
    checks.push({ name: 'unfinished', status: 'warning', detail })
  }
  if (facts.old >= manyOld) {
    const detail = `${facts.old} untouched for ${oldDays} days: signature-tuner jobs prune`
    checks.push({ name: 'old jobs', status: 'warning', detail })
  }
  return checks
}

function folder({ private: isPrivate }: StoreFacts): Omit<Check, 'name'> {
  // One on a network drive is not opened at all.
  if (isPrivate === null) return { status: 'ok', detail: 'on a local disk' }
  if (isPrivate) return { status: 'ok', detail: 'on a local disk, for your account alone' }
  const way = 'close it with: chmod 700 .signature-tuner'
  return { status: 'warning', detail: `other accounts of this machine can read it; ${way}` }
}

function integrity(damage: string | undefined, path: string, bytes: number): Omit<Check, 'name'> {
  if (damage === undefined) return { status: 'ok', detail: `not checked: ${size(bytes)} would take too long` }
  if (damage === '') return { status: 'ok', detail: 'no damage found' }
  return { status: 'error', detail: `damaged (${damage}); move ${path} away, and the next job makes a new one` }
}

function counts({ jobs }: StoreFacts): string {
  const some = Object.entries(jobs).filter(([, count]) => count > 0)
  return some.length === 0 ? 'none' : some.map(([state, count]) => `${count} ${state}`).join(', ')
}

function size(bytes: number): string {
  if (bytes >= 10_000_000) return `${Math.round(bytes / 1_000_000)} MB`
  return bytes >= 1_000_000 ? `${(bytes / 1_000_000).toFixed(1)} MB` : `${Math.ceil(bytes / 1000)} kB`
}
