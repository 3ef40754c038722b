/** Moves the examples of a signature into a file beside it, and back. */
import { isRecord, parseJson } from '../../base/json.ts'
import type { SignatureDocument } from '../../signature/document.ts'
import { lineBreakOf } from '../../signature/editText.ts'
import { flowValue } from '../../signature/render.ts'
import type { Action, ActionRequest, Change, ReadBeside, Refactoring, Refusal } from './action.ts'
import { touches } from './selection.ts'

export const moveExamples: Refactoring = request => {
  const { document, span } = request
  const { examples } = document
  if (examples?.source === undefined) return []
  if (!touches(span, { start: examples.keySpan.start, end: Math.max(examples.keySpan.end, examples.span.end) }))
    return []
  return examples.source.kind === 'inline' ? toFile(request) : toSignature(document, examples.source.path)
}

function toFile({ document, fileName, createsFiles }: ActionRequest): readonly Action[] {
  if (!createsFiles || document.examples?.items.length === 0) return []
  const stem = fileName.replace(/\.?signature\.yaml$/, '')
  const name = stem === '' ? 'examples' : `${stem}.examples`
  const change = (read: ReadBeside) => moveToFile(document, name, read)
  return [{ title: 'Move examples to a file', kind: 'refactor.extract', change, isCostly: true }]
}

async function moveToFile({ text, examples }: SignatureDocument, name: string, read: ReadBeside) {
  if (examples?.source?.kind !== 'inline') return refuse('There are no examples to move.')
  const { items } = examples.source
  if (items.some(item => !isRecord(item))) return refuse('Only examples that are objects can be moved to a file.')
  if (items.some(holdsOddNumber)) return refuse('JSON cannot hold .inf and .nan, which an example has.')
  if (hasComments(text, examples)) return refuse('JSON Lines cannot hold the comments between these examples.')
  const lines = items.map(item => `${JSON.stringify(item)}\n`).join('')
  if (lines.length > mostFileText) return refuse('The examples are too large to move.')
  const file = await freeFile(name, lines, read)
  if (file === undefined) return refuse(`Files named like ${name}.jsonl are there already.`)
  const colon = text.indexOf(':', examples.keySpan.end) + 1
  const edits = [{ span: { start: colon, end: examples.span.end }, text: ` ${file.path}` }]
  return file.isThere ? { edits } : { edits, file: { path: file.path, text: lines } }
}

/** UTF-16 code units of a file that an edit may create. */
const mostFileText = 1024 * 1024
const mostNames = 20

/** The first name that is free, or whose file holds the same already. */
async function freeFile(name: string, text: string, read: ReadBeside) {
  for (let number = 1; number <= mostNames; number++) {
    const path = number === 1 ? `${name}.jsonl` : `${name}-${number}.jsonl`
    const found = await read(path)
    if (found.ok && found.value === text) return { path, isThere: true }
    if (!found.ok && found.error.code === 'path_not_found') return { path, isThere: false }
  }
  return undefined
}

function hasComments(text: string, { items, keySpan }: NonNullable<SignatureDocument['examples']>): boolean {
  let end = keySpan.end
  return items.some(({ span }) => {
    const gap = text.slice(end, span.start)
    end = Math.max(end, span.end)
    return gap.includes('#')
  })
}

function holdsOddNumber(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value)
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsOddNumber)
}

function toSignature(document: SignatureDocument, path: string): readonly Action[] {
  if (!/\.jsonl?$/.test(path)) return []
  const change = (read: ReadBeside) => moveToSignature(document, path, read)
  return [{ title: 'Copy examples into the signature', kind: 'refactor.inline', change }]
}

/** UTF-16 code units, and examples, up to which a signature stays readable. */
const mostInlineText = 64 * 1024
const mostInlineExamples = 200

async function moveToSignature(
  { text, examples, tree }: SignatureDocument,
  path: string,
  read: ReadBeside,
): Promise<Change | Refusal> {
  const found = await read(path)
  if (!found.ok) return refuse(found.error.message)
  const items = readItems(path, found.value)
  if (examples === undefined || items === undefined || !items.every(isRecord)) {
    return refuse(`${path} must be sound before its examples can be copied.`)
  }
  if (items.length > mostInlineExamples || found.value.length > mostInlineText) {
    return refuse(`${path} is too large: up to ${mostInlineExamples} examples and 64 KiB fit into a signature.`)
  }
  const isFlow = tree.root?.kind === 'map' && tree.root.flow
  const written = items.map(flowValue)
  const lines = written.map(item => `${lineBreakOf(text)}  - ${item}`).join('')
  const colon = text.indexOf(':', examples.keySpan.end) + 1
  const list = isFlow || items.length === 0 ? ` [${written.join(', ')}]` : lines
  // A comment behind the path stays where it is.
  return {
    edits: list.startsWith(' ')
      ? [{ span: { start: colon, end: examples.span.end }, text: list }]
      : listEdits(text, { start: colon, end: examples.span.end }, list),
  }
}

function listEdits(text: string, { start, end }: { readonly start: number; readonly end: number }, list: string) {
  const comment = /^[ \t]+#[^\r\n]*/.exec(text.slice(end, end + 1000))?.[0] ?? ''
  return [{ span: { start, end: end + comment.length }, text: comment + list }]
}

function readItems(path: string, text: string): readonly unknown[] | undefined {
  if (path.endsWith('.json')) {
    const list = parseJson(text)
    return Array.isArray(list) ? list : undefined
  }
  return text
    .split(/\r?\n/)
    .filter(line => line.trim() !== '')
    .map(parseJson)
}

function refuse(refusal: string): Refusal {
  return { refusal }
}
