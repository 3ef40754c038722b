/** Work in steps: done at once, or in turns with whatever else the event loop has to do. */
import { pause } from './pause.ts'

/** Yields between steps of a few milliseconds. */
export type Steps<Result> = Generator<void, Result, void>

export function atOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

export async function inTurns<Result>(steps: Steps<Result>): Promise<Result> {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
    await pause()
  }
}

/** Entries, such as examples, that are worked on in one step. */
const stepLength = 256

/** Calls `each` for all of them, with a step after some. */
export function* forEachInSteps<Entry>(
  entries: readonly Entry[],
  each: (entry: Entry, index: number) => void,
): Steps<void> {
  for (const [index, entry] of entries.entries()) {
    if (index % stepLength === stepLength - 1) yield
    each(entry, index)
  }
}
