/** Commits of a ledger: how writes share transactions, and what becomes of those that the disk refuses. */
import { expect, test } from 'vitest'
import { createCommitQueue } from '../../server/src/jobs/commitQueue.ts'

/** A store that notes which writes shared a transaction; what throws undoes nothing, as each is asked again. */
function setUp(refuses = false) {
  const transactions: string[][] = []
  const alone: string[] = []
  let current = alone
  const commit = createCommitQueue({
    atomically(work) {
      if (refuses) throw new Error('the disk is full')
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
  expect(transactions).toEqual([['a', 'c', 'b'], ['later']])
})

test('replies take turns, so that the requests that follow the first are noted with the next', async () => {
  const { transactions, commit, write } = setUp()
  const names = Array.from({ length: 7 }, (_, i) => `reply ${i}`)
  await Promise.all(
    names.map(async name => {
      await commit('reply', write(name))
      await commit('other', write(`request after ${name}`))
    }),
  )
  expect(transactions.map(group => group.length)).toEqual([3, 6, 4, 1])
  expect(transactions[1]?.slice(0, 3)).toEqual([0, 1, 2].map(i => `request after reply ${i}`))
})

test('what a full disk has room for is kept, and after the first that it refuses none is tried', async () => {
  const { alone, commit, write } = setUp(true)
  const full = () => {
    throw new Error('no room')
  }
  const writes = [write('a'), full, write('never')].map(work => commit('reply', work))
  expect(await Promise.allSettled(writes)).toMatchObject([
    { status: 'fulfilled', value: true },
    { status: 'rejected', reason: new Error('no room') },
    { status: 'rejected', reason: new Error('no room') },
  ])
  expect(alone).toEqual(['a'])
})
