/** The sandbox: runs users' regexes and scripts in a thread that is killed when they take too long or too much. */
import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import { failure } from '../base/errors.ts'
import { fail, ok, type Result } from '../base/result.ts'
import type { Sandbox } from '../metrics/metric.ts'
import type { Values } from '../signature/signature.ts'

export interface SandboxOptions {
  /** The thread's script: `dist/sandbox.cjs`, or `thread.ts` where Node strips types. */
  readonly threadPath: string | URL
  /** Time for one regex; 1000 unless given. */
  readonly regexMilliseconds?: number
  /** Time for one call of a script, loading it included; 10 000 unless given. */
  readonly scriptMilliseconds?: number
}

export type SandboxTask =
  | { readonly kind: 'regex'; readonly pattern: string; readonly text: string }
  | { readonly kind: 'script'; readonly path: string; readonly example: Values; readonly prediction: Values }

export interface SandboxRequest {
  readonly id: number
  readonly task: SandboxTask
}

export type SandboxReply = z.infer<typeof replySchema>

const replySchema = z.union([z.object({ id: z.int(), json: z.string() }), z.object({ id: z.int(), error: z.string() })])

const heapMegabytes = 128
const startMilliseconds = 15_000

interface Waiting {
  readonly request: SandboxRequest
  settle(result: Result<unknown>): void
}

/**
 * One task at a time on one reused thread, so a kill never takes another request with it: those wait on
 * this side and go to the next thread. Disposing fails whatever is left as `cancelled`.
 */
export function createSandbox(options: SandboxOptions): Sandbox & AsyncDisposable {
  const regexMilliseconds = options.regexMilliseconds ?? 1000
  const scriptMilliseconds = options.scriptMilliseconds ?? 10_000
  const waiting: Waiting[] = []
  const ending = new Set<Promise<unknown>>()
  let current: Waiting | undefined
  let thread: Worker | undefined
  let ready = false
  let deadline: NodeJS.Timeout | undefined
  let lastId = 0
  let closed = false

  function next() {
    if (current !== undefined || closed) return
    current = waiting.shift()
    if (current === undefined) {
      thread?.unref()
      return
    }
    if (thread === undefined) thread = start()
    thread.ref()
    if (ready) send(thread, current)
    else expireAfter(startMilliseconds, current, 'The thread for regexes and scripts did not start.')
  }

  function send(worker: Worker, entry: Waiting) {
    const { task } = entry.request
    const milliseconds = task.kind === 'regex' ? regexMilliseconds : scriptMilliseconds
    expireAfter(milliseconds, entry, tooSlow(task, milliseconds))
    worker.postMessage(entry.request)
  }

  function expireAfter(milliseconds: number, entry: Waiting, message: string) {
    clearTimeout(deadline)
    deadline = setTimeout(() => {
      // A busy host may see the timer before a reply that arrived in time: let waiting messages in first.
      setImmediate(() => {
        if (current === entry) killFor(entry, message)
      })
    }, milliseconds)
  }

  function killFor(entry: Waiting, message: string) {
    kill()
    finish(entry, failed(entry.request.task, message))
  }

  function finish(entry: Waiting, result: Result<unknown>) {
    if (current !== entry) return
    clearTimeout(deadline)
    current = undefined
    entry.settle(result)
    next()
  }

  function start(): Worker {
    ready = false
    const worker = new Worker(options.threadPath, {
      // No key of the host's environment, no flags, no terminal.
      env: {},
      argv: [],
      execArgv: [],
      stdin: false,
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 },
    })
    worker.stdout.resume()
    worker.stderr.resume()
    worker.on('message', message => {
      if (thread === worker) receive(worker, message)
    })
    let reason = 'it ended the thread it ran in (process.exit?)'
    worker.on('error', error => {
      reason = describeCrash(error)
    })
    worker.on('exit', () => {
      if (thread !== worker) return
      thread = undefined
      if (current !== undefined) finish(current, failed(current.request.task, crashed(current.request.task, reason)))
    })
    return worker
  }

  function receive(worker: Worker, message: unknown) {
    if (message === 'ready') {
      ready = true
      if (current !== undefined) send(worker, current)
      return
    }
    const reply = replySchema.safeParse(message)
    if (!reply.success || current === undefined || reply.data.id !== current.request.id) return
    finish(current, readReply(current.request.task, reply.data))
  }

  function kill() {
    const killed = thread
    thread = undefined
    if (killed === undefined) return
    const end = killed.terminate().finally(() => ending.delete(end))
    ending.add(end)
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
        if (current === entry) {
          kill()
          finish(entry, stopped)
        } else waiting.splice(waiting.indexOf(entry), 1)
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
      clearTimeout(deadline)
      kill()
      const left = current === undefined ? waiting : [current, ...waiting]
      current = undefined
      for (const entry of left) entry.settle(stopped)
      waiting.length = 0
      await Promise.all(ending)
    },
  }
}

const stopped = fail(failure('cancelled', 'The sandbox was closed before it answered.'))

function readReply(task: SandboxTask, reply: SandboxReply): Result<unknown> {
  if ('error' in reply) return failed(task, crashed(task, reply.error))
  try {
    return ok(JSON.parse(reply.json))
  } catch {
    return failed(task, crashed(task, 'it answered something that is not JSON'))
  }
}

function failed(task: SandboxTask, message: string): Result<never> {
  return fail(failure('metric_failed', message, task.kind === 'script' ? task.path : undefined))
}

function crashed(task: SandboxTask, reason: string): string {
  if (task.kind === 'regex') return `The pattern ${shortened(task.pattern)} cannot be used: ${reason}.`
  return `The script ${task.path} failed: ${reason}.`
}

function tooSlow(task: SandboxTask, milliseconds: number): string {
  const seconds = `${milliseconds / 1000} s`
  if (task.kind === 'script') return `The script ${task.path} took longer than ${seconds} and was stopped.`
  return `The pattern ${shortened(task.pattern)} took longer than ${seconds} and was stopped: avoid repetition inside repetition, as in (a+)+.`
}

function describeCrash(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return `it used more than ${heapMegabytes} MB of memory`
  }
  return error instanceof Error ? error.message.slice(0, 500) : 'it crashed'
}

function shortened(pattern: string): string {
  return pattern.length > 80 ? `/${pattern.slice(0, 79)}…/` : `/${pattern}/`
}
