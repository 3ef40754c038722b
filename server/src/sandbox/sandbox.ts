/** The sandbox: runs users' regexes and scripts in a process that is killed when they take too long or too much. */
import { type ChildProcess, fork } from 'node:child_process'
import { z } from 'zod'
import { failure } from '../base/errors.ts'
import { fail, ok, type Result } from '../base/result.ts'
import type { Sandbox } from '../metrics/metric.ts'

export interface SandboxOptions {
  /** What the process runs: `dist/sandbox.cjs`, or `thread.ts` where Node strips types. */
  readonly threadPath: string | URL
  /** Time for one regex; 1000 unless given. */
  readonly regexMilliseconds?: number
  /** Time for one call of a script, loading it included; 10 000 unless given. */
  readonly scriptMilliseconds?: number
}

export type SandboxTask =
  | { readonly kind: 'regex'; readonly pattern: string; readonly text: string }
  | { readonly kind: 'script'; readonly path: string; readonly example: unknown; readonly prediction: unknown }

export interface SandboxRequest {
  readonly id: number
  readonly task: SandboxTask
}

/** `ready` once, then a reply to each request: JSON text or an error; `crash` when the thread ended. */
export type SandboxMessage = z.infer<typeof messageSchema>

const messageSchema = z.union([
  z.literal('ready'),
  z.object({ id: z.int(), json: z.string() }),
  z.object({ id: z.int(), error: z.string() }),
  z.object({ crash: z.string() }),
])

const startMilliseconds = 15_000

interface Waiting {
  readonly request: SandboxRequest
  settle(result: Result<unknown>): void
}

/**
 * One task at a time in one reused process, so a kill never takes another request with it: those wait on
 * this side and go to the next process. Disposing fails whatever is left as `cancelled`.
 */
export function createSandbox(options: SandboxOptions): Sandbox & AsyncDisposable {
  const regexMilliseconds = options.regexMilliseconds ?? 1000
  const scriptMilliseconds = options.scriptMilliseconds ?? 10_000
  const waiting: Waiting[] = []
  const ending = new Set<Promise<void>>()
  let current: Waiting | undefined
  let child: ChildProcess | undefined
  let ready = false
  let deadline: NodeJS.Timeout | undefined
  let lastId = 0
  let closed = false

  function next() {
    if (current !== undefined || closed) return
    current = waiting.shift()
    if (current === undefined) {
      // An idle process must not keep the host alive; it ends when the channel closes.
      child?.unref()
      child?.channel?.unref()
      return
    }
    if (child === undefined) child = start()
    child.ref()
    child.channel?.ref()
    if (ready) send(child, current)
    else expireAfter(startMilliseconds, current, 'The process for regexes and scripts did not start.')
  }

  function send(to: ChildProcess, entry: Waiting) {
    const { task } = entry.request
    const milliseconds = task.kind === 'regex' ? regexMilliseconds : scriptMilliseconds
    expireAfter(milliseconds, entry, tooSlow(task, milliseconds))
    // An error here means that the process is going: its exit says so next.
    to.send(entry.request, () => {})
  }

  function expireAfter(milliseconds: number, entry: Waiting, message: string) {
    clearTimeout(deadline)
    deadline = setTimeout(() => {
      // A busy host may see the timer before a reply that arrived in time: let waiting messages in first.
      setImmediate(() => {
        if (current === entry) endWith(failed(entry.request.task, message))
      })
    }, milliseconds)
  }

  function start(): ChildProcess {
    ready = false
    const started = fork(options.threadPath, [], {
      // No key of the host's environment, no flags, no terminal.
      env: process.versions.electron === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    started.on('message', message => {
      if (child === started) receive(started, message)
    })
    const lost = (reason: string) => {
      if (child === started) endWith(current && failed(current.request.task, crashed(current.request.task, reason)))
    }
    started.on('error', error => lost(error.message))
    started.on('exit', (code, signal) => lost(`its process ended (${signal ?? code}), most likely out of memory`))
    return started
  }

  function receive(from: ChildProcess, data: unknown) {
    const parsed = messageSchema.safeParse(data)
    if (!parsed.success || current === undefined) return
    const message = parsed.data
    const { id, task } = current.request
    if (message === 'ready') {
      ready = true
      send(from, current)
    } else if ('crash' in message) endWith(failed(task, crashed(task, message.crash)))
    else if (message.id === id) {
      finish('json' in message ? readJson(task, message.json) : failed(task, crashed(task, message.error)))
    }
  }

  function finish(result: Result<unknown>) {
    clearTimeout(deadline)
    const done = current
    current = undefined
    done?.settle(result)
    next()
  }

  /** Gives the process up and answers the request it had. */
  function endWith(result: Result<unknown> | undefined) {
    kill()
    if (result !== undefined) finish(result)
  }

  function kill() {
    const killed = child
    child = undefined
    if (killed === undefined || killed.exitCode !== null || killed.signalCode !== null) return
    const end = new Promise<void>(resolve => {
      killed.once('exit', () => resolve())
      killed.once('error', () => resolve())
    }).finally(() => ending.delete(end))
    ending.add(end)
    killed.kill('SIGKILL')
  }

  function request(task: SandboxTask, signal: AbortSignal): Promise<Result<unknown>> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      if (closed) return resolve(stopped)
      const entry: Waiting = {
        request: { id: ++lastId, task },
        settle(result) {
          signal.removeEventListener('abort', abandon)
          resolve(result)
        },
      }
      const abandon = () => {
        reject(signal.reason)
        if (current === entry) endWith(stopped)
        else waiting.splice(waiting.indexOf(entry), 1)
      }
      signal.addEventListener('abort', abandon, { once: true })
      waiting.push(entry)
      next()
    })
  }

  return {
    async testRegex(pattern, text, signal) {
      const result = await request({ kind: 'regex', pattern, text }, signal)
      return result.ok ? ok(result.value === true) : result
    },
    runScript(modulePath, example, prediction, signal) {
      return request({ kind: 'script', path: modulePath, example, prediction }, signal)
    },
    async [Symbol.asyncDispose]() {
      closed = true
      kill()
      for (const entry of waiting.splice(0)) entry.settle(stopped)
      finish(stopped)
      await Promise.all(ending)
    },
  }
}

const stopped = fail(failure('cancelled', 'The sandbox was closed before it answered.'))

function readJson(task: SandboxTask, json: string): Result<unknown> {
  try {
    return ok(JSON.parse(json))
  } catch {
    return failed(task, crashed(task, 'it answered something that is not JSON'))
  }
}

function failed(task: SandboxTask, message: string): Result<never> {
  return fail(failure('metric_failed', message, task.kind === 'script' ? task.path : undefined))
}

function crashed(task: SandboxTask, reason: string): string {
  const what = task.kind === 'script' ? `The script ${task.path}` : `The pattern ${shortened(task.pattern)}`
  return `${what} failed: ${reason}.`
}

function tooSlow(task: SandboxTask, milliseconds: number): string {
  const late = `took longer than ${milliseconds / 1000} s and was stopped`
  if (task.kind === 'script') return `The script ${task.path} ${late}.`
  return `The pattern ${shortened(task.pattern)} ${late}: avoid repetition inside repetition, as in (a+)+.`
}

function shortened(pattern: string): string {
  return pattern.length > 80 ? `/${pattern.slice(0, 79)}…/` : `/${pattern}/`
}
