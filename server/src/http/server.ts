/** The HTTP server on the loopback: the guard first, time limits, then the application. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { Ports } from '../app/ports.ts'
import { errorCode, type Failure, failure } from '../base/errors.ts'
import { fail, ok, type Result } from '../base/result.ts'
import { createApplication } from './application.ts'
import { refuseRequest } from './guard.ts'
import { problemOf, problemType } from './problem.ts'

export interface HttpServerOptions {
  readonly ports: Ports
  /** Workspace root, absolute, by realpath. */
  readonly root: string
  /** 0 takes a free one. */
  readonly port: number
  /** The token that requests must carry, known once the port is. */
  readonly openToken: (port: number) => Promise<Result<string>>
  readonly log: (line: string) => void
  /** Milliseconds for the head and for the whole of a request. */
  readonly headTimeout?: number
  readonly requestTimeout?: number
}

export interface HttpServer {
  readonly url: string
  readonly port: number
  /** Takes no more requests, ends those under way; jobs stay resumable. */
  close(): Promise<void>
}

/** Never another address: who can reach the port can try tokens. */
const address = '127.0.0.1'
/** Milliseconds that requests under way have to end. */
const graceMilliseconds = 2_000

export async function startHttpServer(options: HttpServerOptions): Promise<Result<HttpServer>> {
  const { ports, root, log, headTimeout = 5_000, requestTimeout = 30_000 } = options
  const stopping = new AbortController()
  const application = createApplication({ ports, root, stopping: stopping.signal, log })
  const listener = getRequestListener(application.fetch, { overrideGlobalObjects: false })
  // Until the token is known nobody is let in.
  let gatekeeper: { readonly port: number; readonly token: string } | undefined

  function admit(request: IncomingMessage, response: ServerResponse): boolean {
    const { method = '', url = '', rawHeaders } = request
    const refused =
      gatekeeper === undefined
        ? failure('busy', 'The server is starting.')
        : refuseRequest(gatekeeper, { method, target: url, rawHeaders })
    if (refused === undefined) return true
    refuse(request, response, refused)
    return false
  }

  const server = createServer({
    requestTimeout,
    headersTimeout: headTimeout,
    connectionsCheckingInterval: 500,
    // The guard refuses them, with a reason.
    requireHostHeader: false,
  })
  server.keepAliveTimeout = 5_000
  server.maxConnections = 256
  server.on('drop', () => log('A connection was refused: 256 are open already.'))
  server.on('request', (request, response) => {
    if (admit(request, response)) void listener(request, response)
  })
  // A large body is not asked for before the head was found good.
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (!admit(request, response)) return
    response.writeContinue()
    void listener(request, response)
  })
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    if (!admit(request, response)) return
    refuse(request, response, failure('usage', "The header Expect can only be '100-continue'."))
  })
  server.on('connect', (_request, socket) => refuseSocket(new Error('CONNECT'), socket as Socket))
  server.on('clientError', (error, socket: Socket) => refuseSocket(error, socket))

  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(options.port, address, resolve)
    })
  } catch (error) {
    return fail(portFailure(error, options.port))
  }
  const { port } = server.address() as AddressInfo
  const token = await options.openToken(port)
  if (!token.ok) {
    server.close()
    return token
  }
  gatekeeper = { port, token: token.value }
  return ok({
    url: `http://${address}:${port}`,
    port,
    async close() {
      const closed = new Promise<void>(resolve => server.close(() => resolve()))
      stopping.abort(new Error('the server is stopping'))
      await application.idle()
      const timer = setTimeout(() => server.closeAllConnections(), graceMilliseconds)
      server.closeIdleConnections()
      await closed
      clearTimeout(timer)
    },
  })
}

function refuse(request: IncomingMessage, response: ServerResponse, error: Failure): void {
  const problem = problemOf(error)
  // What else the client sends is of no interest.
  request.resume()
  response.writeHead(problem.status, {
    'Content-Type': problemType,
    'Cache-Control': 'no-store',
    Connection: 'close',
    ...(error.code === 'unauthorized' && { 'WWW-Authenticate': 'Bearer' }),
  })
  response.end(JSON.stringify(problem))
}

/** Requests that are no HTTP, or too slow: there is no response object for them. */
function refuseSocket(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const problem = problemOf(socketFailure(error.code))
  const body = JSON.stringify(problem)
  const head = [
    `HTTP/1.1 ${problem.status} ${problem.title}`,
    `Content-Type: ${problemType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}

function socketFailure(code: string | undefined): Failure {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return failure('request_timeout', 'The request took too long to arrive.')
    case 'HPE_HEADER_OVERFLOW':
      return failure('headers_too_large', 'The headers of the request exceed 16 KiB.')
    default:
      return failure('usage', 'The request is no HTTP/1.1 that this server understands.')
  }
}

function portFailure(error: unknown, port: number): Failure {
  switch (errorCode(error)) {
    case 'EADDRINUSE':
      return failure('port_unavailable', `Port ${port} is in use: give another one, or --port 0 for any free one.`)
    case 'EACCES':
      return failure('port_unavailable', `Port ${port} needs special rights: give one above 1023.`)
    default:
      return failure('port_unavailable', `Port ${port} cannot be listened on (${errorCode(error) ?? String(error)}).`)
  }
}
