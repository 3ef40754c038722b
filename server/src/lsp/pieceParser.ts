/** Parses pieces of long texts in a thread of its own, which starts when the first is needed. */
import { Worker } from 'node:worker_threads'
import type { YamlTree } from '../signature/yamlTree.ts'

export interface ParseTask {
  readonly id: number
  readonly sources: readonly string[]
}

export interface ParseAnswer {
  readonly id: number
  readonly pieces: readonly (readonly [string, ParsedPiece])[]
  readonly done: boolean
}

type ParsedPiece = YamlTree['pieces'] extends ReadonlyMap<string, infer Piece> ? Piece : never

export interface PieceParser {
  /** The pieces by their text; `undefined` when the thread has failed. */
  parse(sources: readonly string[]): Promise<YamlTree['pieces'] | undefined>
  dispose(): Promise<void>
}

interface Waiting {
  readonly pieces: Map<string, ParsedPiece>
  readonly done: (pieces: YamlTree['pieces'] | undefined) => void
}

export function createPieceParser(threadPath: string, onFailure: (error: Error) => void): PieceParser {
  const waiting = new Map<number, Waiting>()
  let thread: Worker | undefined
  let count = 0

  function start(): Worker {
    const worker = new Worker(threadPath)
    worker.on('message', ({ id, pieces, done }: ParseAnswer) => {
      const task = waiting.get(id)
      for (const [source, piece] of pieces) task?.pieces.set(source, piece)
      if (!done) return
      waiting.delete(id)
      task?.done(task.pieces)
    })
    worker.on('error', onFailure)
    worker.on('exit', () => {
      thread = undefined
      for (const { done } of waiting.values()) done(undefined)
      waiting.clear()
    })
    return worker
  }

  return {
    parse: sources =>
      new Promise(done => {
        thread ??= start()
        const id = ++count
        waiting.set(id, { pieces: new Map(), done })
        const task: ParseTask = { id, sources }
        thread.postMessage(task)
      }),
    async dispose() {
      await thread?.terminate()
    },
  }
}
