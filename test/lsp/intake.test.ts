/** What a client may send: what is misshapen, or names no file, is refused in a sentence, and the session goes on. */
import { describe, expect, test } from 'vitest'
import { readEnvironment } from '../../server/src/lsp/settings.ts'
import { createWorkspace, shoutSignature } from '../support/cli.ts'
import { startLspClient } from '../support/lspClient.ts'

const path = 'skills/shout/signature.yaml'
const wordAt = shoutSignature.indexOf('word:')

describe('a message', () => {
  test('of the wrong shape is answered with the place that is wrong, and leaves the documents as they are', async () => {
    const client = await startLspClient(createWorkspace(), { sendsWrong: true })
    await client.open(path, shoutSignature)
    const textDocument = { uri: client.uriOf(path), version: 2 }
    const refused = (method: string, params: object | null, where: string) =>
      expect(client.request(method, params)).rejects.toMatchObject({
        code: -32602,
        message: expect.stringMatching(`^${method} cannot be carried out: ${where}`),
      })
    await refused('textDocument/hover', { textDocument, position: { line: 'x' } }, "'position.line'")
    await refused('textDocument/inlayHint', { textDocument, range: null }, "'range'")
    await refused('textDocument/documentSymbol', {}, "'textDocument'")
    await refused('textDocument/codeLens', null, 'its parameters')
    await refused('workspace/executeCommand', { command: 3 }, "'command'")
    await client.notify('textDocument/didChange', { textDocument, contentChanges: [{ text: 5 }] })
    await client.notify('textDocument/didOpen', { textDocument: { uri: 5, languageId: 'skill-signature', text: '' } })
    expect(await client.ask('textDocument/hover', path, wordAt)).not.toBeNull()
    const logged = client.received.flatMap(({ method, params }) =>
      method === 'window/logMessage' ? params.message : [],
    )
    expect(logged).toEqual([
      expect.stringMatching(/^textDocument\/didChange cannot be carried out: 'contentChanges\.0\.text'/),
      expect.stringMatching(/^textDocument\/didOpen cannot be carried out: 'textDocument\.uri'/),
    ])
    expect(await client.stop()).toBe(0)
  })
})

describe('a URI', () => {
  test.each([
    ['file://elsewhere/skills/signature.yaml', 'names no file of this machine', 'path_unsafe'],
    ['file:///skills/a%2Fb/signature.yaml', 'names no file of this machine', 'path_unsafe'],
    ['file:///skills/%zz/signature.yaml', 'names no file of this machine', 'path_unsafe'],
    ['file:///skills/%00/signature.yaml', 'NUL', 'path_unsafe'],
    ['untitled:signature.yaml', 'save it in the workspace first', 'path_not_found'],
    ['vscode-vfs://github/a/b/signature.yaml', 'save it in the workspace first', 'path_not_found'],
  ])('such as %s is edited like any other, and a command says why it cannot use it', async (uri, why, code) => {
    const client = await startLspClient(createWorkspace())
    const textDocument = { uri, languageId: 'skill-signature', version: 1, text: shoutSignature }
    await client.notify('textDocument/didOpen', { textDocument })
    const range = { start: { line: 0, character: 0 }, end: { line: 3, character: 0 } }
    const asked: Record<string, object> = {
      'textDocument/hover': { position: { line: 3, character: 3 } },
      'textDocument/codeAction': { range, context: { diagnostics: [] } },
      'textDocument/documentLink': {},
      'textDocument/diagnostic': {},
      'textDocument/references': { position: { line: 3, character: 3 }, context: { includeDeclaration: true } },
    }
    for (const [method, params] of Object.entries(asked)) {
      expect(await client.request(method, { textDocument: { uri }, ...params }), method).not.toBeNull()
    }
    await expect(
      client.request('workspace/executeCommand', { command: 'signature-tuner.history', arguments: [{ uri }] }),
    ).rejects.toMatchObject({ message: expect.stringContaining(why), data: { code } })
    expect(client.received.filter(({ method }) => method === 'window/logMessage')).toEqual([])
  })

  test('of a folder that is no path leaves the session and the other folders as they are', async () => {
    const workspace = createWorkspace()
    workspace.write(path, shoutSignature)
    const client = await startLspClient(workspace, { capabilities: { workspace: { workspaceFolders: true } } })
    const added = ['file://elsewhere/x', 'file:///a%2Fb', 'vscode-vfs://github/x'].map(uri => ({ uri, name: 'x' }))
    await client.notify('workspace/didChangeWorkspaceFolders', { event: { added, removed: [] } })
    expect(await client.request('workspace/symbol', { query: '' })).toMatchObject([{ name: 'Shout' }])
  })
})

describe('the environment', () => {
  test('with a base URL that is none keeps the key to itself', () => {
    const read = (OPENAI_BASE_URL: string) => readEnvironment({ OPENAI_BASE_URL, OPENAI_API_KEY: 'sk-canary' })
    expect(read('http://localhost:1/v1')).toMatchObject({ apiKey: 'sk-canary', problems: [] })
    expect(read('')).toMatchObject({ baseUrl: 'https://api.openai.com/v1', apiKey: 'sk-canary', problems: [] })
    for (const wrong of ['localhost:1', 'http://', 'file:///x', 'https://me:secret@host/v1']) {
      expect(read(wrong), wrong).toMatchObject({
        apiKey: undefined,
        problems: [expect.stringContaining('OPENAI_BASE_URL')],
      })
    }
  })

  test('is told of, and editing goes on', async () => {
    const client = await startLspClient(createWorkspace(), { env: { OPENAI_BASE_URL: 'nonsense' } })
    expect(await client.message('window/showMessage')).toMatchObject({
      type: 2,
      message: expect.stringMatching(/^OPENAI_BASE_URL is no URL/),
    })
    await client.open(path, shoutSignature)
    expect(await client.ask('textDocument/hover', path, wordAt)).not.toBeNull()
  })
})
