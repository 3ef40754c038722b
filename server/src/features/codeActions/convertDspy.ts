/** Turns a signature of DSPy that was pasted into the file, or is selected, into one of this kind. */
import type { Span } from '../../base/text.ts'
import { lineBreakOf } from '../../signature/editText.ts'
import { renderSignature } from '../../signature/render.ts'
import type { Refactoring } from './action.ts'
import { type DspySignature, readDspyClass, readDspyString } from './dspySource.ts'

export const convertDspy: Refactoring = ({ document, span }) => {
  const { text } = document
  const hasSelection = span.end > span.start
  const start = hasSelection ? span.start : 0
  const source = hasSelection ? text.slice(span.start, span.end) : text
  // Most files are no Python: that is seen without reading them.
  if (!/\bSignature\b|->/.test(source.slice(0, 64 * 1024))) return []
  const found = readDspyClass(source) ?? readDspyString(withoutComments(source))
  if (found === undefined || (!hasSelection && !standsAlone(text, found))) return []
  const place = hasSelection ? found.span : codeSpan(text)
  const where = { start: start + place.start, end: start + place.end }
  const written = render(found).trimEnd().replaceAll('\n', lineBreakOf(text))
  const end = /^\r?\n/.test(text.slice(where.end, where.end + 2)) ? '' : lineBreakOf(text)
  const change = () => ({ edits: [{ span: where, text: written + end }] })
  return [{ title: `Convert ${found.signature.name} to a signature file`, kind: 'refactor.rewrite', change }]
}

/** From the first line that is no comment to the end of the text: imports go with the class. */
function codeSpan(text: string): Span {
  const lead = /^(?:[ \t]*(?:#[^\n]*)?\r?\n)*/.exec(text)?.[0].length ?? 0
  return { start: lead, end: text.trimEnd().length }
}

/** Comments become blanks, so that places stay. */
function withoutComments(text: string): string {
  return text.replace(/^[ \t]*#[^\r\n]*/gm, comment => ' '.repeat(comment.length))
}

/** Whether nothing but comments and imports is around it. */
function standsAlone(text: string, { span }: DspySignature): boolean {
  const around = text.slice(0, span.start) + text.slice(span.end)
  return around.split('\n').every(line => /^\s*(?:#.*|import\s.*|from\s.*)?$/.test(line))
}

function render({ signature, unknownTypes }: DspySignature): string {
  const notes = unknownTypes.map(
    ({ field, type }) => `# ${field} was ${type.replace(/\s+/g, ' ')}, which is a type of Python alone.\n`,
  )
  return notes.join('') + renderSignature(signature, { examples: false })
}
