/** Validation: everything that is wrong with a signature and its examples, in order of place. */
import { atOnce, type Steps } from '../base/steps.ts'
import { lastSpanFrom, lineStarts, type Span } from '../base/text.ts'
import type { Dataset } from '../examples/example.ts'
import type { SignatureDocument } from '../signature/document.ts'
import { datasetProblems } from './dataset.ts'
import { type Problem, problem } from './problem.ts'
import { inlineExamples } from './rules/inlineExamples.ts'
import { rules } from './rules.ts'

/** Examples that were read, and the file they came from as the user would type it; inline ones have no path. */
export interface ReadExamples {
  readonly dataset: Dataset
  readonly path?: string | undefined
}

/** Problems of the file, then those of an examples file. */
export function validateDocument(document: SignatureDocument, examples?: ReadExamples): readonly Problem[] {
  return atOnce(validateInSteps(document, examples))
}

/** The same in steps, as examples can be many. */
export function* validateInSteps(document: SignatureDocument, examples?: ReadExamples): Steps<readonly Problem[]> {
  const found = [...document.problems, ...rules.flatMap(rule => rule(document))]
  yield
  for (const problem of yield* inlineExamples(document)) found.push(problem)
  const inFile = examples?.path !== undefined
  const together = examples === undefined ? [] : yield* datasetProblems(document, examples.dataset.examples)
  if (examples !== undefined) {
    const spanOfLine = itemSpans(document)
    if (!inFile) found.push(...inlineProblems(spanOfLine, found, examples.dataset))
    for (const { code, message, example } of together) {
      if (example === undefined || !inFile) found.push(problem(code, message, spanOfLine(example?.line)))
    }
  }
  yield
  const sorted = suppress(
    document.text,
    found.map(problem => cutToLine(document.text, problem)),
  ).sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end)
  if (examples?.path === undefined) return sorted
  const span = document.examples?.span ?? { start: 0, end: 0 }
  const { path } = examples
  const ofExamples = together.flatMap(({ code, message, example }) =>
    example === undefined ? [] : [{ ...problem(code, message, span), path, at: { line: example.line, column: 1 } }],
  )
  return [...sorted, ...fileProblems(span, examples.dataset, path), ...ofExamples]
}

function fileProblems(span: Span, dataset: Dataset, path: string): readonly Problem[] {
  return dataset.problems.map(({ code, message, severity, line, column }) => ({
    code,
    severity,
    message,
    span,
    path,
    at: { line, column },
  }))
}

/** What reading inline examples complains about, where the rules, which know better places, have found nothing. */
function inlineProblems(spanOfLine: SpanOfLine, found: readonly Problem[], dataset: Dataset): readonly Problem[] {
  return dataset.problems.flatMap(({ code, message, severity, line }) => {
    const span = spanOfLine(line)
    const known = found.some(problem => problem.span.start >= span.start && problem.span.end <= span.end)
    return known ? [] : [{ code, severity, message, span }]
  })
}

/** The inline example that starts in a line; the key of the examples for any other. */
type SpanOfLine = (line: number | undefined) => Span

function itemSpans({ text, examples }: SignatureDocument): SpanOfLine {
  const starts = lineStarts(text)
  const spans = (examples?.items ?? []).map(({ span }) => span)
  return (line = 0) => {
    const last = lastSpanFrom(spans, (starts[line] ?? text.length + 1) - 1)
    const isOfLine = last !== undefined && last.start >= (starts[line - 1] ?? text.length + 1)
    return isOfLine ? last : (examples?.keySpan ?? { start: 0, end: 0 })
  }
}

/** A problem is shown at the line where it starts, never over half a file. */
function cutToLine(text: string, problem: Problem): Problem {
  const { start, end } = problem.span
  const newline = text.slice(start, Math.min(end, start + 2000)).search(/[\r\n]/)
  if (newline === -1 && end - start <= 2000) return problem
  return { ...problem, span: { start, end: newline === -1 ? start + 2000 : start + newline } }
}

const disableComment = /^[ \t]*#[ \t]*signature-tuner-disable-next-line\b([^\r\n]*)\r?\n([^\n]*)/gm

/** Leaves out what a comment `# signature-tuner-disable-next-line code, code` above the line asks for. */
export function suppress(text: string, problems: readonly Problem[]): Problem[] {
  if (problems.length === 0 || !text.includes('signature-tuner-disable-next-line')) return [...problems]
  const suppressed = [...text.matchAll(disableComment)].map(match => {
    const end = match.index + match[0].length
    const codes = (match[1] ?? '').split(/[\s,]+/).filter(code => code !== '')
    return { start: end - (match[2]?.length ?? 0), end, codes }
  })
  return problems.filter(({ code, span }) => {
    const line = lastSpanFrom(suppressed, span.start)
    return line === undefined || span.start > line.end || (line.codes.length > 0 && !line.codes.includes(code))
  })
}
