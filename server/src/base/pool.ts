/** One concurrency pool: at most `width` tasks at a time, started in the order of submission, urgent ones first. */

export interface Pool {
  readonly width: number
  /** Runs `task` when a place is free. Rejects with the signal's reason if it is aborted while waiting. */
  run<T>(task: () => Promise<T>, signal?: AbortSignal, urgency?: 'urgent'): Promise<T>
}

interface Waiter {
  readonly signal: AbortSignal | undefined
  start(): void
  abandon(reason: unknown): void
}

export function createPool(width: number): Pool {
  let running = 0
  let urgent: Waiter[] = []
  let waiting: Waiter[] = []
  // Taking from the front of a long array would move all the rest.
  let head = 0
  // One listener for all that wait on a signal: adding one looks through those that are there.
  const abortable = new Map<AbortSignal, { waiters: number; readonly abort: () => void }>()

  function enqueue(queue: Waiter[], waiter: Waiter): void {
    queue.push(waiter)
    const { signal } = waiter
    if (signal === undefined) return
    const watched = abortable.get(signal)
    if (watched !== undefined) {
      watched.waiters++
      return
    }
    const abort = () => abandonAll(signal)
    abortable.set(signal, { waiters: 1, abort })
    signal.addEventListener('abort', abort, { once: true })
  }

  function dequeue(): Waiter | undefined {
    const waiter = urgent.shift() ?? waiting[head]
    if (waiter === undefined) return undefined
    if (waiter === waiting[head]) head++
    if (head > 1000 && head * 2 > waiting.length) {
      waiting = waiting.slice(head)
      head = 0
    }
    const { signal } = waiter
    const watched = signal === undefined ? undefined : abortable.get(signal)
    if (signal !== undefined && watched !== undefined && --watched.waiters === 0) {
      abortable.delete(signal)
      signal.removeEventListener('abort', watched.abort)
    }
    return waiter
  }

  function abandonAll(signal: AbortSignal): void {
    abortable.delete(signal)
    const left = [...urgent, ...waiting.slice(head)]
    const stays = (waiter: Waiter) => waiter.signal !== signal
    urgent = urgent.filter(stays)
    waiting = waiting.slice(head).filter(stays)
    head = 0
    for (const waiter of left) if (waiter.signal === signal) waiter.abandon(signal.reason)
  }

  // A finished task hands its place to the next in line, so that no newcomer slips in between.
  function release(): void {
    const next = dequeue()
    if (next === undefined) running--
    else next.start()
  }

  return {
    width,
    async run(task, signal, urgency) {
      signal?.throwIfAborted()
      if (running < width) running++
      else
        await new Promise<void>((start, abandon) =>
          enqueue(urgency === 'urgent' ? urgent : waiting, { signal, start, abandon }),
        )
      try {
        return await task()
      } finally {
        release()
      }
    },
  }
}
