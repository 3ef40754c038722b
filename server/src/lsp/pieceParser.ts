/** Parses pieces of long texts in a thread of its own, which starts when the first is needed. */
import { Worker } from 'node:worker_threads'
import type { YamlTree } from '../signature/yamlTree.ts'

export interface ParseTask {
  readonly id: number
  readonly text: string
  /** The pieces of the text to parse; all of them unless given. */
  readonly sources?: readonly string[] | undefined
}

/** Asks for the next pieces of a task: they come only as fast as they are taken. */
export interface ParseMore {
  readonly more: number
}

export type Pieces = readonly (readonly [string, ParsedPiece])[]

export interface ParseAnswer {
  readonly id: number
  /** As JSON where that is read sooner than a copy of the objects. */
  readonly pieces: Pieces | string
  readonly done: boolean
}

type ParsedPiece = YamlTree['pieces'] extends ReadonlyMap<string, infer Piece> ? Piece : never

export interface PieceParser {
  /** The pieces of a text, or some of them, by their text; `undefined` when the thread has failed. */
  parse(text: string, sources?: readonly string[]): Promise<YamlTree['pieces'] | undefined>
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
      const read: Pieces = typeof pieces === 'string' ? JSON.parse(pieces) : pieces
      for (const [source, piece] of read) task?.pieces.set(source, piece)
      if (!done) {
        worker.postMessage({ more: id } satisfies ParseMore)
        return
      }
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
    parse: (text, sources) =>
      new Promise(done => {
        thread ??= start()
        const id = ++count
        waiting.set(id, { pieces: new Map(), done })
        const task: ParseTask = sources === undefined ? { id, text } : { id, text: '', sources }
        thread.postMessage(task)
      }),
    async dispose() {
      await thread?.terminate()
    },
  }
}
