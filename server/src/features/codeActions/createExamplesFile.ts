/** Creates the file of examples that the signature names, with one example. */
import type { QuickFix } from './action.ts'
import { exampleStub } from './stubs.ts'

export const createExamplesFile: QuickFix = {
  codes: ['examples-unreadable'],
  fixes(document, { message }) {
    const source = document.examples?.source
    // A file that is there and cannot be read is another matter.
    if (source?.kind !== 'file' || !message.endsWith('does not exist.')) return []
    const text = fileText(source.path, exampleStub(document))
    return text === undefined ? [] : [{ title: `Create ${source.path}`, edits: [], file: { path: source.path, text } }]
  },
}

/** One example in the format that the name tells. */
function fileText(path: string, example: Readonly<Record<string, unknown>>): string | undefined {
  const json = JSON.stringify(example)
  switch (/\.(\w+)$/.exec(path)?.[1]) {
    case 'jsonl':
      return `${json}\n`
    case 'json':
      return `[\n  ${json}\n]\n`
    case 'yaml':
    case 'yml':
      return `- ${json}\n`
    case 'csv':
      return `${Object.keys(example).map(cell).join(',')}\n${Object.values(example).map(cell).join(',')}\n`
    default:
      return undefined
  }
}

function cell(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
