/** A real HTTP server on the loopback that speaks Chat Completions, with faults that a seed determines. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { hashUnit } from '../../server/src/base/hash.ts'
import { isRecord } from '../../server/src/base/json.ts'
import type { Message } from '../../server/src/model/model.ts'

/** What a client asked, as far as it is Chat Completions. */
export interface ChatRequest {
  readonly model: string
  readonly messages: readonly Message[]
  /** The whole body: `response_format`, `temperature` and so on. */
  readonly body: Readonly<Record<string, unknown>>
  /** How often this very body was answered before: 0 the first time. */
  readonly repeat: number
}

export interface RecordedRequest {
  readonly method: string
  /** Path as sent; the whole URL when a forward proxy was meant. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** The parsed body, `{}` when it is no JSON object. */
  readonly body: Readonly<Record<string, unknown>>
  /** The fault it met, if any. */
  readonly fault: Fault | undefined
}

/** What may go wrong: 429, 500, no answer, a reset connection, no JSON, half of the JSON, a web page. */
export type Fault = 'rate_limit' | 'error' | 'hang' | 'reset' | 'garbage' | 'truncated' | 'html'

export const allFaults: readonly Fault[] = ['rate_limit', 'error', 'hang', 'reset', 'garbage', 'truncated', 'html']

export interface ModelServerOptions {
  /** The reply: an object is sent as JSON text in `content`, a string as it is. Default: `{}`. */
  readonly answer?: (request: ChatRequest) => object | string | Promise<object | string>
  readonly faults?: {
    /** Share of requests that fail, in 0..1; depends on seed, body and how often the body was seen. */
    readonly rate: number
    readonly seed?: number
    /** Default: all but `hang`, which costs the client its whole time-out. */
    readonly kinds?: readonly Fault[]
    /** A body fails at most so often in a row before it is answered; default 2. */
    readonly most?: number
    /** Seconds in the `Retry-After` of `rate_limit`; default 0. */
    readonly retryAfter?: number
  }
  /** Milliseconds before each answer. */
  readonly latency?: number
  /** Without `Authorization: Bearer <this>` a request gets 401. */
  readonly requireKey?: string
  /** What `response_format` may be; the rest gets a 400 that names it. Default: everything. */
  readonly supports?: { readonly jsonSchema?: boolean; readonly jsonObject?: boolean }
  /** Parameters that get a 400 that names them. */
  readonly rejects?: readonly string[]
  /** Whether replies report tokens (a quarter of the characters); default true. */
  readonly usage?: boolean
  /** Answers in its own way; returns false to leave the request to the rules above. */
  readonly respond?: (request: RecordedRequest, response: ServerResponse) => boolean
  /** Speaks HTTPS with these PEM texts. */
  readonly tls?: { readonly key: string; readonly cert: string }
  /** Default 0: any free port. */
  readonly port?: number
}

export interface ModelServer extends AsyncDisposable {
  /** Base URL, ending in `/v1`. */
  readonly url: string
  /** All requests in order of arrival. */
  readonly requests: readonly RecordedRequest[]
  /** How many Chat Completions were requested, faults included. */
  readonly count: number
  /** Cuts all connections. */
  close(): Promise<void>
}

export async function startModelServer(options: ModelServerOptions = {}): Promise<ModelServer> {
  const requests: RecordedRequest[] = []
  const seen = new Map<string, { failed: number; answered: number }>()
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    answer(request, response).catch(() => response.destroy())
  }
  const server = options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener)

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request)
    const counts = seen.get(body) ?? { failed: 0, answered: 0 }
    seen.set(body, counts)
    const chat = request.method === 'POST' && request.url?.endsWith('/chat/completions') === true
    const fault = chat ? chooseFault(options.faults, body, counts) : undefined
    const recorded: RecordedRequest = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      text: body,
      body: parseObject(body),
      fault,
    }
    requests.push(recorded)
    if (options.latency !== undefined) await delay(options.latency)
    if (options.respond?.(recorded, response) === true) return
    const key = options.requireKey
    if (key !== undefined && request.headers.authorization !== `Bearer ${key}`) {
      return sendError(response, 401, { message: 'Incorrect API key provided.', code: 'invalid_api_key' })
    }
    if (fault !== undefined) {
      counts.failed++
      return sendFault(response, fault, options.faults?.retryAfter ?? 0)
    }
    if (request.method === 'GET' && request.url?.endsWith('/models') === true) {
      return sendJson(response, 200, { object: 'list', data: [{ id: 'test-model', object: 'model' }] })
    }
    if (!chat) return sendError(response, 404, { message: `Unknown request URL: ${request.method} ${request.url}` })
    const rejected = rejectedParameter(options, recorded.body)
    if (rejected !== undefined) {
      const message = `Unsupported parameter: '${rejected}' is not supported with this model.`
      return sendError(response, 400, { message, param: rejected, code: 'unsupported_parameter' })
    }
    const question = { ...readChat(recorded.body), repeat: counts.answered++ }
    counts.failed = 0
    const reply = await (options.answer ?? (() => ({})))(question)
    const content = typeof reply === 'string' ? reply : JSON.stringify(reply)
    sendJson(response, 200, completion(question, content, options.usage ?? true))
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const close = async () => {
    server.closeAllConnections()
    await new Promise<void>(resolve => server.close(() => resolve()))
  }
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}/v1`,
    requests,
    get count() {
      return requests.filter(request => request.path.endsWith('/chat/completions')).length
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** The wire format's reply with this content. */
export function completion(question: Pick<ChatRequest, 'model' | 'messages'>, content: string, usage = true): object {
  const asked = question.messages.reduce((sum, message) => sum + message.content.length, 0)
  const tokens = { prompt_tokens: Math.ceil(asked / 4), completion_tokens: Math.ceil(content.length / 4) }
  return {
    id: 'chatcmpl-test',
    object: 'chat.completion',
    created: 0,
    model: question.model,
    choices: [{ index: 0, message: { role: 'assistant', content, refusal: null }, finish_reason: 'stop' }],
    ...(usage ? { usage: { ...tokens, total_tokens: tokens.prompt_tokens + tokens.completion_tokens } } : {}),
  }
}

function chooseFault(
  faults: ModelServerOptions['faults'],
  body: string,
  counts: { readonly failed: number; readonly answered: number },
): Fault | undefined {
  if (faults === undefined || counts.failed >= (faults.most ?? 2)) return undefined
  const kinds = faults.kinds ?? allFaults.filter(fault => fault !== 'hang')
  const unit = hashUnit(`${faults.seed ?? 0}\n${counts.answered}\n${counts.failed}\n${body}`)
  // The part of the unit below the rate, stretched to 0..1, also chooses the kind.
  return unit < faults.rate ? kinds[Math.floor((unit / faults.rate) * kinds.length)] : undefined
}

function sendFault(response: ServerResponse, fault: Fault, retryAfter: number): void {
  switch (fault) {
    case 'rate_limit':
      response.setHeader('Retry-After', String(retryAfter))
      sendError(response, 429, { message: 'Rate limit reached.', code: 'rate_limit_exceeded' })
      break
    case 'error':
      sendError(response, 500, { message: 'The server had an error.' })
      break
    case 'hang':
      break
    case 'reset':
      response.socket?.resetAndDestroy()
      break
    case 'garbage':
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('\u0000\u0001 not json \ufffd')
      break
    case 'truncated':
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"choices": [{"message": {"content": "{\\"a')
      break
    case 'html':
      response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>Welcome</title>')
  }
}

function rejectedParameter(
  { supports = {}, rejects = [] }: ModelServerOptions,
  body: RecordedRequest['body'],
): string | undefined {
  const format = isRecord(body.response_format) ? body.response_format.type : undefined
  if (format === 'json_schema' && supports.jsonSchema === false) return 'response_format'
  if (format === 'json_object' && supports.jsonObject === false) return 'response_format'
  return rejects.find(name => Object.hasOwn(body, name))
}

function readChat(body: RecordedRequest['body']): Omit<ChatRequest, 'repeat'> {
  const messages = Array.isArray(body.messages) ? body.messages.filter(isMessage) : []
  return { model: typeof body.model === 'string' ? body.model : '', messages, body }
}

function isMessage(value: unknown): value is Message {
  return isRecord(value) && typeof value.role === 'string' && typeof value.content === 'string'
}

function parseObject(body: string): RecordedRequest['body'] {
  try {
    const value: unknown = JSON.parse(body)
    return isRecord(value) ? value : {}
  } catch {
    return {}
  }
}

/** The error body of the wire format. */
export function sendError(response: ServerResponse, status: number, error: object): void {
  sendJson(response, status, { error: { type: 'invalid_request_error', param: null, code: null, ...error } })
}

export function sendJson(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value))
}
