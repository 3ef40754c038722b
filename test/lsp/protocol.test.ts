/** The check of every session's messages against the protocol: it lets pass what is right, and names what is not. */
import { describe, expect, test } from 'vitest'
import { createSession } from '../support/lspProtocol.ts'

type Json = ReturnType<typeof JSON.parse>

const fromServer = (message: Json) => createSession().violations('server', message)
const fromClient = (message: Json) => createSession().violations('client', message)

/** What is wrong with the server's answer to a request of this method. */
function answer(method: string, result: Json): readonly string[] {
  const session = createSession()
  session.violations('client', { id: 1, method })
  return session.violations('server', { id: 1, result })
}

const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 4 } }
const diagnostic = { range, message: 'm', severity: 1, code: 'c', source: 's' }
const published = (...diagnostics: Json[]) => ({
  method: 'textDocument/publishDiagnostics',
  params: { uri: 'file:///a', version: 1, diagnostics },
})
const edited = (change: Json) => ({
  id: 1,
  method: 'workspace/applyEdit',
  params: { edit: { documentChanges: [change] } },
})

describe('what the protocol allows is let pass', () => {
  test.each([
    ['diagnostics', published(diagnostic)],
    ['a request without parameters', { id: 1, method: 'workspace/codeLens/refresh' }],
    ['a method of our own', { method: 'signature-tuner/jobs', params: { any: 1 } }],
    ['progress', { method: '$/progress', params: { token: 1, value: { kind: 'report', percentage: 5 } } }],
    ['a created file', edited({ kind: 'create', uri: 'file:///a' })],
  ])('%s', (_, message) => {
    expect(fromServer(message)).toEqual([])
  })

  test.each([
    ['textDocument/hover', null],
    ['textDocument/hover', { contents: { kind: 'markdown', value: 'x' }, range }],
    [
      'textDocument/codeAction',
      [
        { title: 'Do', command: 'do' },
        { title: 'Mend', kind: 'quickfix', isPreferred: true },
      ],
    ],
    ['shutdown', null],
  ])('an answer to %s', (method, result) => {
    expect(answer(method, result)).toEqual([])
  })
})

describe('what the protocol does not allow is named with method, path and value', () => {
  const wrong = (item: Json) => published({ ...diagnostic, ...item })
  const at = 'textDocument/publishDiagnostics params/diagnostics/0'
  test.each([
    [published({ range }), `${at} must have required property 'message': {"range":`],
    [wrong({ severity: 5 }), `${at}/severity must be one of 1, 2, 3, 4: 5`],
    [wrong({ hint: 'x' }), `${at} must not have a property 'hint': {"range":`],
    [wrong({ code: 1.5 }), `${at}/code must be integer, or must be string: 1.5`],
    [wrong({ message: { kind: 'html', value: '' } }), `${at}/message/kind must be one of plaintext, markdown: "html"`],
    [wrong({ range: { ...range, end: { line: 0, character: 2 ** 31 } } }), `${at}/range/end/character must be <=`],
    [wrong({ range: { ...range, start: { line: -1, character: 0 } } }), `${at}/range/start/line must be >= 0: -1`],
    [wrong({ range: { start: range.end, end: range.start } }), `${at}/range ends before it starts: {"start":`],
    [{ ...published(), params: { uri: '/a', diagnostics: [] } }, 'params/uri must match pattern'],
    [edited({ textDocument: { uri: 'file:///a' }, edits: [] }), "required property 'version'"],
    [edited({ kind: 'make', uri: 'file:///a' }), 'documentChanges/0/kind must be "create", or'],
    [{ method: '$/progress', params: { token: 1, value: { kind: 'go' } } }, '$/progress params/value/kind must be'],
    [{ method: 'workspace/mine', params: {} }, 'workspace/mine is not in the protocol'],
    [{ method: 'workspace/applyEdit', params: { edit: {} } }, 'workspace/applyEdit is sent as a notification'],
    [{ method: 'textDocument/didOpen', params: {} }, 'textDocument/didOpen is for the client to send'],
    [{ method: 'window/logMessage' }, 'window/logMessage params is missing'],
    [{ id: 1, method: 'workspace/codeLens/refresh', params: {} }, 'workspace/codeLens/refresh has no parameters'],
    [{ id: 7, result: null }, 'an answer to a request 7 that nobody made'],
  ])('message %#', (message, expected) => {
    expect(fromServer(message)).toEqual([expect.stringContaining(expected)])
  })

  test.each([
    ['textDocument/hover', undefined, 'textDocument/hover result is missing'],
    [
      'textDocument/hover',
      { contents: [1] },
      'textDocument/hover result/contents/0 must be string, or must be object: 1',
    ],
    [
      'textDocument/codeAction',
      [{ title: 'x', isPrefered: true }],
      "result/0 must have required property 'command', or",
    ],
    ['textDocument/codeAction', [{ title: 'x', isPrefered: true }], "must not have a property 'isPrefered'"],
    ['textDocument/semanticTokens/full', { data: [0, 0.5] }, 'result/data/1 must be integer: 0.5'],
  ])('an answer to %s', (method, result, expected) => {
    expect(answer(method, result)).toEqual([expect.stringContaining(expected)])
  })

  test('an error', () => {
    const session = createSession()
    session.violations('client', { id: 1, method: 'shutdown' })
    expect(session.violations('server', { id: 1, error: { code: 'usage', message: 'm' } })).toEqual([
      'the error of shutdown/code must be integer: "usage"',
    ])
  })

  test('what the test itself sends', () => {
    const position = { line: 0, char: 0 }
    const hover = { id: 1, method: 'textDocument/hover', params: { textDocument: { uri: 'file:///a' }, position } }
    expect(fromClient(hover)).toEqual([expect.stringContaining('textDocument/hover params/position must')])
  })
})
