/** Validation: everything that is wrong with a signature and its examples, in order of place. */
import type { Dataset } from '../examples/example.ts'
import type { SignatureDocument } from '../signature/document.ts'
import type { Problem } from './problem.ts'
import { rules } from './rules.ts'

/** Examples that were read, and the file they came from as the user would type it; inline ones have no path. */
export interface ReadExamples {
  readonly dataset: Dataset
  readonly path?: string | undefined
}

/** Problems of the file, then those of an examples file. */
export function validateDocument(document: SignatureDocument, examples?: ReadExamples): readonly Problem[] {
  const found = [...document.problems, ...rules.flatMap(rule => rule(document))]
  const sorted = suppress(document.text, found).sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end)
  return examples === undefined ? sorted : [...sorted, ...datasetProblems(document, examples)]
}

function datasetProblems(document: SignatureDocument, { dataset, path }: ReadExamples): readonly Problem[] {
  // The rules have found what is wrong with inline examples, with better places.
  if (path === undefined) return []
  const span = document.examples?.span ?? { start: 0, end: 0 }
  return dataset.problems.map(({ code, message, severity, line, column }) => ({
    code,
    severity,
    message,
    span,
    path,
    at: { line, column },
  }))
}

const disableComment = /^[ \t]*#[ \t]*signature-tuner-disable-next-line\b([^\r\n]*)\r?\n([^\n]*)/gm

/** Leaves out what a comment `# signature-tuner-disable-next-line code, code` above the line asks for. */
function suppress(text: string, problems: readonly Problem[]): Problem[] {
  if (!text.includes('signature-tuner-disable-next-line')) return [...problems]
  const suppressed = [...text.matchAll(disableComment)].map(match => {
    const end = match.index + match[0].length
    const codes = (match[1] ?? '').split(/[\s,]+/).filter(code => code !== '')
    return { start: end - (match[2]?.length ?? 0), end, codes }
  })
  return problems.filter(
    ({ code, span }) =>
      !suppressed.some(
        line =>
          span.start >= line.start && span.start <= line.end && (line.codes.length === 0 || line.codes.includes(code)),
      ),
  )
}
