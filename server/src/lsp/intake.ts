/** What is taken from a client: messages in the order and of the shape that the protocol asks for; the rest is refused at the door. */
import {
  type Connection,
  ErrorCodes,
  Message,
  type MessageStrategy,
  type NotificationMessage,
  type RequestMessage,
  ResponseError,
} from 'vscode-languageserver'
import { z } from 'zod'

export interface Intake {
  readonly strategy: MessageStrategy
  /** Answers what is refused, and logs the notifications that nobody can be told of. */
  listen(connection: Pick<Connection, 'onRequest' | 'console'>): void
  /** The client has introduced itself. */
  begin(): void
  /** Nothing but the end may follow. */
  end(): void
}

interface Refusal {
  readonly code: number
  readonly message: string
}

/** Stands in for a request that is refused, so that its answer goes the way of all answers. */
const refusedMethod = 'signature-tuner/refused'

export function createIntake(): Intake {
  let phase: 'new' | 'open' | 'ended' = 'new'
  let log: (message: string) => void = () => {}

  function refusalOf({ method, params }: RequestMessage | NotificationMessage): Refusal | undefined {
    if (method === 'initialize' && phase !== 'new') {
      return { code: ErrorCodes.InvalidRequest, message: 'The session has begun already: initialize comes once.' }
    }
    if (method !== 'initialize' && phase === 'new') {
      const message = `${method} came too early: initialize comes first.`
      return { code: ErrorCodes.ServerNotInitialized, message }
    }
    if (phase === 'ended') {
      return { code: ErrorCodes.InvalidRequest, message: `${method} came after shutdown: only exit may follow.` }
    }
    const message = describeMisshape(method, params)
    return message === undefined ? undefined : { code: ErrorCodes.InvalidParams, message }
  }

  return {
    strategy: {
      handleMessage(message, next) {
        if (Message.isRequest(message)) {
          const refusal = refusalOf(message)
          return next(refusal === undefined ? message : { ...message, method: refusedMethod, params: refusal })
        }
        // Those are about messages, and the end is always heard.
        if (!Message.isNotification(message) || message.method === 'exit' || message.method.startsWith('$/')) {
          return next(message)
        }
        const refusal = refusalOf(message)
        if (refusal === undefined) return next(message)
        // The protocol has what comes too early or too late dropped.
        if (refusal.code === ErrorCodes.InvalidParams) log(refusal.message)
      },
    },
    listen({ onRequest, console }) {
      log = message => console.error(message)
      onRequest(refusedMethod, ({ code, message }: Refusal) => new ResponseError(code, message))
    },
    begin() {
      phase = 'open'
    },
    end() {
      phase = 'ended'
    },
  }
}

const position = z.object({ line: z.number(), character: z.number() })
const range = z.object({ start: position, end: position })
const document = z.object({ uri: z.string() })
const about = z.object({ textDocument: document })
const at = about.extend({ position })
const within = about.extend({ range })
const folder = z.object({ uri: z.string() })

/** What handlers rely on, of the messages that reach into documents. */
const shapes: Readonly<Record<string, z.ZodType>> = {
  initialize: z.object({
    capabilities: z.object({}),
    rootUri: z.string().nullish(),
    workspaceFolders: z.array(folder).nullish(),
  }),
  'textDocument/didOpen': z.object({ textDocument: document.extend({ text: z.string() }) }),
  'textDocument/didChange': about.extend({ contentChanges: z.array(z.object({ text: z.string() })) }),
  'textDocument/didSave': about,
  'textDocument/didClose': about,
  'textDocument/diagnostic': about,
  'textDocument/documentSymbol': about,
  'textDocument/foldingRange': about,
  'textDocument/documentLink': about,
  'textDocument/codeLens': about,
  'textDocument/formatting': about,
  'textDocument/semanticTokens/full': about,
  'textDocument/semanticTokens/full/delta': about,
  'textDocument/hover': at,
  'textDocument/completion': at,
  'textDocument/definition': at,
  'textDocument/references': at.extend({ context: z.object({}) }),
  'textDocument/documentHighlight': at,
  'textDocument/prepareRename': at,
  'textDocument/rename': at.extend({ newName: z.string() }),
  'textDocument/onTypeFormatting': at,
  'textDocument/inlayHint': within,
  'textDocument/rangeFormatting': within,
  'textDocument/semanticTokens/range': within,
  'textDocument/codeAction': within.extend({ context: z.object({ diagnostics: z.array(z.object({ range })) }) }),
  'textDocument/selectionRange': about.extend({ positions: z.array(position) }),
  'workspace/executeCommand': z.object({ command: z.string(), arguments: z.array(z.unknown()).nullish() }),
  'workspace/symbol': z.object({ query: z.string() }),
  'workspace/textDocumentContent': document,
  'workspace/didChangeConfiguration': z.object({}),
  'workspace/didChangeWatchedFiles': z.object({ changes: z.array(z.object({ uri: z.string() })) }),
  'workspace/didChangeWorkspaceFolders': z.object({
    event: z.object({ added: z.array(folder), removed: z.array(folder) }),
  }),
  'inlayHint/resolve': z.object({}),
  'codeAction/resolve': z.object({}),
}

function describeMisshape(method: string, params: unknown): string | undefined {
  const shape = Object.hasOwn(shapes, method) ? shapes[method] : undefined
  const read = shape?.safeParse(params)
  const [issue] = read?.error?.issues ?? []
  if (issue === undefined) return undefined
  const where = issue.path.length === 0 ? 'its parameters' : `'${issue.path.join('.')}'`
  return `${method} cannot be carried out: ${where}: ${issue.message}.`
}
