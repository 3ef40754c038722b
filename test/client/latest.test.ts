/** Work of which only the newest counts. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createLatest } from '../../client/src/testing/latest.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function arrange() {
  const begun: string[] = []
  const given: string[] = []
  let finish = () => {}
  const latest = createLatest<string>(100, async (items, signal) => {
    const name = [...items].join('+')
    begun.push(name)
    await new Promise<void>(done => {
      finish = done
      signal.addEventListener('abort', () => {
        given.push(name)
        done()
      })
    })
  })
  return { begun, given, latest, finish: () => finish() }
}

test('what comes soon after is taken together', async () => {
  const { begun, latest } = arrange()
  latest.add(['a'])
  await vi.advanceTimersByTimeAsync(99)
  latest.add(['b', 'a'])
  await vi.advanceTimersByTimeAsync(99)
  expect(begun).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(begun).toEqual(['a+b'])
})

test('work that still runs is given up, and what it was about is done again', async () => {
  const { begun, given, latest, finish } = arrange()
  latest.add(['a'])
  await vi.advanceTimersByTimeAsync(100)
  latest.add(['b'])
  await vi.advanceTimersByTimeAsync(100)
  expect(given).toEqual(['a'])
  expect(begun).toEqual(['a', 'b+a'])
  finish()
  latest.add(['c'])
  await vi.advanceTimersByTimeAsync(100)
  expect(begun.at(-1)).toBe('c')
})

test('nothing begins after the end, and what runs is given up', async () => {
  const { begun, given, latest } = arrange()
  latest.add(['a'])
  await vi.advanceTimersByTimeAsync(100)
  latest.add(['b'])
  latest.dispose()
  await vi.advanceTimersByTimeAsync(1000)
  expect([begun, given]).toEqual([['a'], ['a']])
})
