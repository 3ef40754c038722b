/** What the YAML parser complains about, said shortly: one sentence, at most one line of span, often with a mend. */
import type { YAMLError } from 'yaml'
import type { Span } from '../base/text.ts'
import type { YamlIssue } from './yamlNode.ts'

export function describeError(text: string, error: YAMLError): YamlIssue {
  const span = shortSpan(text, error.pos[0], error.pos[1])
  const known = describeKnown(text, error, span)
  return known ?? { code: 'yaml-syntax', message: firstSentence(error.message), span }
}

function describeKnown(text: string, error: YAMLError, span: Span): YamlIssue | undefined {
  const code = 'yaml-syntax'
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return { code, message: 'YAML indents with spaces, this is a tab', span }
    case 'BLOCK_AS_IMPLICIT_KEY': {
      if (!error.message.startsWith('Nested mappings')) return undefined
      return { code, message: `text that holds ': ' needs quotes`, ...quotedRest(text, span.start) }
    }
    case 'BAD_SCALAR_START':
      return {
        code,
        message: `text that starts with '${text[span.start] ?? ''}' needs quotes`,
        ...quotedRest(text, span.start),
      }
    case 'TAG_RESOLVE_FAILED':
      return { code: 'yaml-tag', message: `tags such as ${text.slice(span.start, span.end)} mean nothing here`, span }
    case 'BAD_ALIAS':
      return { code: 'yaml-alias', message: firstSentence(error.message), span }
    case 'MULTIPLE_DOCS':
      return { code: 'multiple-documents', message: 'a file holds one YAML document', span }
    case 'RESOURCE_EXHAUSTION':
      return { code: 'yaml-limit', message: 'the YAML nests too deep to read', span }
    case 'UNEXPECTED_TOKEN':
      if (
        !error.message.endsWith('at node end') ||
        !/["']\s*$/.test(text.slice(Math.max(0, span.start - 20), span.start))
      ) {
        return undefined
      }
      return { code, message: 'the text goes on after its closing quote: put quotes around all of it', span }
    case 'MISSING_CHAR':
      if (!error.message.startsWith('Implicit map keys')) return undefined
      return { code, message: `expected ': ' and a value after '${text.slice(span.start, span.end).trim()}'`, span }
    default:
      return undefined
  }
}

/** The rest of a line, and the same between quotes. */
function quotedRest(text: string, start: number): { readonly span: Span; readonly suggestion: string } {
  const line = /^[^\r\n]*/.exec(text.slice(start, start + 10_000))?.[0] ?? ''
  const comment = line.search(/\s#/)
  const rest = (comment === -1 ? line : line.slice(0, comment)).trimEnd()
  return { span: { start, end: start + rest.length }, suggestion: JSON.stringify(rest) }
}

/** At least one character, at most to the end of the line, never the line break itself. */
function shortSpan(text: string, from: number, to: number): Span {
  let start = Math.min(from, text.length)
  if (start > 0 && (start === text.length || text[start] === '\n' || text[start] === '\r')) {
    while (start > 0 && ' \t\r\n'.includes(text[start - 1] ?? '')) start--
    start = Math.max(0, start - 1)
  }
  const newline = text.slice(start, Math.max(start + 1, to)).search(/[\r\n]/)
  const end = newline === -1 ? Math.min(to, text.length) : start + newline
  return { start, end: Math.max(end, Math.min(start + 1, text.length)) }
}

function firstSentence(message: string): string {
  const line = message.split('\n')[0] ?? message
  return line.charAt(0).toLowerCase() + line.slice(1).replace(/:\s*$/, '')
}
