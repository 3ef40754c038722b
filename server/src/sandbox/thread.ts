/**
 * The sandbox's own process: a thread runs one regex or script at a time, and the process lives and dies with the
 * host. A thread of the host would not do: one that fills its heap can abort its process or resist being ended.
 */
import { statSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import type { SandboxMessage, SandboxRequest, SandboxTask } from './sandbox.ts'

const heapMegabytes = 128
const longestResult = 65_536

if (isMainThread) supervise()
else serve()

/** Passes messages on between the host and the thread, and ends with either of them. */
function supervise() {
  const [, path = ''] = process.argv
  const thread = new Worker(path, {
    env: {},
    argv: [],
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytes, maxYoungGenerationSizeMb: 32 },
  })
  // The host decides what an interrupt means; it ends this process by closing the channel.
  process.on('SIGINT', () => {})
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
  process.on('message', message => thread.postMessage(message))
  thread.on('message', message => process.send?.(message))
  let crash = 'it ended the thread it ran in (process.exit?)'
  thread.on('error', error => {
    crash = isOutOfMemory(error) ? `it used more than ${heapMegabytes} MB of memory` : messageOf(error)
  })
  thread.on('exit', () => process.send?.({ crash } satisfies SandboxMessage, () => process.exit()))
}

function serve() {
  const port = parentPort
  if (port === null) return
  const post = (message: SandboxMessage) => port.postMessage(message)
  port.on('message', ({ id, task }: SandboxRequest) => {
    run(task).then(
      json => post({ id, json }),
      error => post({ id, error: messageOf(error) }),
    )
  })
  post('ready')
}

/** The task's result as JSON text. */
async function run(task: SandboxTask): Promise<string> {
  if (task.kind === 'regex') return JSON.stringify(new RegExp(task.pattern, 'u').test(task.text))
  // The time in the URL makes an edited script load anew.
  const url = `${pathToFileURL(task.path).href}?modified=${statSync(task.path).mtimeMs}`
  const module: { readonly score?: unknown } = await import(url)
  if (typeof module.score !== 'function') throw new Error('it exports no function score(example, prediction)')
  const result: unknown = await module.score(task.example, task.prediction)
  if (typeof result === 'number' && !Number.isFinite(result)) throw new Error(`score returned ${result}`)
  if (['undefined', 'function', 'symbol'].includes(typeof result)) throw new Error(`score returned ${typeof result}`)
  const json = JSON.stringify(result)
  if (json.length > longestResult) throw new Error('score returned more than 64 KiB')
  return json
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
}

/** The first line of what was thrown, whatever it is. */
function messageOf(error: unknown): string {
  try {
    const text = error instanceof Error ? error.message : String(error)
    return (text.split('\n', 1)[0] ?? '').slice(0, 500)
  } catch {
    return 'an error without a message'
  }
}
