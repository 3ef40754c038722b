/** Expected problems as comments under the lines they are in: `# ^^^ code: message` under the text they mark. */
import { lineColumnAt, lineStarts } from '../../server/src/base/text.ts'
import { parseSignature } from '../../server/src/signature/document.ts'
import type { Problem } from '../../server/src/validation/problem.ts'
import { validateDocument } from '../../server/src/validation/validate.ts'

const annotation = /^\s*#\s*\^+ [a-z-]+: .*\n?/gm

/** The source without annotations; it stays legal YAML with them, too. */
export function withoutAnnotations(annotated: string): string {
  return annotated.replace(annotation, '')
}

/** The source with what is wrong written under each line. A mark in the first column is the `#` itself. */
export function annotate(
  source: string,
  problems: readonly Problem[] = validateDocument(parseSignature(source)),
): string {
  const starts = lineStarts(source)
  const lines = source.split('\n').map(line => [line])
  for (const { span, code, message } of problems) {
    const { line, column } = lineColumnAt(starts, span.start)
    const width = Math.max(1, span.end - span.start)
    const marks =
      column === 1 ? `#${'^'.repeat(Math.max(1, width - 1))}` : `#${' '.repeat(column - 2)}${'^'.repeat(width)}`
    lines[line - 1]?.push(`${marks} ${code}: ${message}`)
  }
  return lines.flat().join('\n')
}
