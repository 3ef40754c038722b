/** The language server over a real stdio session: its life, and diagnostics as they are pushed and pulled. */
import { describe, expect, test } from 'vitest'
import { createWorkspace, shoutSignature } from '../support/cli.ts'
import { startLspClient } from '../support/lspClient.ts'

const path = 'skills/shout/signature.yaml'

describe('a session', () => {
  test('starts, answers, and ends with status 0', async () => {
    const client = await startLspClient(createWorkspace())
    expect(client.capabilities).toMatchObject({ hoverProvider: true, textDocumentSync: { change: 2 } })
    expect(await client.stop()).toBe(0)
  })
})

describe('diagnostics', () => {
  test('are pushed with the version they belong to, and follow each edit', async () => {
    const workspace = createWorkspace()
    workspace.write('skills/shout/examples.jsonl', '{"word":"a","loud":"A"}')
    const client = await startLspClient(workspace)
    await client.open(path, shoutSignature.replace('desc: A word', 'descr: A word'))
    const first = await client.diagnostics(path, list => list.some(({ code }) => code === 'unknown-key'))
    const place = { start: { line: 3, character: 21 }, end: { line: 3, character: 26 } }
    expect(first).toContainEqual(expect.objectContaining({ code: 'unknown-key', severity: 1, range: place }))
    await client.change(path, shoutSignature)
    await client.diagnostics(path, list => list.every(({ severity }) => severity !== 1))
    await client.close(path)
    expect(await client.diagnostics(path, list => list.length === 0)).toEqual([])
  })

  test('of the examples are on their own lines, each with the signature that names them', async () => {
    const workspace = createWorkspace()
    workspace.write('skills/shout/examples.jsonl', '{"word":"a","loud":"A"}\n{"word":"b"}\n')
    const client = await startLspClient(workspace)
    await client.open(path, shoutSignature)
    const found = await client.diagnostics('skills/shout/examples.jsonl', list => list.length > 0)
    expect(found).toMatchObject([
      {
        code: 'example-missing-field',
        range: { start: { line: 1 } },
        relatedInformation: [{ location: { uri: client.uriOf(path) } }],
      },
    ])
  })

  test('are pulled where the client pulls, and then not pushed', async () => {
    const client = await startLspClient(createWorkspace(), { capabilities: { textDocument: { diagnostic: {} } } })
    await client.open(path, 'name: [')
    const report = await client.ask('textDocument/diagnostic', path)
    expect(report.kind).toBe('full')
    expect(report.items).toContainEqual(expect.objectContaining({ code: 'yaml-syntax', severity: 1 }))
    expect(client.received.map(({ method }) => method)).not.toContain('textDocument/publishDiagnostics')
  })
})
