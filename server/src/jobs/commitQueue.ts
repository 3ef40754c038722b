/** Commits of a ledger: those of one moment share a transaction, as every transaction waits for the disk. */
import type { LedgerStore } from './store.ts'

export type CommitKind = 'reply' | 'other'

/** Resolves, once it is on the disk, to what `write` returned; rejects with what the store threw. */
export type Commit = (kind: CommitKind, write: () => boolean) => Promise<boolean>

interface Waiting {
  write(): boolean
  resolve(written: boolean): void
  reject(reason: unknown): void
}

/** Of replies that arrive together; the requests that follow these leave before the rest is worked on. */
const repliesAtOnce = 3

/** Writes wait for one turn of the event loop, replies for theirs. */
export function createCommitQueue(store: Pick<LedgerStore, 'atomically'>): Commit {
  const queues: Record<CommitKind, Waiting[]> = { reply: [], other: [] }

  function flush(): void {
    const group = [...queues.other.splice(0), ...queues.reply.splice(0, repliesAtOnce)]
    if (queues.reply.length > 0) setImmediate(flush)
    let written: readonly boolean[] = []
    try {
      written = store.atomically(() => group.map(({ write }) => write()))
    } catch {
      // A full disk may have room for some of them.
    }
    let refusal: { readonly reason: unknown } | undefined
    for (const [at, { write, resolve, reject }] of group.entries()) {
      try {
        if (refusal !== undefined) throw refusal.reason
        resolve(written[at] ?? write())
      } catch (reason) {
        refusal = { reason }
        reject(reason)
      }
    }
  }

  return (kind, write) =>
    new Promise((resolve, reject) => {
      if (queues.reply.length + queues.other.length === 0) setImmediate(flush)
      queues[kind].push({ write, resolve, reject })
    })
}
