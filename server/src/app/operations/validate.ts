/** Validate: the problems of files and folders, without a model. */
import { z } from 'zod'
import { failure } from '../../base/errors.ts'
import { fail, ok } from '../../base/result.ts'
import { lineColumnAt, lineStarts } from '../../base/text.ts'
import { positional } from '../inputs.ts'
import { defineOperation } from '../operation.ts'
import type { Files, SkillLocation } from '../ports.ts'
import { loadSkillAt } from '../skill.ts'

const problemSchema = z.object({
  /** The file as the user would type it. */
  path: z.string(),
  line: z.int(),
  column: z.int(),
  end_line: z.int(),
  end_column: z.int(),
  severity: z.enum(['error', 'warning', 'info', 'hint']),
  code: z.string(),
  message: z.string(),
})
export type ReportedProblem = z.infer<typeof problemSchema>

export const validate = defineOperation({
  name: 'validate',
  summary: 'check signatures and their examples',
  input: z.object({
    paths: z.array(z.string().min(1)).default(['.']).describe('files and folders (default: here)').meta(positional),
  }),
  output: z.object({
    /** Every file that was checked. */
    files: z.array(z.string()),
    errors: z.int(),
    warnings: z.int(),
    hints: z.int(),
    problems: z.array(problemSchema).readonly(),
  }),
  async run(ports, input, context) {
    const found = await ports.files.find(input.paths)
    if (!found.ok) return found
    if (found.value.length === 0) {
      const where = input.paths.join(', ')
      return fail(
        failure('not_a_skill', `No signature.yaml in ${where}; create one with: signature-tuner new ${input.paths[0]}`),
      )
    }
    const problems = await ports.validateFiles(found.value, context.signal)
    const count = (...severities: ReportedProblem['severity'][]) =>
      problems.filter(problem => severities.includes(problem.severity)).length
    return ok({
      files: found.value.map(location => location.displayPath),
      errors: count('error'),
      warnings: count('warning'),
      hints: count('hint', 'info'),
      problems,
    })
  },
})

/** The problems of the files in their order; a few at a time, so that reading one overlaps with parsing another. */
export async function validateFiles(
  files: Files,
  locations: readonly SkillLocation[],
  signal: AbortSignal,
): Promise<readonly ReportedProblem[]> {
  let problems: readonly ReportedProblem[] = []
  const width = 16
  for (let at = 0; at < locations.length; at += width) {
    signal.throwIfAborted()
    const batch = await Promise.all(locations.slice(at, at + width).map(location => validateFile(files, location)))
    problems = problems.concat(...batch)
  }
  return problems
}

/** A file with more problems than this has one problem: what it is. */
const mostProblems = 1000

async function validateFile(files: Files, location: SkillLocation): Promise<readonly ReportedProblem[]> {
  const loaded = await loadSkillAt(files, location)
  if (!loaded.ok) {
    const { code, message } = loaded.error
    const nowhere = { line: 1, column: 1, end_line: 1, end_column: 1 }
    return [{ path: location.displayPath, ...nowhere, severity: 'error', code: code.replaceAll('_', '-'), message }]
  }
  const { document, problems } = loaded.value
  const starts = problems.length === 0 ? [] : lineStarts(document.text)
  return problems.slice(0, mostProblems).map(problem => {
    const start = problem.at ?? lineColumnAt(starts, problem.span.start)
    const end = problem.at ?? lineColumnAt(starts, problem.span.end)
    return {
      path: problem.path ?? location.displayPath,
      line: start.line,
      column: start.column,
      end_line: end.line,
      end_column: end.column,
      severity: problem.severity,
      code: problem.code,
      message: problem.message,
    }
  })
}
