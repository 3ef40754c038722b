/** Provider: proxies, certificates and redirects, over real sockets. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { createCertificate } from '../support/certificate.ts'
import { startModelServer } from '../support/modelServer.ts'
import { startProxyServer } from '../support/proxyServer.ts'
import { modelAt, never, question } from './ask.ts'

const answer = () => ({ answer: 'because' })

test.each(['HTTP_PROXY', 'http_proxy'])('plain http goes through %s in forward form', async name => {
  await using server = await startModelServer({ answer })
  await using proxy = await startProxyServer(server.url)
  const model = modelAt('http://model.test/v1', { apiKey: 'canary', environment: { [name]: proxy.url } })
  expect(await model.complete(question, never)).toMatchObject({ ok: true })
  expect(proxy.requests).toEqual([{ line: 'POST http://model.test/v1/chat/completions', authorization: undefined }])
  expect(server.requests[0]?.headers).toMatchObject({ host: 'model.test', authorization: 'Bearer canary' })
})

test('user and password of the proxy are sent to the proxy alone', async () => {
  await using server = await startModelServer({ answer })
  await using proxy = await startProxyServer(server.url)
  const withUser = proxy.url.replace('//', '//user:pass%20word@')
  const model = modelAt('http://model.test/v1', { environment: { HTTP_PROXY: withUser } })
  expect((await model.complete(question, never)).ok).toBe(true)
  expect(proxy.requests[0]?.authorization).toBe(`Basic ${btoa('user:pass word')}`)
  expect(server.requests[0]?.headers.authorization).toBeUndefined()
})

test('a proxy without a scheme is taken as http', async () => {
  await using server = await startModelServer({ answer })
  await using proxy = await startProxyServer(server.url)
  const model = modelAt('http://model.test/v1', { environment: { HTTP_PROXY: new URL(proxy.url).host } })
  expect((await model.complete(question, never)).ok).toBe(true)
})

test('https is tunnelled, and a certificate that nobody vouches for is refused', async () => {
  await using server = await startModelServer({ answer, tls: createCertificate('model.test') })
  await using proxy = await startProxyServer(server.url)
  const model = modelAt('https://model.test/v1', { apiKey: 'canary', environment: { HTTPS_PROXY: proxy.url } })
  const result = await model.complete(question, never)
  expect(result).toMatchObject({ error: { code: 'endpoint_unreachable', retryable: true, answered: false } })
  expect(result.ok ? '' : result.error.message).toContain('NODE_EXTRA_CA_CERTS')
  expect(proxy.requests.map(request => request.line)).toEqual(['CONNECT model.test:443'])
  expect(server.count).toBe(0)
})

test('with NODE_EXTRA_CA_CERTS and HTTPS_PROXY of the process the tunnel works', async () => {
  const certificate = createCertificate('model.test')
  await using server = await startModelServer({ answer, tls: certificate })
  await using proxy = await startProxyServer(server.url)
  const folder = await mkdtemp(join(tmpdir(), 'certificate-'))
  try {
    const file = join(folder, 'authority.pem')
    await writeFile(file, certificate.cert)
    const script = `
      import { createOpenAiModel } from ${JSON.stringify(new URL('../../server/src/providers/openai.ts', import.meta.url).href)}
      const endpoint = { baseUrl: 'https://model.test/v1', apiKey: 'canary', timeout: 5000 }
      const model = createOpenAiModel({ endpoint, clock: { now: Date.now, elapsed: () => 0 } })
      console.log(JSON.stringify(await model.complete(${JSON.stringify(question)}, new AbortController().signal)))`
    // The flag is for Node 22.
    const flags = ['--experimental-strip-types', '--input-type=module', '--eval', script]
    const { stdout } = await promisify(execFile)(process.execPath, flags, {
      env: { NODE_EXTRA_CA_CERTS: file, HTTPS_PROXY: proxy.url },
    })
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, value: { value: { answer: 'because' } } })
    expect(proxy.requests.map(request => request.line)).toEqual(['CONNECT model.test:443'])
    expect(server.requests[0]?.headers.authorization).toBe('Bearer canary')
  } finally {
    await rm(folder, { recursive: true })
  }
})

test.each(['http', 'https'])('a proxy that refuses %s is named as the culprit', async scheme => {
  for (const status of [403, 407]) {
    await using proxy = await startProxyServer('http://127.0.0.1:9', status)
    const environment = { HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url }
    const result = await modelAt(`${scheme}://model.test/v1`, { environment }).complete(question, never)
    // A forwarding proxy's 403 cannot be told from the endpoint's own.
    if (scheme === 'http' && status === 403) continue
    expect(result).toMatchObject({ error: { code: 'endpoint_unreachable', answered: false } })
    expect(result.ok ? '' : result.error.message).toContain(
      `The proxy refused the way to ${scheme}://model.test (status ${status})`,
    )
  }
})

test('a proxy that is gone cannot be reached', async () => {
  const model = modelAt('https://model.test/v1', { environment: { HTTPS_PROXY: 'http://127.0.0.1:9' } })
  const result = await model.complete(question, never)
  expect(result).toMatchObject({ error: { code: 'endpoint_unreachable', retryable: true } })
  expect(result.ok ? '' : result.error.message).toContain('HTTPS_PROXY')
})

test('a tunnel that hangs ends with the time-out', async () => {
  await using server = await startModelServer({ faults: { rate: 1, kinds: ['hang'] } })
  await using proxy = await startProxyServer(server.url)
  const model = modelAt('https://model.test/v1', { timeout: 80, environment: { HTTPS_PROXY: proxy.url } })
  expect((await model.complete(question, never)).ok).toBe(false)
})

test.each(['model.test', '.test', '*.test', '*', 'other, model.test:80'])('NO_PROXY %j passes by', async NO_PROXY => {
  await using proxy = await startProxyServer('http://127.0.0.1:9')
  const environment = { HTTP_PROXY: proxy.url, NO_PROXY }
  // Nothing answers at this name without the proxy.
  const result = await modelAt('http://model.test/v1', { environment }).complete(question, never)
  expect(result).toMatchObject({ error: { code: 'endpoint_unreachable' } })
  expect(proxy.requests).toEqual([])
})

test('endpoints on this machine are never asked through a proxy', async () => {
  await using server = await startModelServer({ answer })
  await using proxy = await startProxyServer(server.url)
  const environment = { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url }
  for (const host of ['127.0.0.1', 'localhost', 'LOCALHOST']) {
    await modelAt(server.url.replace('127.0.0.1', host), { environment }).complete(question, never)
  }
  expect(proxy.requests).toEqual([])
  expect(server.count).toBe(3)
})

test('http where https is meant, and the other way round', async () => {
  await using plain = await startModelServer({ answer })
  const result = await modelAt(plain.url.replace('http', 'https')).complete(question, never)
  expect(result).toMatchObject({ error: { code: 'endpoint_unreachable' } })
  expect(result.ok ? '' : result.error.message).toContain('begins with http or https')
  await using secure = await startModelServer({ answer, tls: createCertificate('localhost') })
  const other = await modelAt(secure.url.replace('https', 'http')).complete(question, never)
  expect(other).toMatchObject({ ok: false, error: { retryable: true } })
})

test.each([301, 302, 307, 308])('status %i takes neither key nor prompt elsewhere', async status => {
  await using elsewhere = await startModelServer({ answer })
  await using server = await startModelServer({
    respond: (request, response) => {
      response.writeHead(status, { Location: elsewhere.url + request.path.slice(3) }).end()
      return true
    },
  })
  const result = await modelAt(server.url, { apiKey: 'canary' }).complete(question, never)
  expect(result).toMatchObject({ error: { code: 'request_rejected', retryable: false, answered: true } })
  expect(result.ok ? '' : result.error.message).toContain('redirects to another address')
  expect(elsewhere.count).toBe(0)
})
