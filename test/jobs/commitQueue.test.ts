/** Commits of a ledger: how writes share transactions, and what becomes of those that the disk refuses. */
import { describe, expect, test } from 'vitest'
import { failure, failureError } from '../../server/src/base/errors.ts'
import { createCommitQueue } from '../../server/src/jobs/commitQueue.ts'

/** A store that notes which writes shared a transaction. */
function setUp(refusal?: Error) {
  const transactions: string[][] = []
  const alone: string[] = []
  let current = alone
  const commit = createCommitQueue({
    atomically(work) {
      if (refusal !== undefined) throw refusal
      current = []
      transactions.push(current)
      try {
        return work()
      } finally {
        current = alone
      }
    },
  })
  const write =
    (name: string, written = true) =>
    () => {
      current.push(name)
      return written
    }
  return { transactions, alone, commit, write }
}

test('writes of one moment share a transaction, and each learns its own outcome', async () => {
  const { transactions, commit, write } = setUp()
  const written = [commit('other', write('a')), commit('reply', write('b', false)), commit('other', write('c'))]
  expect(await Promise.all(written)).toEqual([true, false, true])
  await commit('other', write('later'))
  expect(transactions).toEqual([['a', 'b', 'c'], ['later']])
})

test('replies are written at once and go on in turns, so that what follows the first need not wait for the last', async () => {
  const { transactions, commit, write } = setUp()
  const names = Array.from({ length: 7 }, (_, i) => `reply ${i}`)
  await Promise.all(
    names.map(async name => {
      await commit('reply', write(name))
      await commit('other', write(`after ${name}`))
    }),
  )
  const after = names.map(name => `after ${name}`)
  expect(transactions).toEqual([names, after.slice(0, 3), after.slice(3, 6), after.slice(6)])
})

describe('a transaction that is refused', () => {
  const refused = (reason: unknown) => ({ status: 'rejected', reason })
  const full = failureError(failure('disk_full', 'It is full.'))

  test('by a full disk: what there is room for is kept, replies first, and after the first refusal none is tried', async () => {
    const { alone, commit, write } = setUp(full)
    const noRoom = () => {
      throw full
    }
    const writes = [commit('other', write('first')), commit('other', noRoom), commit('reply', write('paid'))]
    const more = [commit('other', noRoom), commit('other', write('never'))]
    expect(await Promise.allSettled([...writes, ...more])).toMatchObject([
      { status: 'fulfilled', value: true },
      refused(full),
      { status: 'fulfilled', value: true },
      refused(full),
      refused(full),
    ])
    expect(alone).toEqual(['paid', 'first'])
  })

  test('by anything else: nobody waits for it twice', async () => {
    const busy = failureError(failure('write_failed', 'It is locked.'))
    const { alone, commit, write } = setUp(busy)
    const writes = [commit('reply', write('a')), commit('other', write('b'))]
    expect(await Promise.allSettled(writes)).toMatchObject([refused(busy), refused(busy)])
    expect(alone).toEqual([])
  })
})
