/** The check of every session's messages against the protocol: it lets pass what is right, and names what is not. */
import { describe, expect, test } from 'vitest'
import { createSession } from '../support/lspProtocol.ts'

type Json = ReturnType<typeof JSON.parse>

function sessionWith(capabilities: Json = {}) {
  const session = createSession()
  session.sent({ id: 0, method: 'initialize', params: { capabilities } })
  expect(session.received({ id: 0, result: { capabilities: {} } })).toEqual([])
  return session
}

function check(message: Json, capabilities: Json = {}): readonly string[] {
  return sessionWith(capabilities).received(message)
}

const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 4 } }
const diagnostic = { range, message: 'm', severity: 1, code: 'c', source: 's' }
const published = (diagnostics: Json) => ({
  method: 'textDocument/publishDiagnostics',
  params: { uri: 'file:///a', version: 1, diagnostics },
})

describe('what the server says', () => {
  test.each([
    ['diagnostics', published([diagnostic]), {}],
    ['a method of our own', { method: 'signature-tuner/jobs', params: { any: 1 } }, {}],
    [
      'a request that the client announced',
      { id: 1, method: 'workspace/inlayHint/refresh' },
      { workspace: { inlayHint: { refreshSupport: true } } },
    ],
  ])('%s is right', (_, message, capabilities) => {
    expect(check(message, capabilities)).toEqual([])
  })

  const diagnostics = (item: Json) => published([{ ...diagnostic, ...item }])
  test.each([
    ['a severity', diagnostics({ severity: 5 }), 'diagnostics[0].severity must be one of DiagnosticSeverity, is 5'],
    ['a message', published([{ range }]), 'diagnostics[0].message must be string, is undefined'],
    ['a name', diagnostics({ hint: 'x' }), 'diagnostics[0].hint is not in the protocol'],
    [
      'a number',
      diagnostics({ range: { ...range, end: { line: 0, character: 2 ** 32 } } }),
      'diagnostics[0].range.end.character must be uinteger, is 4294967296',
    ],
    [
      'an order',
      diagnostics({ range: { start: range.end, end: range.start } }),
      'diagnostics[0].range ends before it starts',
    ],
    ['a path for a uri', { ...published([]), params: { uri: '/a', diagnostics: [] } }, 'uri must be DocumentUri'],
    ['a method', { method: '$/mine' }, '$/mine is unknown'],
    [
      'a request that the client never announced',
      { id: 1, method: 'workspace/inlayHint/refresh' },
      'workspace/inlayHint/refresh was sent to a client without workspace.inlayHint.refreshSupport',
    ],
    [
      'a request without an id',
      { method: 'workspace/applyEdit', params: { edit: {} } },
      'workspace/applyEdit is no notification',
    ],
    [
      'progress that nobody asked for',
      { method: '$/progress', params: { token: 1, value: { kind: 'end' } } },
      '$/progress end of a token that is unknown',
    ],
    ['an answer to nobody', { id: 7, result: null }, 'an answer to a request 7 that nobody made'],
  ])('%s that is wrong is named', (_, message, expected) => {
    expect(check(message).join('; ')).toContain(expected)
  })

  test('an answer is checked by the request that it answers', () => {
    const session = sessionWith()
    session.sent({ id: 1, method: 'textDocument/hover', params: {} })
    session.sent({ id: 2, method: 'textDocument/hover', params: {} })
    session.sent({ id: 3, method: 'textDocument/hover', params: {} })
    expect(session.received({ id: 1, result: null })).toEqual([])
    expect(session.received({ id: 2, result: { contents: { kind: 'markdown', value: 'x' }, range } })).toEqual([])
    expect(session.received({ id: 3, result: { content: 'x' } })).not.toEqual([])
  })

  test('nothing but messages to show comes before the answer to initialize', () => {
    const session = createSession()
    expect(session.received({ method: 'window/logMessage', params: { type: 3, message: 'hello' } })).toEqual([])
    expect(session.received(published([]))).not.toEqual([])
  })
})
