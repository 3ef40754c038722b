/** Reads a task call back: instructions, fields and input values from its messages. */
import type { ModelRequest } from '../../model/model.ts'
import type { PromptField } from '../../model/prompt.ts'

export interface InputText {
  readonly name: string
  readonly type: string
  readonly text: string
}

export interface TaskRequest {
  readonly instructions: string
  readonly inputs: readonly InputText[]
  readonly outputs: readonly PromptField[]
}

/** More of an input than this is not read. */
const maxInputChars = 60_000

const inputsHeading = '\nInput fields:\n'
const outputsHeading = '\nOutput fields:\n'
const replyHeading = '\nReply with one JSON object whose keys are exactly:'

/** Never fails: what does not look like a task call of ours is one input named `text`. */
export function readTask(request: ModelRequest): TaskRequest {
  const system = contentOf(request, 'system')
  const user = contentOf(request, 'user')
  const outputsAt = system.lastIndexOf(outputsHeading)
  const inputsAt = outputsAt < 0 ? -1 : system.lastIndexOf(inputsHeading, outputsAt)
  if (inputsAt < 0)
    return {
      instructions: system,
      inputs: [{ name: 'text', type: 'str', text: user.slice(0, maxInputChars) }],
      outputs: [],
    }
  const end = system.lastIndexOf(replyHeading)
  const fields = readFields(system.slice(inputsAt + inputsHeading.length, outputsAt))
  return {
    instructions: system.slice(0, inputsAt).trim(),
    inputs: readInputs(user, fields),
    outputs: readFields(system.slice(outputsAt + outputsHeading.length, end < outputsAt ? system.length : end)),
  }
}

export function contentOf(request: ModelRequest, role: 'system' | 'user'): string {
  return request.messages
    .filter(message => message.role === role)
    .map(message => message.content)
    .join('\n')
}

interface OpenField {
  name: string
  type: string
  /** In lines, like each constraint. */
  desc: string[]
  constraints: string[][]
}

function readFields(block: string): PromptField[] {
  const fields: OpenField[] = []
  for (const line of block.split('\n')) {
    const current = fields.at(-1)
    const head = readHead(line)
    if (head !== undefined) fields.push(head)
    else if (current === undefined || line.trim() === '') continue
    else if (line.startsWith('  * ')) current.constraints.push([line.slice(4).trim()])
    else (current.constraints.at(-1) ?? current.desc).push(line.trim())
  }
  return fields.map(({ name, type, desc, constraints }) => ({
    name,
    type,
    desc: desc.join(' '),
    constraints: constraints.map(lines => lines.join(' ')),
  }))
}

/** `- name (type): desc`; the type may hold brackets and quoted text. */
function readHead(line: string): OpenField | undefined {
  const match = /^- ([A-Za-z_]\w*) \(/.exec(line)
  if (match === null) return undefined
  let quote = ''
  let depth = 1
  for (let i = match[0].length; i < line.length; i++) {
    const char = line[i] ?? ''
    if (quote !== '') {
      if (char === quote) quote = ''
    } else if (char === '"') quote = char
    else if (char === '(') depth++
    else if (char === ')' && --depth === 0) {
      const desc = line.slice(i + 1).replace(/^:\s*/, '')
      return { name: match[1] ?? '', type: line.slice(match[0].length, i), desc: [desc], constraints: [] }
    }
  }
  return undefined
}

/** Inputs stand in the order of the fields; a value may hold tags of its own, so each runs to the next field's tag. */
function readInputs(user: string, fields: readonly PromptField[]): InputText[] {
  let at = 0
  return fields.map((field, index) => {
    const open = `<${field.name}>\n`
    const start = user.indexOf(open, at)
    if (start < 0) return { name: field.name, type: field.type, text: '' }
    const from = start + open.length
    const next = fields[index + 1]
    const close = `\n</${field.name}>`
    const end = next === undefined ? user.lastIndexOf(close) : user.indexOf(`${close}\n<${next.name}>\n`, from - 1)
    const to = end < from - 1 ? user.length : end
    at = to
    return {
      name: field.name,
      type: field.type,
      text: user.slice(from, Math.min(Math.max(from, to), from + maxInputChars)),
    }
  })
}
