/** Reads a TuneSignature call back: the signature's text, the failures and the rejected proposals. */
import type { ModelRequest } from '../../model/model.ts'
import { contentOf } from './readPrompt.ts'

/** One example of the analysis: values by field name. */
export interface Case {
  readonly id: string
  readonly inputs: ReadonlyMap<string, string>
  readonly expected: ReadonlyMap<string, unknown>
  readonly got: ReadonlyMap<string, unknown>
}

export interface Analysis {
  readonly signature: string
  readonly cases: readonly Case[]
  /** Output fields with failures, the worst first, as the analysis orders them. */
  readonly fields: readonly string[]
  /** One line for each. */
  readonly rejected: readonly string[]
}

const maxChars = 400_000
const maxCases = 400
const maxValueChars = 20_000

/** Lines it does not know are passed over. */
export function readAnalysis(request: ModelRequest): Analysis {
  const user = contentOf(request, 'user').slice(0, maxChars)
  const signature = between(user, '<current_signature>', '</current_signature>')
  const analysis = between(user, '<failure_analysis>', '</failure_analysis>')
  const cases = new Map<
    string,
    { inputs: Map<string, string>; expected: Map<string, unknown>; got: Map<string, unknown> }
  >()
  const fields: string[] = []
  const rejected: string[] = []
  let current = {
    inputs: new Map<string, string>(),
    expected: new Map<string, unknown>(),
    got: new Map<string, unknown>(),
  }
  let inRejected = false
  for (const line of analysis.split('\n')) {
    const heading = /^#{1,6}\s+(.*)$/.exec(line)?.[1]
    if (heading !== undefined) {
      inRejected = /^rejected/i.test(heading)
      const field = /^field '?([A-Za-z_]\w*)/i.exec(heading)?.[1]
      if (field !== undefined && !fields.includes(field)) fields.push(field)
      const id = /^example\s+(\S{1,200})/i.exec(heading)?.[1]
      if (id !== undefined) {
        current = cases.get(id) ?? { inputs: new Map(), expected: new Map(), got: new Map() }
        if (cases.size < maxCases) cases.set(id, current)
      }
      continue
    }
    if (inRejected) {
      rejected.push(line)
      continue
    }
    const item = /^\s*[-*]\s+(input|expected|got)\s+([A-Za-z_]\w*)\s*:\s?(.*)$/i.exec(line)
    if (item === null) continue
    const value = parsedValue((item[3] ?? '').slice(0, maxValueChars))
    const name = item[2] ?? ''
    const part = (item[1] ?? '').toLowerCase()
    if (part === 'input') current.inputs.set(name, typeof value === 'string' ? value : JSON.stringify(value))
    else if (part === 'expected') current.expected.set(name, value)
    else current.got.set(name, value)
  }
  return {
    signature,
    cases: [...cases].map(([id, values]) => ({ id, ...values })),
    fields,
    rejected: rejected.filter(line => line.trim() !== ''),
  }
}

function between(text: string, open: string, close: string): string {
  const start = text.indexOf(open)
  if (start < 0) return ''
  const end = text.indexOf(close, start)
  return text.slice(start + open.length, end < 0 ? text.length : end).replace(/^\n|\n$/g, '')
}

/** A value stands on one line as JSON; anything else is taken as text. */
function parsedValue(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text.trim()
  }
}
