/** The lines above the cursor that tell where it stands: those of its entry, as far up as matters. */
import { lineEnd, lineStart } from '../signature/editText.ts'

/** Starts of lines of the top-level entry around a line, in order, up to it. */
export function* linesBefore(text: string, line: number): Generator<number> {
  const entry = entryStart(text, line)
  const near = nearStart(text, entry, line)
  yield* linesAbove(text, entry, near)
  for (let at = near; at < line; ) {
    yield at
    const newline = text.indexOf('\n', at)
    at = newline === -1 ? text.length : newline + 1
  }
}

/** Behind the blanks that a line starts with. */
export function textStart(text: string, from: number, to: number): number {
  let at = from
  while (at < to && (text[at] === ' ' || text[at] === '\t' || text[at] === '\ufeff')) at++
  return at
}

/** Start of the top-level entry around a line. */
function entryStart(text: string, line: number): number {
  let at = line
  while (at > 0 && (at === line || ' \t\r\n#-]}'.includes(text[at] ?? ''))) at = lineStart(text, at - 1)
  return at
}

/** Lines before the cursor that are read: of those further up only the ones that these belong to. */
const mostLines = 5000

function nearStart(text: string, entry: number, line: number): number {
  let at = line
  for (let count = 0; count < mostLines && at > entry; count++) at = lineStart(text, at - 1)
  return Math.max(at, entry)
}

/** The line where the entry starts, and those that stand further out than all between them and `near`, in order. */
function linesAbove(text: string, entry: number, near: number): readonly number[] {
  const lines: number[] = []
  let outermost = Number.POSITIVE_INFINITY
  for (let at = near; at > entry; ) {
    const end = lineEnd(text, at)
    const from = textStart(text, at, end)
    if (from < end && text[from] !== '#' && from - at < outermost) {
      outermost = from - at
      if (at < near) lines.push(at)
    }
    at = lineStart(text, at - 1)
  }
  return near > entry ? [entry, ...lines.reverse()] : []
}
