/** Named points where a test may kill the process, to show that nothing is lost; they do nothing unless armed. */

/** Passes the point `name`: the line before it has happened, the line after it has not. */
export function faultPoint(name: FaultPoint): void {
  reached?.(name)
}

/** From now on every point that is passed is told to `hook`. */
export function armFaultPoints(hook: (name: FaultPoint) => void): void {
  reached = hook
}

/** Where a crash would hurt: before and after each commit that matters. */
export const faultPoints = [
  // The database: in its folder, in the first transaction, and at the orderly end.
  'database.folderMade',
  'database.opened',
  'database.migrating',
  'database.migrated',
  'database.noted',
  'database.closing',
  // A job: inside the transaction that stores it, and around each later change.
  'job.enqueuing',
  'job.enqueued',
  'job.claimed',
  'job.renewed',
  'job.progressed',
  'job.completing',
  'job.completed',
  'job.failing',
  'job.failed',
  'job.releasing',
  'job.released',
  'job.cancelling',
  'job.cancelled',
  // A call of the ledger: `asked` is noted but not sent, `replied` has come but is not stored.
  'call.asking',
  'call.asked',
  'call.replied',
  'call.answered',
  'call.postponing',
  'call.postponed',
  'call.failing',
  'call.failed',
  'decision.recording',
  'decision.recorded',
  'evaluation.recorded',
  // The host: the worker's replies have come, nothing is done about them yet.
  'job.submitted',
  'job.ended',
  // The lock of a history, and the writing of any file.
  'lock.written',
  'lock.taken',
  'file.opened',
  'file.written',
  'file.renaming',
  'file.renamed',
  // Applying: between the version before, the signature, the version after, and the mark in the store.
  'apply.versionBefore',
  'apply.signature',
  'apply.versionAfter',
  'apply.marked',
] as const
export type FaultPoint = (typeof faultPoints)[number]

let reached: ((name: FaultPoint) => void) | undefined
