/** A skill read from disk: its files, its document, its examples and everything wrong with them. */
import { type Failure, failure } from '../base/errors.ts'
import { fail, ok, type Result } from '../base/result.ts'
import { inTurns } from '../base/steps.ts'
import { lineColumnAt, lineStarts } from '../base/text.ts'
import type { Dataset } from '../examples/example.ts'
import { parseSignature, type SignatureDocument } from '../signature/document.ts'
import type { Signature } from '../signature/signature.ts'
import { type Problem, problem } from '../validation/problem.ts'
import { validateInSteps } from '../validation/validate.ts'
import { readDataset } from './dataset.ts'
import type { Files, SkillLocation } from './ports.ts'

export interface Skill {
  readonly location: SkillLocation
  readonly document: SignatureDocument
  readonly signature: Signature
  readonly skillId: string
  readonly examples: Dataset['examples']
}

/** A skill sound enough to run: no errors in the signature or its examples, at least one metric and example. */
export async function loadRunnableSkill(files: Files, path: string): Promise<Result<Skill>> {
  const loaded = await loadSkill(files, path)
  if (!loaded.ok) return loaded
  const { location, document, signature, problems, dataset } = loaded.value
  const errors = problems.filter(problem => problem.severity === 'error')
  const first = errors[0]
  if (first !== undefined) {
    const { message, where } = describeProblem(location, document, first)
    const others = errors.length === 1 ? '' : ` (and ${errors.length - 1} more)`
    const code = first.path === undefined ? 'signature_invalid' : 'examples_invalid'
    const way = `Run 'signature-tuner validate ${location.displayPath}' to see all.`
    return fail(failure(code, `${where}: ${message}${others}. ${way}`, first.path ?? location.displayPath))
  }
  if (signature === undefined) {
    return fail(failure('signature_invalid', `${location.displayPath} is no signature.`, location.displayPath))
  }
  if (signature.metrics.length === 0) {
    const way = "add 'metrics:', such as { match: { kind: exact_match, field: … } }"
    return fail(failure('metrics_missing', `${location.displayPath} has no metrics: ${way}.`, location.displayPath))
  }
  if (dataset === undefined || dataset.examples.length === 0) {
    const way = "add 'examples:', a file beside the signature or a list of objects"
    return fail(failure('examples_missing', `${location.displayPath} has no examples: ${way}.`, location.displayPath))
  }
  const skillId = signature.skillId ?? location.defaultSkillId
  return ok({ location, document, signature, skillId, examples: dataset.examples })
}

export interface LoadedSkill {
  readonly location: SkillLocation
  readonly document: SignatureDocument
  readonly signature: Signature | undefined
  readonly dataset: Dataset | undefined
  readonly problems: readonly Problem[]
}

/** Reads and validates; only a file that cannot be read at all is a failure. */
async function loadSkill(files: Files, path: string): Promise<Result<LoadedSkill>> {
  const located = await files.locate(path)
  return located.ok ? loadSkillAt(files, located.value) : located
}

export async function loadSkillAt(files: Files, location: SkillLocation): Promise<Result<LoadedSkill>> {
  const text = await files.readText(location.signaturePath)
  if (!text.ok) return text
  const document = parseSignature(text.value)
  return ok(await checkSkill(files, location, document))
}

/** The problems of a document with those of the files it names. `read` gives its examples; from their file by default. */
export async function checkSkill(
  files: Files,
  location: SkillLocation,
  document: SignatureDocument,
  read: typeof readDataset = readDataset,
): Promise<LoadedSkill> {
  const { signature } = document
  if (signature === undefined) {
    return { location, document, signature, dataset: undefined, problems: await inTurns(validateInSteps(document)) }
  }
  const examples = await read(files, location, document, signature)
  const unreadable = examples.ok ? [] : [unreadableExamples(document, examples.error)]
  const found = examples.ok ? examples.value : undefined
  const problems = [
    ...(await inTurns(validateInSteps(document, found))),
    ...unreadable,
    ...(await scriptProblems(files, location, document, signature)),
  ]
  return { location, document, signature, dataset: found?.dataset, problems }
}

function unreadableExamples(document: SignatureDocument, { message }: Failure): Problem {
  return problem('examples-unreadable', message, document.examples?.span ?? { start: 0, end: 0 })
}

/** Scripts that are not there, or lie outside the workspace: better known before the first model call. */
async function scriptProblems(
  files: Files,
  location: SkillLocation,
  document: SignatureDocument,
  signature: Signature,
): Promise<readonly Problem[]> {
  const problems: Problem[] = []
  for (const { name, kind, options } of signature.metrics) {
    if (kind !== 'script' || typeof options.path !== 'string') continue
    const path = await files.resolveInside(location, options.path)
    const span = document.metrics.find(part => part.name === name)?.nameSpan ?? { start: 0, end: 0 }
    if (!path.ok) problems.push(problem('script-unreadable', path.error.message, span))
  }
  return problems
}

/** One line for a person: `path:line:column` and the message without its full stop. */
function describeProblem(
  location: SkillLocation,
  document: SignatureDocument,
  problem: Problem,
): { readonly where: string; readonly message: string } {
  const at = problem.at ?? lineColumnAt(lineStarts(document.text), problem.span.start)
  const where = `${problem.path ?? location.displayPath}:${at.line}:${at.column}`
  return { where, message: problem.message.replace(/\.$/, '') }
}
