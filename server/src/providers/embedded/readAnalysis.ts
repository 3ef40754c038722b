/** Reads a TuneSignature call back: the signature's text, the failures and the rejected proposals. */
import type { ModelRequest } from '../../model/model.ts'
import { contentOf } from './readPrompt.ts'

/** One example of the analysis: values by field name. */
export interface Case {
  readonly id: string
  readonly inputs: ReadonlyMap<string, string>
  readonly expected: ReadonlyMap<string, unknown>
  readonly got: ReadonlyMap<string, unknown>
  /** How many examples of the whole batch it stands for, about. */
  readonly weight: number
}

export interface Analysis {
  readonly signature: string
  readonly cases: readonly Case[]
  /** One line for each. */
  readonly rejected: readonly string[]
}

const maxChars = 400_000
const maxCases = 400
const maxValueChars = 4000

interface OpenCase {
  readonly inputs: Map<string, string>
  readonly expected: Map<string, unknown>
  readonly got: Map<string, unknown>
  readonly right: boolean
}

/** Lines it does not know are passed over. */
export function readAnalysis(request: ModelRequest): Analysis {
  const user = contentOf(request, 'user').slice(0, maxChars)
  const signature = between(user, '<current_signature>', '</current_signature>')
  const analysis = between(user, '<failure_analysis>', '</failure_analysis>')
  const cases = new Map<string, OpenCase>()
  const rejected: string[] = []
  const totals = { failing: 0, all: 0 }
  let current = openCase(false)
  let section: 'failing' | 'right' | 'rejected' = 'failing'
  for (const line of analysis.split('\n')) {
    const heading = /^#{1,6}\s+(.*)$/.exec(line)?.[1]
    if (heading === undefined) {
      if (section === 'rejected') rejected.push(line)
      else readItem(line, current)
      continue
    }
    const id = /^example\s+(\S{1,200})/i.exec(heading)?.[1]
    if (id !== undefined) {
      current = cases.get(id) ?? openCase(section === 'right')
      if (cases.size < maxCases) cases.set(id, current)
      continue
    }
    section = /^rejected/i.test(heading) ? 'rejected' : /\bright\b/i.test(heading) ? 'right' : 'failing'
    const lost = /\b(\d{1,6}) of (\d{1,6})\b/.exec(heading)
    totals.failing += Number(lost?.[1] ?? 0)
    totals.all = Math.max(totals.all, Number(lost?.[2] ?? 0))
  }
  const shown = [...cases.values()]
  const shownRight = shown.filter(one => one.right).length
  // What is shown is mostly failures; its weight makes up for what is not shown.
  const rightWeight = Math.max(1, (totals.all - totals.failing) / Math.max(1, shownRight))
  const failingWeight = Math.max(1, totals.failing / Math.max(1, shown.length - shownRight))
  return {
    signature,
    cases: [...cases].map(([id, one]) => ({ ...one, id, weight: one.right ? rightWeight : failingWeight })),
    rejected: rejected.filter(line => line.trim() !== ''),
  }
}

function openCase(right: boolean): OpenCase {
  return { inputs: new Map(), expected: new Map(), got: new Map(), right }
}

/** `- expected answer: "…"` */
function readItem(line: string, current: OpenCase): void {
  const item = /^\s*[-*]\s+(input|expected|got)\s+([A-Za-z_]\w*)\s*:\s?(.*)$/i.exec(line)
  if (item === null) return
  const value = parsedValue((item[3] ?? '').slice(0, maxValueChars))
  const name = item[2] ?? ''
  const part = (item[1] ?? '').toLowerCase()
  if (part === 'input') current.inputs.set(name, typeof value === 'string' ? value : JSON.stringify(value))
  else if (part === 'expected') current.expected.set(name, value)
  else current.got.set(name, value)
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
