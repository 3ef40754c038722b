/** Models of the editor over a real stdio session: the client answers for them, and other hosts refuse them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { TextEdit } from 'vscode-languageserver'
import { TextDocument } from 'vscode-languageserver-textdocument'
import type { CompleteChatParams } from '../../server/src/protocol/client.ts'
import { createWorkspace, type Workspace } from '../support/cli.ts'
import { createEditorChat } from '../support/editorChat.ts'
import { embeddedAnswer } from '../support/embeddedAnswer.ts'
import { type LspClientOptions, startLspClient } from '../support/lspClient.ts'
import { startModelServer } from '../support/modelServer.ts'
import { startServer } from '../support/server.ts'

const slow = 60_000
const path = 'skills/python/async/signature.yaml'
const model = 'vscode:copilot/gpt-4o'
const asking = 'signatureTuner/completeChat'

function asyncSkill(): { readonly workspace: Workspace; readonly text: string } {
  const workspace = createWorkspace()
  workspace.copySkill('python/async')
  return { workspace, text: readFileSync(join(workspace.root, path), 'utf8') }
}

interface EditorOptions {
  readonly settings?: object
  readonly complete?: (request: CompleteChatParams, token: Token) => unknown
  readonly env?: Readonly<Record<string, string>>
}
type Token = Parameters<NonNullable<LspClientOptions['answer']>>[2]

/** A client with models of its own that applies what it is asked to apply. */
async function startEditor(workspace: Workspace, text: string, { settings, complete, env = {} }: EditorOptions) {
  const state = { text }
  const client = await startLspClient(workspace, {
    capabilities: { workspace: { applyEdit: true, workspaceEdit: { documentChanges: true } } },
    initializationOptions: { model, editorModels: complete !== undefined, ...settings },
    env,
    answer(method, params, token) {
      if (method === asking) return complete?.(params, token)
      if (method !== 'workspace/applyEdit') return undefined
      const [{ textDocument, edits }] = params.edit.documentChanges
      const document = TextDocument.create(textDocument.uri, 'skill-signature', textDocument.version, state.text)
      state.text = TextDocument.applyEdits(document, edits as TextEdit[])
      return { applied: true }
    },
  })
  await client.open(path, text)
  const command = (name: string, more: object = {}) =>
    client.request('workspace/executeCommand', {
      command: `signature-tuner.${name}`,
      arguments: [{ uri: client.uriOf(path), ...more }],
    })
  return { client, state, command }
}

test(
  'a signature is tuned to an applied edit by a model of the editor alone, and no key is needed or sent',
  async () => {
    const { workspace, text } = asyncSkill()
    const chat = createEditorChat()
    const env = { OPENAI_API_KEY: 'sk-canary-of-the-environment' }
    const { client, state, command } = await startEditor(workspace, text, { complete: chat.answer, env })
    expect(await command('evaluate')).toMatchObject({
      skills: [{ result: { model, errors: [], score: expect.closeTo(0.38, 2) } }],
    })
    const asked = chat.requests.length
    expect(asked).toBeGreaterThan(0)
    expect(await command('tune')).toMatchObject({
      status: 'completed',
      result: { tuned: true, signature_version: 2, model, reflection_model: model },
    })
    expect(state.text).not.toBe(text)
    expect(chat.requests.slice(asked).map(request => request.jsonSchema?.name)).toContain('tune_signature')
    expect(new Set(chat.requests.map(request => request.model))).toEqual(new Set(['copilot/gpt-4o']))
    expect(JSON.stringify(chat.requests)).not.toContain('sk-canary')
    expect(await client.stop()).toBe(0)
  },
  slow,
)

test.each([
  ['the editor answers and an endpoint proposes', { model, reflectionModel: 'thinker' }, 'tune_signature'],
  ['an endpoint answers and the editor proposes', { model: 'worker', reflectionModel: model }, 'output'],
])(
  '%s',
  async (_, models, atEndpoint) => {
    const { workspace, text } = asyncSkill()
    const chat = createEditorChat()
    await using server = await startModelServer({ answer: embeddedAnswer })
    const settings = { ...models, baseUrl: server.url }
    const { state, command } = await startEditor(workspace, text, { complete: chat.answer, settings })
    expect(await command('tune')).toMatchObject({
      result: { tuned: true, model: models.model, reflection_model: models.reflectionModel },
    })
    expect(state.text).not.toBe(text)
    const proposedAt = (names: readonly unknown[]) => names.includes('tune_signature')
    const names = server.requests.map(({ body }) => Object(body.response_format).json_schema?.name)
    expect(names.length).toBeGreaterThan(0)
    expect(proposedAt(names)).toBe(atEndpoint === 'tune_signature')
    expect(proposedAt(chat.requests.map(request => request.jsonSchema?.name))).toBe(atEndpoint !== 'tune_signature')
  },
  slow,
)

test.each([
  [
    { code: 'no_permission', message: 'Not allowed.' },
    'key_rejected',
    /does not let Signature Tuner use .*"Not allowed\."/,
  ],
  [{ code: 'not_found', message: '' }, 'model_unknown', /VS Code has no model vscode:copilot\/gpt-4o;/],
  [{ code: 'blocked', message: 'Quota.' }, 'rate_limited', /blocks requests .*"Quota\."/],
])(
  'what the client answers stops the job with its way out: %o',
  async (answer, code, message) => {
    const { workspace, text } = asyncSkill()
    const { command } = await startEditor(workspace, text, { complete: () => answer })
    const failed = command('evaluate')
    await expect(failed).rejects.toMatchObject({ data: { code } })
    await expect(failed).rejects.toThrow(message)
    await expect(failed).rejects.toThrow(/jobs resume job_/)
  },
  slow,
)

test(
  'an error of the protocol, answers of another form and a code of tomorrow are tried again',
  async () => {
    const { workspace, text } = asyncSkill()
    const chat = createEditorChat()
    const wrong = [
      () => ({ code: 'of_tomorrow', message: 'Later.', retryAfter: 'soon' }),
      () => ({ reply: 'in another form' }),
      () => null,
      () => {
        throw new Error('the extension broke')
      },
    ]
    const { command } = await startEditor(workspace, text, {
      complete: request => (wrong.pop() ?? (() => chat.answer(request)))(),
    })
    expect(await command('evaluate')).toMatchObject({
      skills: [{ result: { errors: [], failed_requests: [{ code: 'endpoint_failed', count: 4 }] } }],
    })
  },
  slow,
)

test(
  'cancelling the command reaches the client, and resuming asks only what is open',
  async () => {
    const { workspace, text } = asyncSkill()
    const chat = createEditorChat()
    const state: { held: number } = { held: 0 }
    const full = Promise.withResolvers<void>()
    const [givenUp, another] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const { command } = await startEditor(workspace, text, {
      settings: { concurrency: 2 },
      complete(request, token) {
        if (chat.requests.length < 5 || state.held >= 2) return chat.answer(request)
        const { resolve } = ++state.held === 1 ? givenUp : another
        if (state.held === 2) full.resolve()
        token.onCancellationRequested(() => resolve())
        // Nor does it matter whether a client answers after that.
        return new Promise(() => {})
      },
    })
    const running = command('evaluate')
    const caught = expect(running).rejects.toThrow(/was cancelled/)
    await full.promise
    await command('cancel')
    await caught
    await Promise.all([givenUp.promise, another.promise])
    expect(await command('resume')).toMatchObject({ kind: 'evaluate', status: 'completed' })
    const different = new Set(chat.requests.map(request => JSON.stringify(request)))
    expect(chat.requests).toHaveLength(different.size)
  },
  slow,
)

test(
  'elsewhere a job of the editor is refused with one sentence, and stays resumable',
  async () => {
    const { workspace, text } = asyncSkill()
    const chat = createEditorChat()
    const full = Promise.withResolvers<void>()
    const { client, command } = await startEditor(workspace, text, {
      settings: { concurrency: 2 },
      complete(request) {
        if (chat.requests.length < 5) return chat.answer(request)
        full.resolve()
        return new Promise(() => {})
      },
    })
    command('evaluate').catch(() => undefined)
    await full.promise
    await client.stop()
    const [job] = JSON.parse((await workspace.run(['jobs', '--json'])).stdout).jobs
    expect(job).toMatchObject({ status: 'queued' })
    const refusal = /^vscode:copilot\/gpt-4o is a model of VS Code, which only VS Code can ask: .* --model/
    const resumed = await workspace.run(['jobs', 'resume', job.job_id, '--json'])
    expect(resumed.status).toBe(2)
    expect(JSON.parse(resumed.stdout)).toMatchObject({
      code: 'editor_needed',
      message: expect.stringMatching(refusal),
    })
    // Another editor does not offer what it cannot do, and refuses it by command.
    const other = await startEditor(workspace, text, {})
    await expect(other.command('evaluate')).rejects.toMatchObject({ data: { code: 'editor_needed' } })
    await expect(other.command('resume')).rejects.toThrow(refusal)
    await other.client.stop()
    expect(other.client.received.map(({ method }) => method)).not.toContain('window/showMessageRequest')
    expect(JSON.parse((await workspace.run(['jobs', 'show', job.job_id, '--json'])).stdout)).toMatchObject({
      status: 'queued',
      attempt: job.attempt,
    })
    const again = await startEditor(workspace, text, { complete: chat.answer })
    expect(await again.command('resume')).toMatchObject({ status: 'completed' })
  },
  slow,
)

test('the HTTP API refuses a model of the editor before a job is made', async () => {
  const { workspace } = asyncSkill()
  const server = await startServer(workspace)
  const { status, body } = await server.request('POST', '/signatures/tune', {
    skill_path: 'skills/python/async',
    model,
  })
  expect({ status, body }).toMatchObject({ status: 400, body: { code: 'editor_needed' } })
  expect((await server.request('GET', '/signatures/tune')).body.jobs).toEqual([])
  await server.stop()
})

test('a name without a vendor or an id is refused where the editor answers, too', async () => {
  const { workspace, text } = asyncSkill()
  const complete = createEditorChat().answer
  const { command } = await startEditor(workspace, text, { complete, settings: { model: 'vscode:gpt-4o' } })
  await expect(command('evaluate')).rejects.toMatchObject({
    data: { code: 'usage' },
    message: expect.stringContaining('vscode:copilot/gpt-4o'),
  })
})

test('a limit of money cannot hold for a model that the plan of the editor pays', async () => {
  const { workspace, text } = asyncSkill()
  const complete = createEditorChat().answer
  const { command } = await startEditor(workspace, text, { complete, settings: { maxCost: 1 } })
  await expect(command('evaluate')).rejects.toMatchObject({ data: { code: 'model_price_unknown' } })
})
