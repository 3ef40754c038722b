/** The thread that parses long texts, so that requests about other documents are answered meanwhile. */
import { parentPort } from 'node:worker_threads'
import { parsePieces, unparsedPieces } from '../signature/yamlTree.ts'
import type { ParseAnswer, ParseMore, ParseTask } from './pieceParser.ts'

/** Characters for each message: reading one takes the receiver a few milliseconds. */
const batchLength = 16_384
/** One is read while the next is made; more would come all in one turn when the receiver is busy. */
const batchesAhead = 2

const tasks = new Map<number, ReturnType<typeof parsePieces>>()

parentPort?.on('message', (message: ParseTask | ParseMore) => {
  if ('more' in message) {
    answer(message.more)
    return
  }
  const { id, text, sources } = message
  tasks.set(id, parsePieces(sources ?? unparsedPieces(text), batchLength))
  for (let n = 0; n < batchesAhead; n++) answer(id)
})

function answer(id: number): void {
  const next = tasks.get(id)?.next()
  if (next === undefined) return
  const done = next.done === true
  if (done) tasks.delete(id)
  parentPort?.postMessage({ id, pieces: next.done ? [] : next.value, done } satisfies ParseAnswer)
}
