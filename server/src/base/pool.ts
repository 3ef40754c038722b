/** One concurrency pool: at most `width` tasks at a time, started in the order of submission. */

export interface Pool {
  readonly width: number
  /** Runs `task` when a place is free. Rejects with the signal's reason if it is aborted while waiting. */
  run<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T>
}

export function createPool(width: number): Pool {
  let running = 0
  const waiting: Array<() => void> = []
  // A finished task hands its place to the next in line, so that no newcomer slips in between.
  const release = () => {
    const next = waiting.shift()
    if (next === undefined) running--
    else next()
  }
  return {
    width,
    async run(task, signal) {
      signal?.throwIfAborted()
      if (running < width) running++
      else {
        await new Promise<void>((resolve, reject) => {
          const start = () => {
            signal?.removeEventListener('abort', abandon)
            resolve()
          }
          const abandon = () => {
            waiting.splice(waiting.indexOf(start), 1)
            reject(signal?.reason)
          }
          waiting.push(start)
          signal?.addEventListener('abort', abandon, { once: true })
        })
      }
      try {
        return await task()
      } finally {
        release()
      }
    },
  }
}
