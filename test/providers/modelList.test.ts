/** Models that endpoints list: how they are asked, what counts as an answer, and servers of this machine. */
import { expect, onTestFinished, test } from 'vitest'
import { findLocalModels, listModels } from '../../server/src/providers/modelList.ts'
import { type ModelServerOptions, startModelServer } from '../support/modelServer.ts'

const never = new AbortController().signal

/** A server whose every answer to a GET is this. */
async function startList(status: number, body: unknown, more: ModelServerOptions = {}) {
  const server = await startModelServer({
    ...more,
    respond(_, response) {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
      return true
    },
  })
  onTestFinished(() => server.close())
  return server
}

test('an endpoint is asked with its key, and its names come sorted and once each', async () => {
  const server = await startList(200, { object: 'list', data: [{ id: 'b' }, { id: 'a' }, { id: 'b' }, { id: 7 }, {}] })
  expect(await listModels({ baseUrl: server.url, apiKey: 'sk-own' }, never)).toEqual({ ok: true, value: ['a', 'b'] })
  expect(server.requests).toMatchObject([
    { method: 'GET', path: '/v1/models', headers: { authorization: 'Bearer sk-own' } },
  ])
})

test('a bare list counts, and a base URL that ends in a slash', async () => {
  const server = await startList(200, [{ id: 'only' }])
  expect(await listModels({ baseUrl: `${server.url}/`, apiKey: undefined }, never)).toEqual({
    ok: true,
    value: ['only'],
  })
  expect(server.requests[0]?.headers.authorization).toBeUndefined()
})

test.each([
  [401, { error: { message: 'Incorrect key sk-own' } }, 'key_rejected', /Incorrect key/],
  [404, {}, 'model_unknown', /does not tell which models it has; type the name of one\.$/],
  [500, { error: 'out of order' }, 'endpoint_failed', /out of order/],
  [200, '<html>', 'reply_invalid', /check the base URL, which often ends in \/v1\.$/],
  [200, { data: 'none' }, 'reply_invalid', /sent no list of models/],
])('status %i with %j is %s', async (status, body, code, message) => {
  const server = await startList(status, body)
  const listed = await listModels({ baseUrl: server.url, apiKey: 'sk-own' }, never)
  expect(listed).toMatchObject({ ok: false, error: { code, message: expect.stringMatching(message) } })
  expect(JSON.stringify(listed)).not.toContain('sk-own')
})

test('a server that says nothing is given up after the limit, and at once when it is cancelled', async () => {
  const server = await startModelServer({ respond: () => true })
  onTestFinished(() => server.close())
  const endpoint = { baseUrl: server.url, apiKey: undefined }
  expect(await listModels(endpoint, never, { limit: 50 })).toMatchObject({ ok: false, error: { code: 'timed_out' } })
  const gone = new AbortController()
  const listing = listModels(endpoint, gone.signal)
  gone.abort(new Error('closed'))
  await expect(listing).rejects.toThrow('closed')
})

test('of the servers of this machine those count that answer with models', async () => {
  const there = await startList(200, { data: [{ id: 'llama3.2' }] })
  const page = await startList(200, '<html>hello</html>')
  const closed = await startModelServer()
  await closed.close()
  const found = await findLocalModels(never, [
    { name: 'Closed', baseUrl: closed.url },
    { name: 'There', baseUrl: there.url },
    { name: 'Page', baseUrl: page.url },
  ])
  expect(found).toEqual([{ name: 'There', baseUrl: there.url, models: ['llama3.2'] }])
})
