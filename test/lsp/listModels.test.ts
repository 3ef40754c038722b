/** Models that our own client is told of, over a real stdio session. */
import { expect, onTestFinished, test } from 'vitest'
import { createWorkspace } from '../support/cli.ts'
import { startLspClient } from '../support/lspClient.ts'
import { startModelServer } from '../support/modelServer.ts'

test('the endpoint of the machine’s settings is asked with its own key, and says why it lists none', async () => {
  const value = 'sk-canary-of-the-list'
  const server = await startModelServer({
    respond({ headers }, response) {
      const known = headers.authorization === `Bearer ${value}`
      response.writeHead(known ? 200 : 401, { 'content-type': 'application/json' })
      response.end(JSON.stringify(known ? { data: [{ id: 'small' }, { id: 'large' }] } : { error: 'no key' }))
      return true
    },
  })
  onTestFinished(() => server.close())
  const machine = { baseUrl: server.url }
  const { origin } = new URL(server.url)
  const client = await startLspClient(createWorkspace(), {
    initializationOptions: { editor: { trusted: false, machine, key: { origin: 'https://other.example', value } } },
  })
  const list = (place: string) => client.request('signatureTuner/listModels', { place })
  expect(await list('endpoint')).toEqual([
    {
      name: origin,
      baseUrl: server.url,
      models: [],
      problem: { code: 'key_rejected', message: expect.stringMatching(/wants an API key .*no key/) },
    },
  ])
  await client.request('signatureTuner/configure', { trusted: false, machine, key: { origin, value } })
  expect(await list('endpoint')).toEqual([{ name: origin, baseUrl: server.url, models: ['large', 'small'] }])
  expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, `Bearer ${value}`])
  await expect(list('elsewhere')).rejects.toMatchObject({ data: { code: 'usage' } })
})
