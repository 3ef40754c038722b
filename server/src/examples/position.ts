/** Positions within a piece of a file, told from where the piece starts. */
import { type LineColumn, lineColumnAt, lineStarts } from '../base/text.ts'

/** Line and column of an offset into `text`, which starts at `start` in its file. */
export function positionIn(text: string, start: LineColumn, offset: number): LineColumn {
  const { line, column } = lineColumnAt(lineStarts(text.slice(0, offset)), offset)
  return line === 1 ? { line: start.line, column: start.column + column - 1 } : { line: start.line + line - 1, column }
}
