/** Provider: what is sent, in which form a reply is asked for, and how it is read. */
import { afterEach, expect, test, vi } from 'vitest'
import type { Json } from '../../server/src/base/json.ts'
import type { ReplySchema } from '../../server/src/model/model.ts'
import { startModelServer } from '../support/modelServer.ts'
import { ask, failureOf, modelAt, never, question } from './ask.ts'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

test('a reply has its value, tokens, cost and latency', async () => {
  const { result } = await ask({}, { prices: { 'test-model': { input: 1, output: 2 } } })
  expect(result).toEqual({
    ok: true,
    value: {
      value: { answer: 'because' },
      usage: { inputTokens: 12, outputTokens: 5, cost: 22e-6 },
      latency: 5,
    },
  })
})

test('tokens are estimated where the endpoint reports none; an unknown price stays unknown', async () => {
  const { result } = await ask({ usage: false })
  expect(result.ok && result.value.usage).toEqual({ inputTokens: 12, outputTokens: 5, cost: undefined })
})

test('the body holds model, messages, the strict schema and the parameters of the settings', async () => {
  const parameters = { temperature: 0, seed: 7, stream: true, model: 'other', n: 3 }
  const { requests } = await ask({}, {}, { parameters })
  expect(requests.map(request => request.body)).toEqual([
    {
      model: 'test-model',
      messages: question.messages,
      temperature: 0,
      seed: 7,
      response_format: { type: 'json_schema', json_schema: { ...question.reply, strict: true } },
    },
  ])
})

test('a schema is sent as it is, with keywords that the SDK would refuse', async () => {
  const value: Json = { anyOf: [{ type: 'string', pattern: '^x' }, { type: 'null' }] }
  const schema: ReplySchema['schema'] = { type: 'object', properties: { value } }
  const { requests } = await ask({}, {}, { reply: { name: 'odd', schema } })
  expect(requests[0]?.body.response_format).toMatchObject({ json_schema: { schema } })
})

test('only headers that are needed are sent and nothing is logged, whatever the environment says', async () => {
  vi.stubEnv('OPENAI_API_KEY', 'sk-environment')
  vi.stubEnv('OPENAI_BASE_URL', 'http://127.0.0.1:9/v1')
  vi.stubEnv('OPENAI_ORG_ID', 'environment-organization')
  vi.stubEnv('OPENAI_PROJECT_ID', 'environment-project')
  vi.stubEnv('OPENAI_ADMIN_KEY', 'sk-admin')
  vi.stubEnv('OPENAI_CUSTOM_HEADERS', 'X-Custom: environment\nAuthorization: Bearer environment')
  vi.stubEnv('OPENAI_LOG', 'debug')
  const logs = (['debug', 'info', 'log', 'warn', 'error'] as const).map(name => vi.spyOn(console, name))
  const { requests } = await ask({}, { userAgent: 'signature-tuner/1.2.3' })
  for (const log of logs) expect(log).not.toHaveBeenCalled()
  const { host, 'content-length': length, ...headers } = requests[0]?.headers ?? {}
  expect(headers).toEqual({
    accept: 'application/json',
    'accept-encoding': 'gzip, deflate',
    'accept-language': '*',
    connection: 'keep-alive',
    'content-type': 'application/json',
    'sec-fetch-mode': 'cors',
    'user-agent': 'signature-tuner/1.2.3',
  })
})

test('the key is sent to the endpoint it is given for, without the space around it', async () => {
  const { result, requests } = await ask({ requireKey: 'canary' }, { apiKey: 'canary\n' })
  expect(result.ok).toBe(true)
  expect(requests[0]?.headers.authorization).toBe('Bearer canary')
})

test('a base URL may end in a slash', async () => {
  await using server = await startModelServer({ answer: () => ({ answer: 'because' }) })
  const result = await modelAt(`${server.url}/`).complete(question, never)
  expect(result.ok).toBe(true)
  expect(server.requests[0]?.path).toBe('/v1/chat/completions')
})

const formOf = (body: Readonly<Record<string, unknown>> | undefined) =>
  (body?.response_format as { type?: string } | undefined)?.type ?? 'text'

test.each([
  [{ jsonSchema: false }, ['json_schema', 'json_object'], 'json_object'],
  [{ jsonSchema: false, jsonObject: false }, ['json_schema', 'json_object', 'text'], 'text'],
])('an endpoint that supports %j is asked in weaker forms and remembered', async (supports, first, later) => {
  await using server = await startModelServer({ supports, answer: () => 'Sure!\n```json\n{"answer": "because"}\n```' })
  const model = modelAt(server.url)
  expect(await model.complete(question, never)).toMatchObject({ ok: true, value: { value: { answer: 'because' } } })
  expect(server.requests.map(request => formOf(request.body))).toEqual(first)
  expect((await model.complete(question, never)).ok).toBe(true)
  expect(server.requests.slice(first.length).map(request => formOf(request.body))).toEqual([later])
  // The schema is told in words where the endpoint does not enforce it.
  const messages = server.requests.at(-1)?.body.messages as { content: string }[]
  expect(messages).toHaveLength(2)
  expect(messages[0]?.content).toBe(
    'Answer the question.\n\nReply with one JSON object and nothing else. It conforms to this JSON Schema: {"additionalProperties":false,"properties":{"answer":{"type":"string"}},"required":["answer"],"type":"object"}',
  )
})

test('what one model does not support is still asked of another', async () => {
  await using server = await startModelServer({
    supports: { jsonSchema: false },
    answer: () => ({ answer: 'because' }),
  })
  const model = modelAt(server.url)
  await model.complete(question, never)
  await model.complete({ ...question, model: 'other' }, never)
  expect(server.requests.map(request => formOf(request.body))).toEqual([
    'json_schema',
    'json_object',
    'json_schema',
    'json_object',
  ])
})

test('many first questions at once settle on the same form', async () => {
  await using server = await startModelServer({
    supports: { jsonSchema: false, jsonObject: false },
    answer: () => ({ answer: 'because' }),
  })
  const model = modelAt(server.url)
  const results = await Promise.all(Array.from({ length: 8 }, () => model.complete(question, never)))
  expect(results.every(result => result.ok)).toBe(true)
  const before = server.count
  await model.complete(question, never)
  expect(server.count).toBe(before + 1)
})

test('a parameter that the endpoint names is dropped and remembered; others stay', async () => {
  await using server = await startModelServer({
    rejects: ['temperature', 'seed'],
    answer: () => ({ answer: 'because' }),
  })
  const model = modelAt(server.url)
  const request = { ...question, parameters: { temperature: 0, seed: 1, top_p: 0.5 } }
  expect((await model.complete(request, never)).ok).toBe(true)
  expect((await model.complete(request, never)).ok).toBe(true)
  const sent = server.requests.map(({ body: { model: _, messages: __, response_format, ...parameters } }) => parameters)
  expect(sent).toEqual([
    { temperature: 0, seed: 1, top_p: 0.5 },
    { seed: 1, top_p: 0.5 },
    { top_p: 0.5 },
    { top_p: 0.5 },
  ])
})

test('a rejection that names nothing that was sent is final', async () => {
  const { requests, result } = await ask(
    {
      respond: (_, response) => {
        response.writeHead(400, { 'Content-Type': 'application/json' })
        response.end('{"error": {"message": "The context is too long by 17 tokens."}}')
        return true
      },
    },
    {},
    { parameters: { temperature: 0 } },
  )
  expect(requests).toHaveLength(1)
  expect(result).toMatchObject({ error: { code: 'request_rejected', retryable: false, answered: true } })
})

test('an endpoint that ignores the schema is checked here; values are left to evaluation', async () => {
  const loose = await ask({ answer: () => '<think>{"answer": "draft"}</think> {"answer": 12, "more": null,}' })
  expect(loose.result).toMatchObject({ ok: true, value: { value: { answer: 12, more: null } } })
  const prose = await failureOf({ answer: () => 'Because it is so.' })
  expect(prose).toMatchObject({ code: 'reply_invalid', retryable: true, answered: true, usage: { outputTokens: 5 } })
  const wrong = await failureOf({ answer: () => ({ reply: 'because' }) })
  expect(wrong).toMatchObject({ code: 'reply_invalid', retryable: true })
})

test('content in parts is joined', async () => {
  const content = [{ type: 'thinking', thinking: [] }, { type: 'text', text: '{"answer": ' }, { text: '"because"}' }]
  const { result } = await ask({
    respond: (_, response) => {
      response.end(JSON.stringify({ choices: [{ message: { content } }, { message: {} }] }))
      return true
    },
  })
  expect(result).toMatchObject({ ok: true, value: { value: { answer: 'because' } } })
})
