/** Asks for the actions at the mark of a text, and carries one out. */
import { failure } from '../../../server/src/base/errors.ts'
import { fail, ok } from '../../../server/src/base/result.ts'
import { applyEdits } from '../../../server/src/base/text.ts'
import type { Action, ActionRequest, Change, ReadBeside } from '../../../server/src/features/codeActions/action.ts'
import { codeActions } from '../../../server/src/features/codeActions.ts'
import { noFacts } from '../../../server/src/features/facts.ts'
import { parseSignature } from '../../../server/src/signature/document.ts'
import type { Problem } from '../../../server/src/validation/problem.ts'
import { validateDocument } from '../../../server/src/validation/validate.ts'
import { extractCursor } from '../../support/fixture.ts'

export interface Asked extends Partial<Pick<ActionRequest, 'facts' | 'fileName' | 'createsFiles'>> {
  readonly only?: readonly string[]
  /** Files beside the signature by path. */
  readonly files?: Readonly<Record<string, string>>
  /** Problems that the text alone does not tell. */
  readonly more?: (text: string) => readonly Problem[]
}

export function requestOf(marked: string, asked: Asked = {}): ActionRequest {
  const { text, offset, end } = extractCursor(marked)
  const document = parseSignature(text)
  const allProblems = [...validateDocument(document), ...(asked.more?.(text) ?? [])]
  const problems = allProblems.filter(({ span }) => span.start <= end && offset <= span.end)
  const { facts = noFacts, fileName = 'signature.yaml', createsFiles = true } = asked
  return { document, facts, span: { start: offset, end }, problems, allProblems, fileName, createsFiles }
}

export function actionsAt(marked: string, asked: Asked = {}): readonly Action[] {
  return codeActions(requestOf(marked, asked), asked.only)
}

/** What is offered, one line each: `*` marks the preferred. */
export function titlesAt(marked: string, asked: Asked = {}): string {
  return actionsAt(marked, asked)
    .map(({ title, kind, preferred }) => `${preferred === true ? '*' : ' '} ${kind}: ${title}`)
    .join('\n')
}

export interface Applied {
  readonly before: string
  readonly text: string
  readonly action: Action
  /** `code` of each problem that is left. */
  readonly left: readonly string[]
  readonly file: Change['file']
}

/** Carries out the action whose title starts like this; what it refuses is thrown. */
export async function apply(marked: string, title: string, asked: Asked = {}): Promise<Applied> {
  const { document } = requestOf(marked, asked)
  const action = actionsAt(marked, asked).find(action => action.title.startsWith(title))
  if (action?.change === undefined) throw new Error(`'${title}' is not offered, but:\n${titlesAt(marked, asked)}`)
  const read: ReadBeside = path => {
    const text = asked.files?.[path]
    return Promise.resolve(text === undefined ? fail(failure('path_not_found', `${path} does not exist.`)) : ok(text))
  }
  const change = await action.change(read)
  if ('refusal' in change) throw new Error(change.refusal)
  const text = applyEdits(document.text, change.edits)
  const left = validateDocument(parseSignature(text)).map(({ code }) => code)
  return { before: document.text, text, action, left, file: change.file }
}

/** The lines that an action takes away and puts in, with the file it creates; its problem must be gone. */
export async function check(marked: string, title: string, asked: Asked = {}): Promise<string> {
  const { allProblems } = requestOf(marked, asked)
  const { before, text, action, left, file } = await apply(marked, title, asked)
  const code = action.problem?.code
  const count = (codes: readonly string[]) => codes.filter(other => other === code).length
  if (code !== undefined && count(left) >= count(allProblems.map(problem => problem.code))) {
    throw new Error(`${code} is still there:\n${text}`)
  }
  const [old, now] = [before.split('\n'), text.split('\n')]
  const lines = [...missingIn(old, now).map(line => `- ${line}`), ...missingIn(now, old).map(line => `+ ${line}`)]
  if (file !== undefined) lines.push(`${file.path}: ${file.text}`)
  return lines.join('\n')
}

/** Lines of the one that are not among those of the other, in order. */
function missingIn(lines: readonly string[], others: readonly string[]): readonly string[] {
  const rest = [...others]
  return lines.filter(line => {
    const at = rest.indexOf(line)
    if (at !== -1) rest.splice(at, 1)
    return at === -1
  })
}
