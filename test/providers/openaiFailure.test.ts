/** Provider: what may go wrong, its code, whether another try makes sense, and what is said of it. */
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import type { errorTable } from '../../server/src/base/errors.ts'
import { allFaults, sendError, startModelServer } from '../support/modelServer.ts'
import { ask, failureOf, modelAt, never, question, type Settings } from './ask.ts'

/** A server that answers everything with this. */
function respond(status: number, body: object | string, headers: Record<string, string> = {}) {
  return {
    respond: (_: unknown, response: ServerResponse) => {
      response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body))
      return true
    },
  }
}

const refusal = { error: { message: 'Words of the server.', type: 'error', code: null } }

test.each([
  [400, 'request_rejected', false],
  [401, 'key_rejected', false],
  [402, 'request_rejected', false],
  [403, 'key_rejected', false],
  [404, 'model_unknown', false],
  [408, 'endpoint_failed', true],
  [409, 'endpoint_failed', true],
  [413, 'request_rejected', false],
  [422, 'request_rejected', false],
  [429, 'rate_limited', true],
  [500, 'endpoint_failed', true],
  [503, 'endpoint_failed', true],
  [529, 'endpoint_failed', true],
])('status %i is %s, retryable %s, and one request only', async (status, code, retryable) => {
  const { result, requests } = await ask(respond(status, refusal))
  expect(result).toMatchObject({ ok: false, error: { code, retryable, answered: true } })
  expect(requests).toHaveLength(1)
  const { message } = result.ok ? { message: '' } : result.error
  expect(message).toContain('http://127.0.0.1:')
  expect(message).toContain(`(status ${status}: "Words of the server.")`)
})

test('the endpoint has the last word on retries', async () => {
  expect(await failureOf(respond(500, refusal, { 'x-should-retry': 'false' }))).toMatchObject({ retryable: false })
  expect(await failureOf(respond(400, refusal, { 'x-should-retry': 'true' }))).toMatchObject({ retryable: true })
})

test('no credit left is not worth another try', async () => {
  const error = { message: 'You exceeded your current quota.', type: 'insufficient_quota', code: 'insufficient_quota' }
  expect(await failureOf(respond(429, { error }))).toMatchObject({ code: 'rate_limited', retryable: false })
})

test.each([
  [{ 'retry-after': '3' }, 3000],
  [{ 'retry-after': '0.5' }, 500],
  [{ 'retry-after': '120' }, 120_000],
  [{ 'retry-after': '86400' }, 86_400_000],
  [{ 'retry-after': 'Thu, 01 Jan 2026 01:00:00 GMT' }, 3_600_000],
  [{ 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }, 0],
  [{ 'retry-after-ms': '250', 'retry-after': '3' }, 250],
  [{ 'retry-after-ms': 'soon', 'retry-after': '3' }, 3000],
  [{ 'retry-after': '1e300' }, 365 * 24 * 3_600_000],
  [{ 'retry-after': 'later' }, undefined],
  [{}, undefined],
])('%j asks to wait %s ms', async (headers, retryAfter) => {
  for (const status of [429, 503]) {
    expect((await failureOf(respond(status, refusal, headers))).retryAfter).toBe(retryAfter)
  }
})

test.each([
  ['{"error": "model \'x\' not found"}', "model 'x' not found"],
  ['{"object": "error", "message": "No such model."}', 'No such model.'],
  ['{"detail": "Not Found"}', 'Not Found'],
  ['"Not Found"', 'Not Found'],
  ['Not Found', 'Not Found'],
  ['two\r\nlines\u001b[31m and \u202e more', 'two lines [31m and more'],
])('the words of %j are shown on one line', async (body, words) => {
  expect((await failureOf(respond(404, body))).message).toContain(`(status 404: "${words}")`)
})

test.each(['<html><h1>Not Found</h1></html>', '', '{}', 'null', '{"error": null}'])(
  'nothing is shown of %j',
  async body => {
    expect((await failureOf(respond(404, body))).message).toContain('(status 404)')
  },
)

test('long words are cut', async () => {
  const { message } = await failureOf(respond(500, { error: { message: 'x'.repeat(10_000) } }))
  expect(message).toContain(`"${'x'.repeat(199)}…"`)
})

test('a key that the server echoes is in no message', async () => {
  const key = 'sk-canary/0123+456789=='
  const echo = (status: number) => ({
    respond: (request: { headers: { authorization?: string } }, response: ServerResponse) => {
      const { authorization } = request.headers
      const forms = [authorization, key, encodeURIComponent(key), btoa(key), `"${key}"`, 'sk-other-key-12345678']
      sendError(response, status, { message: forms.join(' '), code: key, param: key })
      return true
    },
  })
  for (const status of [400, 401, 404, 429, 500]) {
    const { message } = await failureOf(echo(status), { apiKey: key })
    expect(message).not.toMatch(/canary|0123|other-key/)
    expect(message).not.toContain(btoa(key))
  }
  const cut = await failureOf(respond(500, { error: { message: `${'x'.repeat(195)}canary` } }), { apiKey: 'canary' })
  expect(cut.message).not.toContain('can')
  const named = await failureOf(respond(404, refusal), { apiKey: 'canary' }, { model: 'canary' })
  expect(named.message).not.toContain('canary')
})

const choice = (part: object, finish_reason = 'stop') => ({ choices: [{ message: part, finish_reason }] })
const good = '{"answer": "because"}'

test.each([
  ['a web page', '<!doctype html><title>Hello</title>', 'reply_invalid', true],
  ['no JSON', 'upstream connect error', 'reply_invalid', true],
  ['truncated JSON', JSON.stringify(choice({ content: good })).slice(0, -9), 'reply_invalid', true],
  ['nothing', '', 'reply_invalid', true],
  ['no object', '[1]', 'reply_invalid', true],
  ['no choices', '{"choices": []}', 'reply_invalid', true],
  ['missing choices', '{"id": "x"}', 'reply_invalid', true],
  ['an error with status 200', '{"error": {"message": "Overloaded", "code": 502}}', 'endpoint_failed', true],
  ['empty content', choice({ content: ' ' }), 'reply_invalid', true],
  ['no content', choice({ content: null }), 'reply_invalid', true],
  ['content that is no JSON', choice({ content: 'because' }), 'reply_invalid', true],
  ['content that is no object', choice({ content: '["answer"]' }), 'reply_invalid', true],
  ['content that breaks off', choice({ content: '{"answer": "bec' }), 'reply_invalid', true],
  ['a refusal', choice({ content: null, refusal: 'I cannot.' }), 'reply_refused', false],
  ['a filtered reply', choice({ content: good }, 'content_filter'), 'reply_refused', false],
  ['a reply at its limit', choice({ content: good }, 'length'), 'reply_invalid', false],
])('200 with %s', async (_, body, code, retryable) => {
  for (const type of ['application/json', 'text/html']) {
    const error = await failureOf(respond(200, body, { 'Content-Type': type }))
    expect(error).toMatchObject({ code, retryable, answered: true })
    expect(error.message).not.toContain('because')
  }
})

test('a filtered request is refused, not rejected', async () => {
  const error = { message: 'Filtered.', code: 'content_filter' }
  expect(await failureOf(respond(400, { error }))).toMatchObject({ code: 'reply_refused', retryable: false })
})

test('a reply without end is cut off', async () => {
  const error = await failureOf(respond(200, ' '.repeat(3 * 1024 * 1024)))
  expect(error).toMatchObject({ code: 'reply_invalid', answered: true })
  expect(error.message).toContain('without end')
})

test('what a useless reply cost is told', async () => {
  const body = { ...choice({ content: good }, 'length'), usage: { prompt_tokens: 100, completion_tokens: 50 } }
  const error = await failureOf(respond(200, body), { prices: { 'test-model': { input: 1, output: 2 } } })
  expect(error.usage).toEqual({ inputTokens: 100, outputTokens: 50, cost: 0.0002 })
  const free = { ...body, usage: { prompt_tokens: 0, completion_tokens: 0 } }
  const estimated = { inputTokens: expect.any(Number), outputTokens: 6 }
  expect((await failureOf(respond(200, free))).usage).toMatchObject(estimated)
  const reasoned = { ...body, usage: { prompt_tokens: 0, completion_tokens: 5000 } }
  expect((await failureOf(respond(200, reasoned))).usage).toMatchObject({ ...estimated, outputTokens: 5000 })
})

test.each([
  ['nothing at all', (_: ServerResponse) => {}],
  ['headers only', (response: ServerResponse) => response.writeHead(200).flushHeaders()],
  ['half a body', (response: ServerResponse) => response.writeHead(200).write('{"choices"')],
  ['half an error', (response: ServerResponse) => response.writeHead(500).write('{"error"')],
])('%s within the time-out', async (_, begin) => {
  const hang = (_: unknown, response: ServerResponse) => {
    begin(response)
    return true
  }
  const error = await failureOf({ respond: hang }, { timeout: 50 })
  expect(error).toMatchObject({ code: 'timed_out', retryable: true, answered: false })
  expect(error.message).toContain('within 0.05 s')
})

test.each(['before', 'in flight', 'in the body'])('cancelling %s rejects with the reason', async when => {
  const controller = new AbortController()
  const reason = new Error('stopped by hand')
  let closed: Promise<unknown> = Promise.resolve()
  await using server = await startModelServer({
    respond: (_, response) => {
      closed = once(response, 'close')
      if (when === 'in the body') response.writeHead(200).write('{')
      setImmediate(() => controller.abort(reason))
      return true
    },
  })
  if (when === 'before') controller.abort(reason)
  await expect(modelAt(server.url).complete(question, controller.signal)).rejects.toBe(reason)
  // The endpoint sees it too and can stop working.
  await closed
  expect(server.count).toBe(when === 'before' ? 0 : 1)
})

test('a reset is worth another try, and a server that is gone cannot be reached', async () => {
  const faults = { rate: 1, kinds: ['reset'] as const }
  expect(await failureOf({ faults })).toMatchObject({ code: 'endpoint_failed', retryable: true, answered: false })
  const server = await startModelServer()
  await server.close()
  const result = await modelAt(server.url).complete(question, never)
  expect(result).toMatchObject({ error: { code: 'endpoint_unreachable', retryable: true, answered: false } })
  expect(result.ok ? '' : result.error.message).toContain('(ECONNREFUSED)')
})

test('a name that does not exist cannot be reached', async () => {
  const result = await modelAt('http://nowhere.invalid/v1').complete(question, never)
  expect(result).toMatchObject({ error: { code: 'endpoint_unreachable', retryable: true, answered: false } })
})

test('a port that fetch blocks is named', async () => {
  const result = await modelAt('http://127.0.0.1:6000/v1').complete(question, never)
  expect(result.ok ? '' : result.error.message).toContain('(bad port)')
})

test('a port that speaks no HTTP counts as unreachable', async () => {
  const server = createServer(socket => socket.end('SSH-2.0-OpenSSH\r\n')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const result = await modelAt(`http://127.0.0.1:${port}/v1`).complete(question, never)
  server.close()
  expect(result).toMatchObject({ error: { code: 'endpoint_unreachable', retryable: true } })
})

test.each<[string, Settings, keyof typeof errorTable]>([
  ['api.openai.com/v1', {}, 'usage'],
  ['ftp://api.openai.com/v1', {}, 'usage'],
  ['https://user:secret@api.openai.com/v1', {}, 'usage'],
  ['https://api.openai.com/v1', {}, 'key_missing'],
  ['https://api.openai.com/v1', { apiKey: ' ' }, 'key_missing'],
  ['https://api.openai.com/v1', { apiKey: 'canary\r\nX-Evil: 1' }, 'key_rejected'],
  ['https://model.test/v1', { environment: { HTTPS_PROXY: 'http://:::' } }, 'usage'],
])('nothing is sent to %s with %j', async (baseUrl, settings, code) => {
  const result = await modelAt(baseUrl, settings).complete(question, never)
  expect(result).toMatchObject({ error: { code, retryable: false, answered: false } })
  expect(result.ok ? '' : result.error.message).not.toMatch(/canary|secret/)
})

test.each(allFaults)('the fault %s is worth another try', async fault => {
  const faults = { rate: 1, kinds: [fault], most: 1 }
  await using server = await startModelServer({ faults, answer: () => ({ answer: 'because' }) })
  const model = modelAt(server.url, { timeout: 100 })
  expect(await model.complete(question, never)).toMatchObject({ ok: false, error: { retryable: true } })
  expect(await model.complete(question, never)).toMatchObject({ ok: true })
})
