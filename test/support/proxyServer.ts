/** A real HTTP proxy on the loopback: CONNECT tunnels and forwarding, all to one target whatever host is asked for. */
import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import type { Duplex } from 'node:stream'

export interface ProxyServer extends AsyncDisposable {
  readonly url: string
  /** `CONNECT host:port` or `POST http://host/path` in order of arrival, and the credentials sent with them. */
  readonly requests: readonly { readonly line: string; readonly authorization: string | undefined }[]
}

/** `refuse` answers everything with this status. */
export async function startProxyServer(target: string, refuse?: number): Promise<ProxyServer> {
  const requests: { line: string; authorization: string | undefined }[] = []
  const { hostname, port } = new URL(target)
  const record = (request: IncomingMessage) => {
    requests.push({
      line: `${request.method} ${request.url}`,
      authorization: request.headers['proxy-authorization'],
    })
  }
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    record(request)
    if (refuse !== undefined) return void response.writeHead(refuse).end()
    const { method, headers } = request
    const path = new URL(request.url ?? '').pathname
    const onward = send({ hostname, port, method, path, headers }, answer => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    request.pipe(onward)
  })
  const tunnels = new Set<Duplex>()
  server.on('connect', (request, socket) => {
    record(request)
    if (refuse !== undefined) return void socket.end(`HTTP/1.1 ${refuse} Refused\r\n\r\n`)
    const onward = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      socket.pipe(onward).pipe(socket)
    })
    // Both ends close together, however one of them ends.
    for (const [end, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      tunnels.add(end)
      end.on('error', () => end.destroy()).on('close', () => tunnels.delete(end) && other.destroy())
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      for (const tunnel of tunnels) tunnel.destroy()
      server.closeAllConnections()
      await new Promise<void>(resolve => server.close(() => resolve()))
    },
  }
}
