/** Reads signatures as DSPy writes them: a class with fields, or a string such as `question, context -> answer: str`. */

import type { Span } from '../../base/text.ts'
import { nameProblem, suggestName, toPascalCase } from '../../signature/names.ts'
import { defaultThreshold, type Field, type Signature } from '../../signature/signature.ts'
import { readType } from '../../signature/typeParser.ts'
import type { FieldType } from '../../signature/types.ts'

export interface DspySignature {
  readonly span: Span
  readonly signature: Signature
  /** Types that have no counterpart, with the field that became text instead. */
  readonly unknownTypes: ReadonlyArray<{ readonly field: string; readonly type: string }>
}

/** UTF-16 code units that are searched. */
const longest = 64 * 1024

const longestString = 2000

const classHead = /^([ \t]*)class[ \t]+(\w+)[ \t]*\([ \t]*(?:dspy\.)?Signature[ \t]*\)[ \t]*:/m

/** The first class in the text. */
export function readDspyClass(text: string): DspySignature | undefined {
  const source = text.slice(0, longest)
  const head = classHead.exec(source)
  if (head === null) return undefined
  const [matched, indent = '', name = ''] = head
  const bodyStart = head.index + matched.length
  const end = bodyEnd(source, bodyStart, indent.length)
  const body = source.slice(bodyStart, end)
  const fields = [...body.matchAll(fieldHead)].map(match => readField(body, match)).filter(field => field !== undefined)
  const of = (direction: string) => fields.filter(field => field.direction === direction)
  if (of('Input').length === 0 || of('Output').length === 0) return undefined
  const instructions = docstring(body) || defaultInstructions(of('Input'), of('Output'))
  return build({ start: head.index, end }, toPascalCase(name), instructions, of('Input'), of('Output'))
}

/** A signature in a string, with or without quotes and `dspy.Signature( )` around it, alone in the text. */
export function readDspyString(text: string): DspySignature | undefined {
  if (text.length > longestString) return undefined
  const bare =
    /^\s*(?:\w+\s*=\s*)?(?:dspy\.(?:Signature|Predict|ChainOfThought)\s*\(\s*)?(["']?)([\w\s,:.[\]|"'-]*?->[\w\s,:.[\]|"'-]*?)\1\s*(?:,\s*(?:instructions\s*=\s*)?((?:"[^"\n]*")|(?:'[^'\n]*'))\s*)?\)?\s*$/.exec(
      text,
    )
  const [left, right, ...more] = (bare?.[2] ?? '').split('->')
  if (bare === null || left === undefined || right === undefined || more.length > 0) return undefined
  const [inputs, outputs] = [readList(left), readList(right)]
  if (inputs === undefined || outputs === undefined) return undefined
  const start = text.search(/\S/)
  const instructions = bare[3]?.slice(1, -1) || defaultInstructions(inputs, outputs)
  const name = toPascalCase([...inputs.map(field => field.name), 'to', ...outputs.map(field => field.name)].join(' '))
  return build({ start, end: text.trimEnd().length }, name, instructions, inputs, outputs)
}

interface FoundField {
  readonly name: string
  readonly type: string
  readonly desc: string
}

const fieldHead =
  /^[ \t]+(\w+)[ \t]{0,9}(?::[ \t]{0,9}([^=\n]{1,200}?))?[ \t]{0,9}=[ \t]{0,9}(?:dspy\.)?(Input|Output)Field[ \t]*\(/gm

function readField(body: string, match: RegExpExecArray): (FoundField & { readonly direction: string }) | undefined {
  const [matched, name, type = 'str', direction] = match
  if (name === undefined || direction === undefined) return undefined
  const from = match.index + matched.length
  return { name, type, direction, desc: argument(body.slice(from, from + 10_000), 'desc') }
}

/** The text given for a keyword of a call whose arguments start the source; strings side by side are one. */
function argument(source: string, keyword: string): string {
  let depth = 1
  for (let at = 0; at < source.length && depth > 0; ) {
    const string = stringAt(source, at)
    if (string !== undefined) {
      at = string.end
      continue
    }
    if (depth === 1 && source.startsWith(keyword, at) && !/\w/.test(source[at - 1] ?? '')) {
      const equals = /^\s*=\s*\(?\s*/.exec(source.slice(at + keyword.length, at + keyword.length + 100))
      if (equals !== null) return stringsAt(source, at + keyword.length + equals[0].length)
    }
    if ('([{'.includes(source[at] ?? '')) depth++
    if (')]}'.includes(source[at] ?? '')) depth--
    at++
  }
  return ''
}

function stringsAt(source: string, start: number): string {
  let value = ''
  for (let at = start; ; ) {
    const string = stringAt(source, at)
    if (string === undefined) return value
    value += string.value
    at = string.end + (/^\s*/.exec(source.slice(string.end, string.end + 200))?.[0].length ?? 0)
  }
}

const stringStart = /[rRuUbBfF]{0,2}("""|'''|"|')/y

/** A string literal of Python. */
function stringAt(source: string, at: number): { readonly value: string; readonly end: number } | undefined {
  stringStart.lastIndex = at
  const match = stringStart.exec(source)
  const quote = match?.[1]
  if (match === null || quote === undefined || (match[0].length > quote.length && /\w/.test(source[at - 1] ?? ''))) {
    return undefined
  }
  const isRaw = /r/i.test(match[0].slice(0, -quote.length))
  let value = ''
  let end = stringStart.lastIndex
  while (end < source.length && !source.startsWith(quote, end)) {
    if (source[end] === '\\' && !isRaw) {
      const escaped = source[end + 1] ?? ''
      value += escaped === 'n' ? '\n' : escaped === 't' ? '\t' : escaped === '\n' ? '' : escaped
      end += 2
    } else value += source[end++]
  }
  return { value, end: Math.min(source.length, end + quote.length) }
}

/** The text that a body starts with, without the indentation of its lines. */
function docstring(body: string): string {
  const start = body.search(/\S/)
  const found = start === -1 ? undefined : stringAt(body, start)
  if (found === undefined) return ''
  const [first = '', ...rest] = found.value.split(/\r?\n/)
  const indents = rest.filter(line => line.trim() !== '').map(line => line.search(/\S/))
  const indent = indents.length === 0 ? 0 : Math.min(...indents)
  return [first.trim(), ...rest.map(line => line.slice(indent).trimEnd())].join('\n').trim()
}

/** Behind the last line of a class whose `class` stands at a column. */
function bodyEnd(source: string, start: number, column: number): number {
  let end = start
  let at = source.indexOf('\n', start) + 1
  if (at === 0) return source.length
  end = at - 1
  while (at < source.length) {
    const string = stringAt(source, at + Math.max(0, source.slice(at, at + 500).search(/\S/)))
    const newline = source.indexOf('\n', string === undefined ? at : string.end)
    const lineEnd = newline === -1 ? source.length : newline
    const line = source.slice(at, lineEnd)
    const indent = line.search(/\S/)
    if (indent !== -1) {
      // The bracket that ends a call over several lines may stand further out.
      if (indent <= column && !/^\s*\)/.test(line)) break
      end = lineEnd
    }
    at = lineEnd + 1
  }
  return end
}

/** `question, context: list[str]`: split at the commas outside of brackets. */
function readList(text: string): readonly FoundField[] | undefined {
  const parts: string[] = []
  let [depth, from] = [0, 0]
  for (let at = 0; at <= text.length; at++) {
    if (text[at] === '[') depth++
    if (text[at] === ']') depth--
    if (at < text.length && (text[at] !== ',' || depth > 0)) continue
    parts.push(text.slice(from, at).trim())
    from = at + 1
  }
  const fields = parts.map(part => {
    const [, name, type = 'str'] = /^(\w+)\s*(?::\s*(.+))?$/s.exec(part) ?? []
    return name === undefined ? undefined : { name, type, desc: '' }
  })
  return fields.every(field => field !== undefined) ? fields : undefined
}

/** What DSPy itself says of a signature without instructions. */
function defaultInstructions(inputs: readonly FoundField[], outputs: readonly FoundField[]): string {
  const list = (fields: readonly FoundField[]) => fields.map(({ name }) => `\`${name}\``).join(', ')
  return `Given the fields ${list(inputs)}, produce the fields ${list(outputs)}.`
}

function build(
  span: Span,
  name: string,
  instructions: string,
  inputs: readonly FoundField[],
  outputs: readonly FoundField[],
): DspySignature {
  const unknownTypes: { field: string; type: string }[] = []
  const convert = (found: FoundField): Field => {
    const type = typeOf(found.type)
    if (type === undefined) unknownTypes.push({ field: found.name, type: found.type.trim() })
    const fieldName = nameProblem(found.name) === undefined ? found.name : (suggestName(found.name) ?? found.name)
    return {
      name: fieldName,
      type: type ?? { kind: 'str' },
      desc: found.desc.replace(/\s+/g, ' ').trim(),
      constraints: [],
    }
  }
  const signature: Signature = {
    skillId: undefined,
    name: nameProblem(name) === undefined ? name : `Signature${name}`,
    instructions,
    inputs: inputs.map(convert),
    outputs: outputs.map(convert),
    metrics: [],
    threshold: defaultThreshold,
    examples: undefined,
  }
  return { span, signature, unknownTypes }
}

/** The type in this file's words; `undefined` for one that only Python knows. */
function typeOf(text: string): FieldType | undefined {
  const { type } = readType(text.replace(/\b(?:typing|datetime|t)\./g, '').trim())
  return type.ok && !holdsObject(type.value) ? type.value : undefined
}

/** An object needs fields, which a type alone does not tell. */
function holdsObject(type: FieldType): boolean {
  switch (type.kind) {
    case 'object':
      return true
    case 'list':
    case 'optional':
      return holdsObject(type.item)
    case 'dict':
      return holdsObject(type.value)
    default:
      return false
  }
}
