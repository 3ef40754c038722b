/** The pool: how many run, in which order, and what becomes of those that wait when a signal is aborted. */
import { describe, expect, test } from 'vitest'
import { createPool } from '../../server/src/base/pool.ts'

/** A task that ends when it is told to. */
function task(log: string[], name: string) {
  const ended = Promise.withResolvers<string>()
  const run = () => {
    log.push(name)
    return ended.promise
  }
  return { run, end: () => ended.resolve(name) }
}

const turn = () => new Promise(resolve => setImmediate(resolve))

describe('a pool', () => {
  test('starts in the order of submission, never more than its width', async () => {
    const log: string[] = []
    const pool = createPool(2)
    const tasks = ['a', 'b', 'c', 'd'].map(name => task(log, name))
    const results = tasks.map(({ run }) => pool.run(run))
    await turn()
    expect(log).toEqual(['a', 'b'])
    tasks[1]?.end()
    await turn()
    expect(log).toEqual(['a', 'b', 'c'])
    for (const { end } of tasks) end()
    expect(await Promise.all(results)).toEqual(['a', 'b', 'c', 'd'])
  })

  test('starts urgent tasks before those that wait longer, in their own order', async () => {
    const log: string[] = []
    const pool = createPool(1)
    const tasks = ['running', 'a', 'b', 'urgent', 'urgent too'].map(name => task(log, name))
    const results = tasks.map(({ run }, i) => pool.run(run, undefined, i > 2 ? 'urgent' : undefined))
    for (const { end } of tasks) end()
    await Promise.all(results)
    expect(log).toEqual(['running', 'urgent', 'urgent too', 'a', 'b'])
  })

  test('goes on after a task that throws', async () => {
    const pool = createPool(1)
    const broken = pool.run(async () => {
      throw new Error('broken')
    })
    const next = pool.run(async () => 'next')
    await expect(broken).rejects.toThrow('broken')
    expect(await next).toBe('next')
  })

  test('rejects those that wait on an aborted signal, and only those', async () => {
    const log: string[] = []
    const pool = createPool(1)
    const first = task(log, 'first')
    const abort = new AbortController()
    const running = pool.run(first.run, abort.signal)
    const waiting = (['urgent', undefined] as const).map(urgency =>
      pool.run(async () => 'never', abort.signal, urgency),
    )
    const other = pool.run(async () => 'other')
    const reason = new Error('cancelled')
    abort.abort(reason)
    for (const wait of waiting) await expect(wait).rejects.toBe(reason)
    await expect(pool.run(async () => 'late', abort.signal)).rejects.toBe(reason)
    first.end()
    expect(await Promise.all([running, other])).toEqual(['first', 'other'])
  })

  test('listens to a signal again after everything that waited has started', async () => {
    const pool = createPool(1)
    const abort = new AbortController()
    await Promise.all([1, 2, 3].map(() => pool.run(async () => turn(), abort.signal)))
    const log: string[] = []
    const first = task(log, 'first')
    const running = pool.run(first.run)
    const waiting = pool.run(async () => 'never', abort.signal)
    abort.abort(new Error('cancelled'))
    await expect(waiting).rejects.toThrow('cancelled')
    first.end()
    await running
  })

  test('takes 40 000 waiting tasks at once, to their end or to an abort', async () => {
    const pool = createPool(8)
    const abort = new AbortController()
    const started = performance.now()
    const many = Array.from({ length: 40_000 }, (_, i) => pool.run(async () => i, abort.signal))
    expect(await Promise.all(many)).toHaveLength(40_000)
    const blocked = Array.from({ length: 8 }, () => pool.run(() => new Promise<number>(() => {})))
    const left = Array.from({ length: 40_000 }, (_, i) => pool.run(async () => i, abort.signal))
    const settled = Promise.allSettled(left)
    abort.abort(new Error('cancelled'))
    expect((await settled).every(({ status }) => status === 'rejected')).toBe(true)
    expect(blocked).toHaveLength(8)
    // Quadratic waiting took some 20 s.
    expect(performance.now() - started).toBeLessThan(3_000)
  })
})
