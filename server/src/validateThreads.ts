/** Validates many files on all cores: this thread and helper threads take portions from one queue. */
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { type ReportedProblem, validateFiles } from './app/operations/validate.ts'
import type { Files, Ports, SkillLocation } from './app/ports.ts'

export interface ThreadSettings {
  readonly cwd: string
  readonly home: string
}

export interface ValidatorOptions extends ThreadSettings {
  readonly files: Files
  /** Script of a helper thread. */
  readonly threadPath: string
}

/** Fewer files than this are done before a thread has started. */
const leastForThreads = 500
const portionSize = 100
const mostThreads = 8

export function createFileValidator(options: ValidatorOptions): Ports['validateFiles'] {
  const { files, threadPath, cwd, home } = options
  return async (locations, signal) => {
    if (locations.length < leastForThreads) return validateFiles(files, locations, signal)
    const portions: SkillLocation[][] = []
    for (let at = 0; at < locations.length; at += portionSize) portions.push(locations.slice(at, at + portionSize))
    const results: (readonly ReportedProblem[])[] = []
    let next = 0
    const work = async (validate: (portion: readonly SkillLocation[]) => Promise<readonly ReportedProblem[]>) => {
      while (next < portions.length) {
        signal.throwIfAborted()
        const at = next++
        results[at] = await validate(portions[at] ?? [])
      }
    }
    const settings: ThreadSettings = { cwd, home }
    const threads = Array.from(
      { length: Math.min(mostThreads, availableParallelism()) - 1 },
      () => new Worker(threadPath, { workerData: settings }),
    )
    try {
      await Promise.all([
        work(portion => validateFiles(files, portion, signal)),
        ...threads.map(thread => work(portion => ask(thread, portion))),
      ])
    } finally {
      await Promise.all(threads.map(thread => thread.terminate()))
    }
    return results.flat()
  }
}

/** Rejects with the thread's error. */
async function ask(thread: Worker, portion: readonly SkillLocation[]): Promise<readonly ReportedProblem[]> {
  thread.postMessage(portion)
  const [problems] = await once(thread, 'message')
  return problems
}
