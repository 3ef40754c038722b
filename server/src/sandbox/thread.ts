/** The thread's side of the sandbox: runs one regex or script at a time for the host, which may kill it at any moment. */
import { statSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { parentPort } from 'node:worker_threads'
import type { SandboxReply, SandboxRequest, SandboxTask } from './sandbox.ts'

const longestResult = 65_536
const port = parentPort

if (port !== null) {
  port.on('message', (request: SandboxRequest) => {
    run(request.task).then(
      json => port.postMessage({ id: request.id, json } satisfies SandboxReply),
      error => port.postMessage({ id: request.id, error: messageOf(error) } satisfies SandboxReply),
    )
  })
  port.postMessage('ready')
}

/** The task's result as JSON text, so that nothing alive crosses over to the host. */
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

function messageOf(error: unknown): string {
  try {
    return (error instanceof Error ? error.message : String(error)).slice(0, 500)
  } catch {
    return 'an error without a message'
  }
}
