/** The thread that parses long texts, so that requests about other documents are answered meanwhile. */
import { parentPort } from 'node:worker_threads'
import { parsePieces, unparsedPieces } from '../signature/yamlTree.ts'
import type { ParseAnswer, ParseMore, ParseTask, Pieces } from './pieceParser.ts'

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
  parentPort?.postMessage({ id, pieces: next.done ? [] : packed(next.value), done } satisfies ParseAnswer)
}

/** Many small objects are read from JSON in half the time that a copy takes; long texts are not. */
function packed(pieces: Pieces): Pieces | string {
  const length = pieces.reduce((sum, [source]) => sum + source.length, 0)
  const tokens = pieces.reduce((sum, [, piece]) => sum + piece.tokens, 0)
  if (length > tokens * 64) return pieces
  let isExact = true
  const json = JSON.stringify(pieces, (_, value: unknown) => {
    if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))) isExact = false
    return value
  })
  return isExact ? json : pieces
}
