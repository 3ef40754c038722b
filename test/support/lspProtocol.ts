/** Watches a session of the language server and notes each message that the protocol does not allow. */
import { Ajv, type ErrorObject } from 'ajv'
import type { MessageReader, MessageWriter } from 'vscode-jsonrpc/node'
import { readLspSchema } from './lspSchema.ts'

type Json = ReturnType<typeof JSON.parse>
type Side = 'client' | 'server'

/** Sees all that goes through the two, from now on; a sentence on each message that is wrong is added to the list. */
export function watchProtocol(reader: MessageReader, writer: MessageWriter, sendsWrong = false): readonly string[] {
  const found: string[] = []
  const session = createSession()
  const listen = reader.listen.bind(reader)
  reader.listen = callback =>
    listen(message => {
      found.push(...session.violations('server', message))
      callback(message)
    })
  const write = writer.write.bind(writer)
  writer.write = message => {
    const wrong = session.violations('client', message)
    if (!sendsWrong) found.push(...wrong)
    return write(message)
  }
  reader.onError(error => found.push(`standard output holds something else: ${error.message}`))
  return found
}

export interface Session {
  /** What is wrong with a message that this side sends. */
  violations(from: Side, message: Json): readonly string[]
}

export function createSession(): Session {
  const asked: Record<Side, Map<unknown, string>> = { client: new Map(), server: new Map() }

  function answered(from: Side, { id, result, error }: Json): readonly string[] {
    const questions = asked[from === 'client' ? 'server' : 'client']
    const method = questions.get(id)
    if (method === undefined) return id === null ? [] : [`an answer to a request ${id} that nobody made`]
    questions.delete(id)
    if (error !== undefined) return check('error', `the error of ${method}`, error)
    return messages[method] === undefined ? [] : check(`${method}/result`, `${method} result`, result)
  }

  function said(from: Side, { id, method, params }: Json): readonly string[] {
    const known = messages[method]
    // Methods of our own, and those by which a test tries what the server makes of an unknown one.
    if (known === undefined) {
      return from === 'client' || /^signature-?[tT]uner\//.test(method) ? [] : [`${method} is not in the protocol`]
    }
    const kind = id === undefined ? 'notification' : 'request'
    if (known.kind !== kind) return [`${method} is sent as a ${kind}`]
    if (known.from !== 'both' && known.from !== from) return [`${method} is for the ${known.from} to send`]
    if (!known.hasParams) return params == null ? [] : [`${method} has no parameters, is sent with ${shown(params)}`]
    return check(`${method}/params`, `${method} params`, params)
  }

  return {
    violations(from, message) {
      if (message.method === undefined) return answered(from, message)
      if (message.id !== undefined) asked[from].set(message.id, message.method)
      return said(from, message)
    },
  }
}

const { messages, schemas } = readLspSchema()
// Compiling takes longer than all the checks: neither inlining nor optimising pays.
const ajv = new Ajv({
  verbose: true,
  allowUnionTypes: true,
  validateSchema: false,
  inlineRefs: false,
  code: { optimize: false },
})
ajv.addKeyword({
  keyword: 'endsAfterStart',
  schemaType: 'boolean',
  error: { message: 'ends before it starts' },
  validate: (_: boolean, { start, end }: Json) =>
    start?.line < end?.line || (start?.line === end?.line && start?.character <= end?.character),
})
for (const [name, schema] of Object.entries(schemas)) ajv.addSchema(schema, encodeURIComponent(name))

function check(type: string, name: string, value: Json): readonly string[] {
  const validate = ajv.getSchema(encodeURIComponent(type))
  if (validate === undefined) throw new Error(`the schema has no ${type}`)
  // What is not sent at all is no message: JSON-RPC wants the result of a request, though it be null.
  if (value === undefined) return [`${name} is missing`]
  return validate(value) ? [] : [`${name}${explained(validate.errors ?? [])}`]
}

/** Of alternatives that all fail, the one was meant in which the fault lies deepest. */
function explained(errors: readonly ErrorObject[]): string {
  const faults = errors.filter(({ keyword }) => keyword !== 'anyOf')
  const depth = ({ instancePath }: ErrorObject) => instancePath.split('/').length
  const deepest = Math.max(...faults.map(depth))
  const meant = faults.filter(fault => depth(fault) === deepest)
  const [{ instancePath, data } = { instancePath: '', data: undefined }] = meant
  const reasons = new Set(meant.filter(fault => fault.instancePath === instancePath).map(reasonOf))
  return `${instancePath} ${[...reasons].join(', or ')}: ${shown(data)}`
}

function reasonOf({ keyword, message, params }: ErrorObject): string {
  if (keyword === 'additionalProperties') return `must not have a property '${params.additionalProperty}'`
  if (keyword === 'enum') return `must be one of ${params.allowedValues.join(', ')}`
  if (keyword === 'const') return `must be ${shown(params.allowedValue)}`
  return message ?? keyword
}

function shown(value: Json): string {
  const text = JSON.stringify(value)
  return text.length > 200 ? `${text.slice(0, 200)} …` : text
}
