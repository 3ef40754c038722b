/** Applies changes of the wording to a file as it is now: the smallest edits, with comments and layout kept. */
import { failure } from '../base/errors.ts'
import { fail, ok, type Result } from '../base/result.ts'
import { applyEdits, type TextEdit } from '../base/text.ts'
import { changedPart, compareSignatures, normalText, sameTexts, withChanges } from './compare.ts'
import { parseSignature, type SignatureDocument } from './document.ts'
import { addConstraints, changeConstraints } from './editConstraints.ts'
import { addKey, replaceText } from './editText.ts'
import type { FieldPart } from './readFields.ts'
import type { SignatureChange } from './signature.ts'

export interface AppliedChanges {
  readonly text: string
  /** Against the document's text; they do not overlap. */
  readonly edits: readonly TextEdit[]
  /** Also those that were there already. */
  readonly applied: readonly SignatureChange[]
  /** Changes of parts that read otherwise now, or cannot be changed without changing others; left out. */
  readonly conflicts: readonly SignatureChange[]
}

/** A failure only when the edited text would not mean what was wanted. */
export function applyChanges(document: SignatureDocument, changes: readonly SignatureChange[]): Result<AppliedChanges> {
  const together = applyAll(document, changes)
  if (meansThat(document, together)) return ok(together)
  // Changes through anchors reach other places: find those, and leave them out.
  const alone = changes.filter(change => meansThat(document, applyAll(document, [change])))
  const rest = applyAll(document, alone)
  if (!meansThat(document, rest)) {
    return fail(failure('apply_conflict', 'The changes cannot be written into this file; edit it by hand.'))
  }
  const conflicts = [...rest.conflicts, ...changes.filter(change => !alone.includes(change))]
  return ok({ ...rest, conflicts })
}

function applyAll(document: SignatureDocument, changes: readonly SignatureChange[]): AppliedChanges {
  const applied: SignatureChange[] = []
  const conflicts: SignatureChange[] = []
  const edits: TextEdit[] = []
  const seen = new Set<string>()
  for (const change of changes) {
    const part = changedPart(change)
    const found = seen.has(part) ? undefined : editsFor(document, change)
    seen.add(part)
    if (found === undefined) conflicts.push(change)
    else {
      applied.push(change)
      edits.push(...found)
    }
  }
  return { text: applyEdits(document.text, edits), edits, applied, conflicts }
}

/** The edits that make a change; none when it is there already, `undefined` for a conflict. */
function editsFor(document: SignatureDocument, change: SignatureChange): readonly TextEdit[] | undefined {
  const { text } = document
  if (change.part === 'instructions') {
    const part = document.instructions
    if (part === undefined) return undefined
    const now = normalText(part.value)
    if (now === normalText(change.after)) return []
    if (now !== normalText(change.before)) return undefined
    return [replaceText({ text, ...part, flow: false }, normalLines(change.after))]
  }
  const field = document.fields.find(part => part.direction === change.direction && part.name === change.field)
  if (field === undefined || field.node.kind !== 'map') return undefined
  return change.part === 'desc' ? descEdits(text, field, change) : constraintEdits(text, field, change)
}

function descEdits(text: string, field: FieldPart, change: SignatureChange & { readonly part: 'desc' }) {
  const now = normalText(field.desc?.value ?? '')
  if (now === normalText(change.after)) return []
  if (now !== normalText(change.before) || field.node.kind !== 'map') return undefined
  const { desc, node } = field
  const after = normalLines(change.after)
  if (desc === undefined) return addKey(text, field, node, 'desc', after)
  return [replaceText({ text, ...desc, flow: node.flow }, after)]
}

function constraintEdits(text: string, field: FieldPart, change: SignatureChange & { readonly part: 'constraints' }) {
  const now = field.constraints.map(constraint => constraint.text)
  if (sameTexts(now, change.after)) return []
  if (!sameTexts(now, change.before) || field.node.kind !== 'map') return undefined
  const after = change.after.map(normalLines)
  const { constraintsPair, node } = field
  return constraintsPair === undefined
    ? addConstraints(text, field, node, after)
    : changeConstraints(text, field, node, constraintsPair, after)
}

/** The ends of a text do not count, nor does its kind of line break. */
function normalLines(text: string): string {
  return text.replace(/\r\n?/g, '\n').trim()
}

/** Whether the edited text reads as the document with the applied changes. */
function meansThat(document: SignatureDocument, result: AppliedChanges): boolean {
  if (result.edits.length === 0) return true
  const after = parseSignature(result.text, document)
  if (document.signature === undefined) {
    const errors = (problems: SignatureDocument['problems']) => problems.filter(({ severity }) => severity === 'error')
    return (
      errors(after.problems).length <= errors(document.problems).length &&
      applyAll(after, result.applied).edits.length === 0
    )
  }
  if (after.signature === undefined) return false
  const { changes, frozen } = compareSignatures(withChanges(document.signature, result.applied), after.signature)
  return changes.length === 0 && frozen.length === 0
}
