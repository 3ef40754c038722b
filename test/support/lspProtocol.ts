/** Watches a session of the language server and notes each message of the server that the protocol does not allow. */
import type { MessageReader, MessageWriter } from 'vscode-jsonrpc/node'
import { messages, type Type, violations } from './lspProtocolTypes.ts'

type Json = ReturnType<typeof JSON.parse>

/** Sees all that goes through the two, from now on; what is wrong is added to the list. */
export function watchProtocol(reader: MessageReader, writer: MessageWriter): readonly string[] {
  const found: string[] = []
  const session = createSession()
  const listen = reader.listen.bind(reader)
  reader.listen = callback =>
    listen(message => {
      found.push(...session.received(message))
      callback(message)
    })
  const write = writer.write.bind(writer)
  writer.write = message => {
    session.sent(message)
    return write(message)
  }
  reader.onError(error => found.push(`standard output holds something else: ${error.message}`))
  return found
}

/** Messages that a server may send before it has answered `initialize`. */
const early: ReadonlySet<string> = new Set([
  'window/showMessage',
  'window/logMessage',
  'window/showMessageRequest',
  'telemetry/event',
  '$/progress',
])

export interface Session {
  sent(message: Json): void
  /** What is wrong with a message of the server. */
  received(message: Json): readonly string[]
}

export function createSession(): Session {
  const asked = new Map<number | string, string>()
  const progress = createProgress()
  let capabilities: Json = {}
  let initialized = false

  function answered({ id, result, error }: Json): readonly string[] {
    const method = asked.get(id)
    if (method === undefined) return id === null ? [] : [`an answer to a request ${id} that nobody made`]
    asked.delete(id)
    if (method === 'initialize') initialized = true
    if (error !== undefined) return violations(errorType, error, `error of ${method}`)
    const type = messages.get(method)?.result
    return type === undefined ? [] : violations(type, result, `result of ${method}`)
  }

  function said({ id, method, params }: Json): readonly string[] {
    const known = messages.get(method)
    // Methods of our own; the protocol leaves them to us, but for those that begin with `$/`.
    if (known === undefined) return method.includes('/') && !method.startsWith('$/') ? [] : [`${method} is unknown`]
    const wrong: string[] = []
    if (known.messageDirection === 'clientToServer') wrong.push(`${method} is for clients to send`)
    if ((id !== undefined) !== 'result' in known)
      wrong.push(`${method} is no ${id === undefined ? 'notification' : 'request'}`)
    if (!initialized && !early.has(method)) wrong.push(`${method} was sent before initialize was answered`)
    if (known.clientCapability !== undefined && !isGiven(capabilities, known.clientCapability)) {
      wrong.push(`${method} was sent to a client without ${known.clientCapability}`)
    }
    if (known.params !== undefined) wrong.push(...violations(known.params, params, method))
    if (method === 'workspace/applyEdit') wrong.push(...editViolations(params.edit, capabilities))
    return [...wrong, ...progress.received(method, params)]
  }

  return {
    sent({ id, method, params }) {
      if (method === undefined) return
      if (id !== undefined) asked.set(id, method)
      if (method === 'initialize') capabilities = params.capabilities
      progress.offer(params?.workDoneToken)
    },
    received: message => (message.method === undefined ? answered(message) : said(message)),
  }
}

const errorType: Type = {
  kind: 'literal',
  value: {
    properties: [
      { name: 'code', type: { kind: 'base', name: 'integer' } },
      { name: 'message', type: { kind: 'base', name: 'string' } },
      { name: 'data', type: { kind: 'reference', name: 'LSPAny' }, optional: true },
    ],
  },
}

/** What any client may be sent. */
const pushed: ReadonlySet<string> = new Set(['textDocument.publishDiagnostics', 'window.showMessage'])

function isGiven(capabilities: Json, path: string): boolean {
  const given = path.split('.').reduce((value: Json, step) => value?.[step], capabilities)
  return pushed.has(path) || (given !== undefined && given !== false)
}

function editViolations(edit: Json, { workspace }: Json): readonly string[] {
  const able = workspace?.workspaceEdit ?? {}
  const wrong: string[] = []
  if (edit?.documentChanges !== undefined && able.documentChanges !== true) {
    wrong.push('workspace/applyEdit has documentChanges for a client without them')
  }
  if (edit?.changeAnnotations !== undefined && able.changeAnnotationSupport === undefined) {
    wrong.push('workspace/applyEdit has changeAnnotations for a client without them')
  }
  return wrong
}

/** Work-done progress: its token is known, and it begins once, before all else, and ends once. */
function createProgress() {
  const states = new Map<number | string, 'offered' | 'begun' | 'ended'>()

  function step(token: number | string, value: Json): readonly string[] {
    const state = states.get(token)
    const kind = value?.kind
    const name = { begin: 'WorkDoneProgressBegin', report: 'WorkDoneProgressReport', end: 'WorkDoneProgressEnd' }[
      kind as string
    ]
    if (name === undefined) return []
    const wrong = violations({ kind: 'reference', name }, value, `$/progress ${kind}`)
    const expected = kind === 'begin' ? 'offered' : 'begun'
    states.set(token, kind === 'end' ? 'ended' : 'begun')
    return state === expected ? wrong : [...wrong, `$/progress ${kind} of a token that is ${state ?? 'unknown'}`]
  }

  return {
    offer(token: number | string | undefined) {
      if (token !== undefined) states.set(token, 'offered')
    },
    received(method: string, params: Json): readonly string[] {
      if (method === 'window/workDoneProgress/create') states.set(params.token, 'offered')
      return method === '$/progress' ? step(params.token, params.value) : []
    },
  }
}
