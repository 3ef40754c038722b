/** Where the keys of examples stand in a file: what a field's name is found by, and renamed. */
import { fail, ok, type Result } from '../base/result.ts'
import { lineColumnAt, lineStarts, type Span } from '../base/text.ts'
import type { YamlNode } from '../signature/yamlNode.ts'
import { readYaml } from '../signature/yamlTree.ts'
import { elementsOf, jsonErrorIn, membersOf } from './jsonText.ts'
import type { ExamplesFormat } from './read.ts'

/** Spans of a key, without its quotes. A failure is the end of a sentence that starts with the file. */
export function exampleKeySpans(text: string, format: ExamplesFormat, name: string): Result<readonly Span[], string> {
  switch (format) {
    case 'jsonl':
      return jsonLinesKeys(text, name)
    case 'json':
      return jsonKeys(text, name)
    case 'yaml':
      return yamlKeys(text, name)
    case 'csv':
      return csvKeys(text, name)
  }
}

function jsonLinesKeys(text: string, name: string): Result<readonly Span[], string> {
  const spans: Span[] = []
  let line = 0
  for (let start = text.charCodeAt(0) === 0xfeff ? 1 : 0; start < text.length; ) {
    const newline = text.indexOf('\n', start)
    const end = newline === -1 ? text.length : newline
    const source = text.slice(start, end)
    line++
    if (source.trim() !== '') {
      if (jsonErrorIn(source) !== undefined || !source.trimStart().startsWith('{')) {
        return fail(`is broken in line ${line}`)
      }
      spans.push(...keysOf(source, start, name))
    }
    start = end + 1
  }
  return ok(spans)
}

function jsonKeys(text: string, name: string): Result<readonly Span[], string> {
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0
  const source = text.slice(start)
  const error = jsonErrorIn(source)
  if (error !== undefined) return fail(`is broken in line ${lineColumnAt(lineStarts(source), error.offset).line}`)
  const list = source.trimStart().startsWith('{')
    ? membersOf(source).find(({ key }) => key === 'examples')?.valueStart
    : source.indexOf('[')
  if (list === undefined || source[list] !== '[') return fail('holds no list of examples')
  return ok(
    elementsOf(source, list).flatMap(at => (source[at] === '{' ? keysOf(source.slice(at), start + at, name) : [])),
  )
}

function keysOf(source: string, offset: number, name: string): readonly Span[] {
  return membersOf(source).flatMap(({ key, keyStart }) => {
    const start = offset + keyStart + 1
    // A key that is written with escapes is not touched.
    return key === name && source.startsWith(name, keyStart + 1) ? [{ start, end: start + name.length }] : []
  })
}

function yamlKeys(text: string, name: string): Result<readonly Span[], string> {
  const { root, issues } = readYaml(text)
  const [issue] = issues.filter(({ code }) => code !== 'yaml-tag')
  if (issue !== undefined) return fail(`is broken in line ${lineColumnAt(lineStarts(text), issue.span.start).line}`)
  const items: readonly YamlNode[] = root?.kind === 'seq' ? root.items : []
  return ok(
    items.flatMap(item =>
      item.kind === 'map'
        ? item.pairs.flatMap(({ key, keySpan }) => {
            const quoted = /["']/.test(text[keySpan.start] ?? '') ? 1 : 0
            const span = { start: keySpan.start + quoted, end: keySpan.end - quoted }
            return key === name && text.slice(span.start, span.end) === name ? [span] : []
          })
        : [],
    ),
  )
}

/** The cells of the header. */
function csvKeys(text: string, name: string): Result<readonly Span[], string> {
  const first = /^\ufeff?(?:[ \t]*\r?\n)*/.exec(text)?.[0].length ?? 0
  const header = /^(?:"(?:[^"]|"")*"|[^"\r\n])*/.exec(text.slice(first))?.[0] ?? ''
  const cells = [...header.matchAll(/(?:"(?:[^"]|"")*"|[^",])+/g)]
  return ok(
    cells.flatMap(({ 0: cell, index }) => {
      const bare = /^\s*"?\s*(.*?)\s*"?\s*$/s.exec(cell)?.[1]
      const start = first + index + cell.indexOf(name)
      return bare === name ? [{ start, end: start + name.length }] : []
    }),
  )
}
