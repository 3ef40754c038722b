/** The thread that parses long texts, so that requests about other documents are answered meanwhile. */
import { parentPort } from 'node:worker_threads'
import { parsePieces, unparsedPieces } from '../signature/yamlTree.ts'
import type { ParseAnswer, ParseTask } from './pieceParser.ts'

/** Characters for each message: reading one takes the receiver a few milliseconds. */
const batchLength = 16_384

parentPort?.on('message', ({ id, text, sources }: ParseTask) => {
  const say = (answer: ParseAnswer) => parentPort?.postMessage(answer)
  for (const pieces of parsePieces(sources ?? unparsedPieces(text), batchLength)) say({ id, pieces, done: false })
  say({ id, pieces: [], done: true })
})
