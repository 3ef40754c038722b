/** Loaded into the server's process: the processor time of each turn of its event loop, told to who started it. */
import { isMainThread } from 'node:worker_threads'

export interface Turns {
  /** Milliseconds that the main thread computed in its longest turn since it was asked last. */
  readonly longest: number
  /** In all turns since then. */
  readonly total: number
}

// Only the server has a channel to who started it: the processes and threads that it starts itself are not measured.
if (isMainThread && process.send !== undefined) {
  let last = threadTime()
  let turns = { longest: 0, total: 0 }
  const turn = () => {
    const now = threadTime()
    turns = { longest: Math.max(turns.longest, now - last), total: turns.total + now - last }
    last = now
    // Without a reference it runs in each turn that comes, and brings none about.
    setImmediate(turn).unref()
  }
  turn()
  process.on('message', () => {
    process.send?.(turns satisfies Turns)
    turns = { longest: 0, total: 0 }
  })
  process.channel?.unref()
}

function threadTime(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
