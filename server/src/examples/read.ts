/** Reads examples from a file's text, as it comes, or from the objects inside a signature file. */
import { failureOf } from '../base/errors.ts'
import { pause } from '../base/pause.ts'
import { forEachInSteps, type Steps } from '../base/steps.ts'
import type { Signature } from '../signature/signature.ts'
import { readCsv } from './csv.ts'
import type { Dataset } from './example.ts'
import { readJson } from './json.ts'
import { readJsonLines } from './jsonLines.ts'
import { createReading, type Reading } from './reading.ts'
import type { TextReader } from './textReader.ts'
import { readYamlList } from './yaml.ts'

export type ExamplesFormat = 'jsonl' | 'json' | 'yaml' | 'csv'

const formats: Readonly<Record<string, ExamplesFormat>> = {
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  json: 'json',
  yaml: 'yaml',
  yml: 'yaml',
  csv: 'csv',
}

/** The format that a path's extension names. */
export function formatOf(path: string): ExamplesFormat | undefined {
  const extension = /\.([a-z]+)$/i.exec(path.slice(-10))?.[1]?.toLowerCase() ?? ''
  return Object.hasOwn(formats, extension) ? formats[extension] : undefined
}

export interface ReadOptions {
  /** Gives way to others between pieces of work; the event loop's next turn unless given. */
  readonly pause?: () => Promise<void>
}

const readers: Readonly<Record<ExamplesFormat, (reading: Reading, signature: Signature) => TextReader>> = {
  jsonl: readJsonLines,
  json: readJson,
  yaml: readYamlList,
  csv: readCsv,
}

/** UTF-16 code units worked through between two pauses: some milliseconds of work. */
const sliceLength: Readonly<Record<ExamplesFormat, number>> = {
  jsonl: 131_072,
  json: 65_536,
  csv: 65_536,
  yaml: 4096,
}

/**
 * Reads a file in pieces of any size without holding the event loop. Examples with errors are left out and
 * reported with line and column; a `failureError` thrown by the source becomes a problem, too.
 */
export async function readExamples(
  source: AsyncIterable<string> | Iterable<string>,
  format: ExamplesFormat,
  signature: Signature,
  options: ReadOptions = {},
): Promise<Dataset> {
  const { pause: giveWay = pause } = options
  const reading = createReading(signature)
  const reader = readers[format](reading, signature)
  const size = sliceLength[format]
  let worked = 0
  try {
    for await (const text of slices(source, size)) {
      if (!(await reader.feed(text))) return reading.finish()
      worked += text.length
      if (worked < size) continue
      worked = 0
      await giveWay()
    }
    await reader.end()
  } catch (error) {
    const failure = failureOf(error)
    if (failure === undefined) throw error
    reading.error('examples-read', failure.message, { line: 1, column: 1 })
  }
  return reading.finish()
}

/** The text in pieces of at most `size`, none empty, without the byte order mark. */
async function* slices(source: AsyncIterable<string> | Iterable<string>, size: number): AsyncGenerator<string> {
  let first = true
  for await (const chunk of source) {
    const text = first && chunk.charCodeAt(0) === 0xfeff ? chunk.slice(1) : chunk
    if (chunk !== '') first = false
    for (let start = 0; start < text.length; start += size) yield text.slice(start, start + size)
  }
}

/** Examples written inside the signature file, in steps; `lines` says where each starts. */
export function* readInlineExamples(
  items: readonly unknown[],
  lines: readonly number[],
  signature: Signature,
): Steps<Dataset> {
  const reading = createReading(signature)
  // What comes past the most that are read is not taken.
  yield* forEachInSteps(items, (item, index) => {
    const start = { line: lines[index] ?? 1, column: 1 }
    reading.add(item, { start, keyAt: () => start, valueAt: () => start })
  })
  return reading.finish()
}
