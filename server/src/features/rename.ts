/** Rename: a field by another name, wherever it is named, if the name is free and can be one. */
import { fail, ok, type Result } from '../base/result.ts'
import { applyEdits, type Span, type TextEdit } from '../base/text.ts'
import { parseSignature, type SignatureDocument } from '../signature/document.ts'
import { flowPlace } from '../signature/editText.ts'
import { nameProblem } from '../signature/names.ts'
import { scalarText } from '../signature/yamlText.ts'
import { nameAt, type Occurrence, occurrencesOf } from './occurrences.ts'

export interface RenameTarget {
  readonly name: string
  readonly span: Span
}

/** What would be renamed at an offset; words of mere language are not asked about. */
export function renameTarget(document: SignatureDocument, offset: number): RenameTarget | undefined {
  const named = nameAt(document, offset)
  return named && { name: named.field.name, span: named.found.span }
}

export interface RenameEdit extends TextEdit {
  readonly role: Occurrence['role']
}

export interface Rename {
  readonly name: string
  readonly edits: readonly RenameEdit[]
}

/** A failure is one sentence. */
export function rename(document: SignatureDocument, offset: number, newName: string): Result<Rename, string> {
  const target = renameTarget(document, offset)
  if (target === undefined) return fail('There is no field here to rename.')
  const { name } = target
  const wrong = nameProblem(newName)
  if (wrong !== undefined) return fail(`The name '${newName.slice(0, 60)}' ${wrong}.`)
  const other = document.fields.find(field => field.name === newName)
  if (other !== undefined && newName !== name) {
    return fail(`There is ${other.direction === 'inputs' ? 'an input' : 'an output'} '${newName}' already.`)
  }
  if (document.fields.filter(field => field.name === name).length > 1) {
    return fail(`There are two fields '${name}': give one of them another name by hand first.`)
  }
  if (newName === name) return ok({ name, edits: [] })
  const edits = occurrencesOf(document, name).map(found => ({
    ...found,
    text: writtenAs(document.text, found, newName),
  }))
  const after = parseSignature(applyEdits(document.text, edits), document)
  if (errorsOf(after) <= errorsOf(document)) return ok({ name, edits })
  return fail(`'${name}' cannot be renamed here without breaking the file; edit it by hand.`)
}

/** A value such as `true` needs quotes to be a name. */
function writtenAs(text: string, { role, span }: Occurrence, newName: string): string {
  const quoted = /["']/.test(text[span.start - 1] ?? '')
  return role === 'metric' && !quoted ? scalarText(newName, 'plain', flowPlace) : newName
}

function errorsOf({ problems }: SignatureDocument): number {
  return problems.filter(({ severity }) => severity === 'error').length
}
