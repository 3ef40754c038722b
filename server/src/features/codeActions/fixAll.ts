/** All certain fixes at once, again and again until nothing changes. */
import type { Steps } from '../../base/steps.ts'
import { applyEdits, type TextEdit } from '../../base/text.ts'
import { parseInSteps, type SignatureDocument } from '../../signature/document.ts'
import { type Problem, problemCatalogue } from '../../validation/problem.ts'
import type { Fix } from './action.ts'

export interface FixingOptions {
  readonly problemsOf: (document: SignatureDocument) => Steps<readonly Problem[]>
  readonly fixesOf: (document: SignatureDocument, problem: Problem) => readonly Fix[]
}

/** One edit that covers what changed; none when there is nothing to fix. */
export function* fixAll(document: SignatureDocument, options: FixingOptions): Steps<readonly TextEdit[]> {
  let current = document
  for (let round = 0; round < mostRounds; round++) {
    const next = yield* fixOnce(current, options)
    if (next === undefined) break
    current = next
  }
  return current.text === document.text ? [] : [difference(document.text, current.text)]
}

// Mending brackets shows what is wrong within them, and that what is wrong with its words: a few rounds are all.
const mostRounds = 10
/** Problems looked at in one round. */
const mostProblems = 500

/** `undefined` when nothing changes for the better. */
function* fixOnce(
  document: SignatureDocument,
  { problemsOf, fixesOf }: FixingOptions,
): Steps<SignatureDocument | undefined> {
  const problems = yield* problemsOf(document)
  yield
  const chosen: (readonly TextEdit[])[] = []
  let taken: readonly TextEdit[] = []
  for (const [index, problem] of problems.slice(0, mostProblems).entries()) {
    if (index % 50 === 49) yield
    const fix = fixesOf(document, problem).find(({ isCertain }) => isCertain === true)
    if (fix === undefined || fix.edits.some(edit => taken.some(other => overlap(edit, other)))) continue
    chosen.push(fix.edits)
    taken = [...taken, ...fix.edits]
  }
  if (chosen.length === 0) return undefined
  yield
  const together = yield* parseInSteps(applyEdits(document.text, taken), document)
  yield
  const errors = errorsIn(problems)
  if (errorsIn(yield* problemsOf(together)) <= errors) return together
  // One of them does harm: the first that does none alone goes in.
  for (const edits of chosen.slice(0, mostTried)) {
    yield
    const alone = yield* parseInSteps(applyEdits(document.text, edits), document)
    if (errorsIn(yield* problemsOf(alone)) <= errors) return alone
  }
  return undefined
}

const mostTried = 20

/** Errors that hide others, as those of YAML do, weigh more than what they hide. */
function errorsIn(problems: readonly Problem[]): number {
  let sum = 0
  for (const { code, severity } of problems) {
    if (severity === 'error') sum += code.startsWith('yaml-') && Object.hasOwn(problemCatalogue, code) ? 20 : 1
  }
  return sum
}

/** Also two insertions at one place: which comes first would be chance. */
function overlap(a: TextEdit, b: TextEdit): boolean {
  return a.span.start === b.span.start || (a.span.start < b.span.end && b.span.start < a.span.end)
}

/** From the first character that differs to the last. */
function difference(before: string, after: string): TextEdit {
  const shorter = Math.min(before.length, after.length)
  let start = 0
  while (start < shorter && before[start] === after[start]) start++
  let same = 0
  while (same < shorter - start && before.at(-1 - same) === after.at(-1 - same)) same++
  return { span: { start, end: before.length - same }, text: after.slice(start, after.length - same) }
}
