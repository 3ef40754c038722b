/** The OpenAPI document: committed, fresh, sound, and served as it is. */
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { expect, test } from 'vitest'
import { openApiDocument } from '../../server/src/http/openapi.ts'
import { routes } from '../../server/src/http/routes.ts'
import { createWorkspace } from '../support/cli.ts'
import { startServer } from '../support/server.ts'

const text = `${JSON.stringify(openApiDocument(), undefined, 2)}\n`

test('the committed document is that of the routes; `npm test -- -u` writes it anew', async () => {
  await expect(text).toMatchFileSnapshot('../../server/openapi.json')
})

test('it has no fault that a linter knows', async () => {
  // The server is on the loopback: there is no other to name.
  const config = await createConfig({ extends: ['recommended'], rules: { 'no-server-example.com': 'off' } })
  const faults = await lintFromString({ source: text, absoluteRef: 'openapi.json', config })
  expect(faults.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`)).toEqual([])
})

test('it describes every route, and is served as it is', async () => {
  const document = openApiDocument()
  for (const { method, path } of routes) expect(document.paths[path]).toHaveProperty(method)
  const server = await startServer(createWorkspace())
  const served = await server.request('GET', '/openapi.json')
  expect(served.body).toEqual(JSON.parse(JSON.stringify(openApiDocument(server.url))))
  // What it promises of errors holds.
  expect((await server.request('GET', '/nothing')).headers.get('content-type')).toBe('application/problem+json')
})
