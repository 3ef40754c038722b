/** The model server as a process of its own, answering as the embedded demo model. */
import { appendFileSync, renameSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { embeddedAnswer } from './embeddedAnswer.ts'
import { startModelServer } from './modelServer.ts'

/**
 * `node test/support/modelServerMain.ts [--port-file F] [--fault-rate 0.2] [--seed 1] [--latency 5] [--log L]` writes
 * `{"url": "http://127.0.0.1:…/v1"}` to F and to standard output when it listens, appends a line of JSON per request
 * to L, and ends with its standard input, so that it never outlives the process that started it with a pipe.
 */
const text = { type: 'string' } as const
const options = { 'port-file': text, 'fault-rate': text, seed: text, latency: text, log: text }
const { values } = parseArgs({ options })

const server = await startModelServer({
  answer: embeddedAnswer,
  ...(values.latency === undefined ? {} : { latency: Number(values.latency) }),
  ...(values['fault-rate'] === undefined
    ? {}
    : { faults: { rate: Number(values['fault-rate']), seed: Number(values.seed ?? 0) } }),
  respond({ method, path, text, fault }) {
    if (values.log !== undefined) appendFileSync(values.log, `${JSON.stringify({ method, path, text, fault })}\n`)
    return false
  },
})

const place = JSON.stringify({ url: server.url })
const portFile = values['port-file']
if (portFile !== undefined) {
  // Renamed into place, so that nobody reads half of it.
  writeFileSync(`${portFile}.part`, place)
  renameSync(`${portFile}.part`, portFile)
}
console.log(place)

process.stdin.resume().once('close', () => process.exit())
