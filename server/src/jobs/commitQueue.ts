/** Commits of a ledger: those of one moment share a transaction, as every transaction waits for the disk. */
import { failureOf } from '../base/errors.ts'
import type { LedgerStore } from './store.ts'

export type CommitKind = 'reply' | 'other'

/** Resolves to what `write` returned, once that is on the disk; rejects with what the store threw, for it or one before it. */
export type Commit = (kind: CommitKind, write: () => boolean) => Promise<boolean>

interface Waiting {
  readonly kind: CommitKind
  write(): boolean
  resolve(written: boolean): void
  reject(reason: unknown): void
}

/** Replies that are let go on in one turn of the event loop: the requests that follow them leave before others are worked on. */
const repliesInTurn = 3

/** Everything is written at the end of this turn of the event loop; of replies that came together, some go on in each turn. */
export function createCommitQueue(store: Pick<LedgerStore, 'atomically'>): Commit {
  let waiting: Waiting[] = []
  /** Go on with replies that are on the disk. */
  const turns: Array<() => void> = []

  function turn(): void {
    const group = waiting
    waiting = []
    if (group.length > 0) {
      for (const [{ kind }, tell] of writeTogether(store, group)) {
        if (kind === 'reply') turns.push(tell)
        else tell()
      }
    }
    for (const goOn of turns.splice(0, repliesInTurn)) goOn()
    if (turns.length > 0) setImmediate(turn)
  }

  return (kind, write) =>
    new Promise((resolve, reject) => {
      if (waiting.length + turns.length === 0) setImmediate(turn)
      waiting.push({ kind, write, resolve, reject })
    })
}

/** Writes them, and gives with each how to tell who waits for it. */
function writeTogether(
  store: Pick<LedgerStore, 'atomically'>,
  group: readonly Waiting[],
): readonly (readonly [Waiting, () => void])[] {
  try {
    const written = store.atomically(() => group.map(({ write }) => write()))
    return group.map((one, at) => [one, () => one.resolve(written[at] ?? false)])
  } catch (reason) {
    if (failureOf(reason)?.code !== 'disk_full') return group.map(one => [one, () => one.reject(reason)])
    // There may be room for what was paid for.
    return writeEach(group.toSorted((a, b) => Number(b.kind === 'reply') - Number(a.kind === 'reply')))
  }
}

/** One by one, until the first that is refused. */
function writeEach(group: readonly Waiting[]): readonly (readonly [Waiting, () => void])[] {
  let refusal: { readonly reason: unknown } | undefined
  return group.map(one => {
    try {
      if (refusal !== undefined) throw refusal.reason
      const written = one.write()
      return [one, () => one.resolve(written)]
    } catch (reason) {
      refusal = { reason }
      return [one, () => one.reject(reason)]
    }
  })
}
