/** How long a process holds its event loop, in processor time, so that other programs on the machine do not count. */
import type { LspClient } from './lspClient.ts'

/** Runs in the language server's main thread before all else; tells of long turns on standard error when it ends. */
const script = `
import { isMainThread } from 'node:worker_threads'
if (isMainThread && process.argv[2] === 'lsp') {
  // Older versions of Node know the processor time of the whole process only.
  const usage = process.threadCpuUsage ?? process.cpuUsage
  const turns = []
  let before = usage.call(process)
  setInterval(() => {
    const now = usage.call(process)
    const cpu = (now.user - before.user + now.system - before.system) / 1000
    if (cpu > 20) turns.push({ at: Date.now(), cpu })
    before = now
  }, 1).unref()
  process.on('exit', () => process.stderr.write('turns ' + JSON.stringify(turns)))
}`

/** For `NODE_OPTIONS`. */
export const turnMeter = `--import=data:text/javascript,${encodeURIComponent(script)}`

export interface Turn {
  /** When it ended, in milliseconds since 1970. */
  readonly at: number
  /** Milliseconds. */
  readonly cpu: number
}

/** Resolves when the server has ended. */
export async function readTurns({ child }: LspClient): Promise<readonly Turn[]> {
  let text = ''
  for await (const chunk of child.stderr ?? []) text += String(chunk)
  return JSON.parse(/turns (.*)/.exec(text)?.[1] ?? 'null')
}

/** The longest that ended between the two times; 0 without one past 20 ms. */
export function longestTurn(turns: readonly Turn[], from: number, to: number): number {
  return Math.max(0, ...turns.filter(({ at }) => at > from && at <= to).map(({ cpu }) => cpu))
}
