/** The guard before the HTTP API, tried with raw sockets: what a client library would never send is what matters. */
import { createConnection } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWorkspace, shoutSignature } from '../support/cli.ts'
import { type RunningServer, startServer } from '../support/server.ts'

let server: RunningServer
const cleanUps: Array<() => void> = []

beforeAll(async () => {
  const workspace = createWorkspace(cleanUp => cleanUps.push(cleanUp))
  workspace.write('skills/shout/signature.yaml', shoutSignature)
  workspace.write('skills/shout/examples.jsonl', '{"word":"a","loud":"A"}')
  server = await startServer(workspace)
})

afterAll(async () => {
  await server.stop()
  for (const cleanUp of cleanUps.reverse()) cleanUp()
})

interface Answer {
  readonly status: number
  readonly head: string
  readonly body: string
}

/** Sends the bytes as they are and reads until the server closes, or the first reply is whole. */
function raw(lines: readonly string[], body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: '127.0.0.1', port: server.port })
    let text = ''
    const finish = () => {
      const [head = '', rest = ''] = text.split(/\r\n\r\n([\s\S]*)/)
      resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1] ?? 0), head, body: rest })
      socket.destroy()
    }
    socket.setEncoding('utf8')
    socket.on('data', chunk => {
      text += chunk
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? Number.NaN)
      const at = text.indexOf('\r\n\r\n')
      if (at >= 0 && Buffer.byteLength(text.slice(at + 4)) >= length) finish()
    })
    socket.on('close', finish)
    socket.on('error', error => (text === '' ? reject(error) : finish()))
    socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`)
  })
}

const host = () => `Host: 127.0.0.1:${server.port}`
const token = () => `Authorization: Bearer ${server.token}`
const health = 'GET /api/v1/health HTTP/1.1'

/** Replies are told from one another by their code. */
function codeOf({ body }: Answer): string | undefined {
  return /"code":"(\w+)"/.exec(body)?.[1]
}

describe('the Host header', () => {
  test.each([
    ['the address', () => `127.0.0.1:${server.port}`],
    ['localhost', () => `localhost:${server.port}`],
    ['in capitals', () => `LOCALHOST:${server.port}`],
  ])('%s is let in', async (_, value) => {
    expect((await raw([health, `Host: ${value()}`, token()])).status).toBe(200)
  })

  const refused: ReadonlyArray<readonly [string, () => readonly string[]]> = [
    ['empty', () => ['Host:']],
    ['foreign', () => [`Host: evil.example:${server.port}`]],
    ['foreign with the address in front', () => [`Host: 127.0.0.1.evil.example:${server.port}`]],
    ['without the port', () => ['Host: 127.0.0.1']],
    ['of another port', () => ['Host: 127.0.0.1:1']],
    ['with a trailing dot', () => [`Host: localhost.:${server.port}`]],
    ['IPv6', () => [`Host: [::1]:${server.port}`]],
    ['IPv4 in IPv6', () => [`Host: [::ffff:127.0.0.1]:${server.port}`]],
    ['the address as one number', () => [`Host: 2130706433:${server.port}`]],
    ['all addresses', () => [`Host: 0.0.0.0:${server.port}`]],
    ['with a user', () => [`Host: me@127.0.0.1:${server.port}`]],
    ['twice', () => [host(), host()]],
    ['twice, once foreign', () => [host(), 'Host: evil.example']],
  ]
  test.each(refused)('%s is refused on every method', async (_, headers) => {
    for (const method of ['GET', 'POST', 'HEAD', 'OPTIONS', 'DELETE']) {
      const answer = await raw([`${method} /api/v1/health HTTP/1.1`, ...headers(), token(), 'Connection: close'])
      expect(answer.status, method).toBe(403)
      if (method !== 'HEAD') expect(codeOf(answer)).toBe('host_refused')
    }
  })

  test('missing is refused, in HTTP/1.1 and in HTTP/1.0', async () => {
    for (const line of [health, 'GET /api/v1/health HTTP/1.0']) {
      expect(codeOf(await raw([line, token()])), line).toBe('host_refused')
    }
  })

  test.each([
    ['the absolute form', 'GET http://evil.example/api/v1/health HTTP/1.1'],
    ['the absolute form of this server', 'GET http://127.0.0.1/api/v1/health HTTP/1.1'],
    ['two slashes', 'GET //evil.example/api/v1/health HTTP/1.1'],
    ['the asterisk form', 'OPTIONS * HTTP/1.1'],
  ])('and %s is refused', async (_, line) => {
    expect(await raw([line, host(), token()])).toMatchObject({ status: 400, body: expect.stringContaining('"usage"') })
  })
})

describe('the origin', () => {
  test.each(['https://evil.example', 'http://127.0.0.1', 'null', 'vscode-webview://x', ''])(
    '%j is refused',
    async origin => {
      const answer = await raw([health, host(), token(), `Origin: ${origin}`])
      expect([answer.status, codeOf(answer)]).toEqual([403, 'origin_refused'])
    },
  )

  test('a preflight is refused, and no reply has CORS headers', async () => {
    const preflight = await raw([
      'OPTIONS /api/v1/signatures/tune HTTP/1.1',
      host(),
      'Origin: https://evil.example',
      'Access-Control-Request-Method: POST',
    ])
    expect(preflight.status).toBe(403)
    for (const answer of [preflight, await raw([health, host(), token()])]) {
      expect(answer.head).not.toMatch(/access-control/i)
    }
  })
})

describe('the token', () => {
  const cases: ReadonlyArray<readonly [string, () => readonly string[]]> = [
    ['missing', () => []],
    ['empty', () => ['Authorization: Bearer ']],
    ['wrong', () => [`Authorization: Bearer ${'A'.repeat(server.token.length)}`]],
    ['shorter', () => [`Authorization: Bearer ${server.token.slice(0, -1)}`]],
    ['longer', () => [`Authorization: Bearer ${server.token}A`]],
    ['of another scheme', () => [`Authorization: Basic ${server.token}`]],
    ['twice', () => [token(), token()]],
    ['in the query', () => []],
  ]
  test.each(cases)('%s is refused', async (name, headers) => {
    const line = name === 'in the query' ? `GET /api/v1/health?token=${server.token} HTTP/1.1` : health
    const answer = await raw([line, host(), ...headers()])
    expect([answer.status, codeOf(answer)]).toEqual([401, 'unauthorized'])
    expect(answer.head).toMatch(/www-authenticate: bearer/i)
  })

  test('is asked for before anything is told, unknown routes included', async () => {
    for (const path of ['/', '/api/v1/openapi.json', '/api/v1/nothing', '/api/v1/jobs']) {
      expect((await raw([`GET ${path} HTTP/1.1`, host()])).status, path).toBe(401)
    }
  })
})

describe('the body', () => {
  const post = 'POST /api/v1/signatures/validate HTTP/1.1'
  const json = 'Content-Type: application/json'
  const body = '{"paths":["skills"]}'
  const length = `Content-Length: ${body.length}`

  test.each([json, 'content-type: Application/JSON; charset=UTF-8'])('as %s is read', async type => {
    expect((await raw([post, host(), token(), type, length], body)).status).toBe(200)
  })

  test.each([
    ['a form', ['Content-Type: application/x-www-form-urlencoded']],
    ['plain text', ['Content-Type: text/plain']],
    ['a multipart form', ['Content-Type: multipart/form-data; boundary=x']],
    ['something like JSON', ['Content-Type: application/jsonp']],
    ['JSON of another charset', ['Content-Type: application/json; charset=latin1']],
    ['no type', []],
    ['two types', [json, 'Content-Type: text/plain']],
  ])('as %s is refused before it is read', async (_, types) => {
    const answer = await raw([post, host(), token(), ...types, length], body)
    expect([answer.status, codeOf(answer)]).toEqual([415, 'media_type'])
  })

  test('too large is refused: announced, sent in pieces, and with Expect', async () => {
    const announced = await raw([post, host(), token(), json, 'Content-Length: 2000000'])
    expect([announced.status, codeOf(announced)]).toEqual([413, 'body_too_large'])
    const chunk = `${(100_000).toString(16)}\r\n${'x'.repeat(100_000)}\r\n`
    const pieces = await raw([post, host(), token(), json, 'Transfer-Encoding: chunked'], chunk.repeat(12))
    expect([pieces.status, codeOf(pieces)]).toEqual([413, 'body_too_large'])
    const expecting = await raw([post, 'Host: evil.example', token(), json, length, 'Expect: 100-continue'])
    expect(codeOf(expecting)).toBe('host_refused')
    expect(expecting.head).not.toMatch(/100 Continue/)
  })

  test('both measured and in pieces is no HTTP', async () => {
    const answer = await raw([post, host(), token(), json, length, 'Transfer-Encoding: chunked'], body)
    expect(answer.status).toBe(400)
  })

  test.each([
    ['no JSON', '{"paths": '],
    ['no object', '[1]'],
    ['nested too deep', '['.repeat(200_000)],
    ['not UTF-8', '\u00ff'],
    ['nested too deep to be shown', `{"paths":${'['.repeat(6_000)}${']'.repeat(6_000)}}`],
    ['a prototype', '{"__proto__": {"paths": []}}'],
    ['an unknown input', '{"path": ["skills"]}'],
    ['a key of the host', '{"base_url": "http://evil.example"}'],
  ])('that is %s is a usage error', async (name, text) => {
    const bytes = name === 'not UTF-8' ? Buffer.from(text, 'latin1').length : Buffer.byteLength(text)
    const answer = await raw([post, host(), token(), json, `Content-Length: ${bytes}`], text.slice(0, bytes))
    expect([answer.status, codeOf(answer)]).toEqual([400, 'usage'])
  })

  test('garbage instead of HTTP gets a reply, and the server goes on', async () => {
    expect((await raw(['\u0016\u0003\u0001 hello'])).status).toBe(400)
    const long = await raw([health, host(), token(), `X: ${'y'.repeat(40_000)}`])
    expect([long.status, codeOf(long)]).toEqual([431, 'headers_too_large'])
    expect(codeOf(await raw(['CONNECT evil.example:443 HTTP/1.1', host()]))).toBe('usage')
    expect(codeOf(await raw([health, host(), token(), 'Expect: more']))).toBe('usage')
    expect(codeOf(await raw([health, host(), 'Expect: more']))).toBe('unauthorized')
    expect((await raw([health, host(), token()])).status).toBe(200)
  })
})
