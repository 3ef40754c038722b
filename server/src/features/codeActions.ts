/** Code actions: what mends a problem, what rewrites a part, and what can be done with the signature. */

import { inTurns } from '../base/steps.ts'
import type { SignatureDocument } from '../signature/document.ts'
import type { Problem } from '../validation/problem.ts'
import { validateInSteps } from '../validation/validate.ts'
import type { Action, ActionKind, ActionRequest, Fix, QuickFix, Refactoring } from './codeActions/action.ts'
import { addDescription } from './codeActions/addDescription.ts'
import { addExamples } from './codeActions/addExamples.ts'
import { addMetrics } from './codeActions/addMetrics.ts'
import { addMissing } from './codeActions/addMissing.ts'
import { commands } from './codeActions/commands.ts'
import { convertDspy } from './codeActions/convertDspy.ts'
import { createExamplesFile } from './codeActions/createExamplesFile.ts'
import { disableNextLine } from './codeActions/disableNextLine.ts'
import { extractConstraint } from './codeActions/extractConstraint.ts'
import { fieldLayout } from './codeActions/fieldLayout.ts'
import { fillEmpty } from './codeActions/fillEmpty.ts'
import { fixAll } from './codeActions/fixAll.ts'
import { moveExamples } from './codeActions/moveExamples.ts'
import { normaliseWeights } from './codeActions/normaliseWeights.ts'
import { removeConstraint } from './codeActions/removeConstraint.ts'
import { removeDuplicateKey } from './codeActions/removeDuplicateKey.ts'
import { renameField } from './codeActions/renameField.ts'
import { renameKey } from './codeActions/renameKey.ts'
import { replaceWithSuggestion } from './codeActions/replaceWithSuggestion.ts'

const quickFixes: readonly QuickFix[] = [
  replaceWithSuggestion,
  renameKey,
  renameField,
  addMissing,
  fillEmpty,
  addDescription,
  removeConstraint,
  removeDuplicateKey,
  addMetrics,
  addExamples,
  createExamplesFile,
]

const refactorings: readonly Refactoring[] = [
  commands,
  extractConstraint,
  fieldLayout,
  normaliseWeights,
  moveExamples,
  convertDspy,
]

/** All kinds, for a client that wants to know them beforehand. */
export const actionKinds: readonly ActionKind[] = [
  'quickfix',
  'refactor.extract',
  'refactor.inline',
  'refactor.rewrite',
  'source.fixAll.signature-tuner',
]

/** Those of the kinds in `only`, and below them; all but those on the whole source without it. */
export function codeActions(request: ActionRequest, only?: readonly string[]): readonly Action[] {
  const wants = (kind: ActionKind) =>
    only === undefined ? !kind.startsWith('source.') : only.some(wanted => isWithin(kind, wanted))
  const fixes = wants('quickfix') ? quickFixActions(request) : []
  const others = refactorings.flatMap(refactoring => refactoring(request))
  const all = wants('source.fixAll.signature-tuner') ? [fixAllAction(request, 'source.fixAll.signature-tuner')] : []
  const silencing = wants('quickfix') ? silencingActions(request) : []
  // Silence is the last resort.
  return [...fixes, ...others.filter(({ kind }) => wants(kind)), ...silencing, ...all]
}

/** Whether a kind is the wanted one or below it, as `refactor.extract` is below `refactor`. */
function isWithin(kind: string, wanted: string): boolean {
  return wanted === '' || kind === wanted || kind.startsWith(`${wanted}.`)
}

function quickFixActions(request: ActionRequest): readonly Action[] {
  const { document, problems, createsFiles, allProblems } = request
  const actions = problems.slice(0, mostProblems).flatMap(problem => {
    const possible = (fix: Fix) => createsFiles || fix.file === undefined
    return fixesOf(document, problem)
      .filter(possible)
      .map((fix, index) => asAction(fix, problem, index === 0 && fix.isCertain === true))
  })
  const isWorthIt = actions.some(({ preferred }) => preferred) && certain(document, allProblems) > 1
  return [...actions, ...(isWorthIt ? [fixAllAction(request, 'quickfix')] : [])]
}

function silencingActions({ document, problems }: ActionRequest): readonly Action[] {
  return problems
    .slice(0, mostProblems)
    .flatMap(problem => disableNextLine(document, problem).map(fix => asAction(fix, problem, false)))
}

/** Problems at one place that are looked at. */
const mostProblems = 50

function fixesOf(document: SignatureDocument, problem: Problem): readonly Fix[] {
  return quickFixes.filter(({ codes }) => codes.includes(problem.code)).flatMap(fix => fix.fixes(document, problem))
}

function asAction({ title, edits, file }: Fix, problem: Problem, preferred: boolean): Action {
  return {
    title,
    kind: 'quickfix',
    problem,
    preferred,
    async change(read) {
      // What is there already is left alone.
      const found = file && (await read(file.path))
      const isNew = found?.ok === false && found.error.code === 'path_not_found'
      return file !== undefined && isNew ? { edits, file } : { edits }
    },
  }
}

/** How many of the first problems have a certain fix; two are enough to know. */
function certain(document: SignatureDocument, problems: readonly Problem[]): number {
  let count = 0
  for (const problem of problems.slice(0, mostProblems)) {
    if (fixesOf(document, problem).some(({ isCertain }) => isCertain === true)) count++
    if (count > 1) break
  }
  return count
}

function fixAllAction({ document }: ActionRequest, kind: ActionKind): Action {
  const change = async () => ({ edits: await inTurns(fixAll(document, { problemsOf: validateInSteps, fixesOf })) })
  return { title: 'Fix all that is certain', kind, change, isCostly: true }
}
