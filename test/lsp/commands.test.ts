/** Commands of the language server over a real stdio session: tuning with progress, one edit, and all that follows. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ResponseError, type TextEdit } from 'vscode-languageserver'
import { TextDocument } from 'vscode-languageserver-textdocument'
import { createWorkspace, type Workspace } from '../support/cli.ts'
import { type LspClient, startLspClient } from '../support/lspClient.ts'
import { startModelServer } from '../support/modelServer.ts'

const slow = 180_000
const path = 'skills/python/async/signature.yaml'
const editing = {
  workspace: {
    applyEdit: true,
    workspaceEdit: { documentChanges: true, changeAnnotationSupport: {} },
  },
  window: { workDoneProgress: true },
}

/** A client that applies what it is asked to apply, as an editor does. */
async function startEditor(workspace: Workspace, options: Parameters<typeof startLspClient>[1] = {}) {
  const applied: object[] = []
  const state: { client?: LspClient; text: string; accepts: boolean; breaks?: boolean } = { text: '', accepts: true }
  const client = await startLspClient(workspace, {
    capabilities: editing,
    ...options,
    answer(method, params) {
      if (method !== 'workspace/applyEdit') return undefined
      applied.push(params.edit)
      // Eglot takes a member that it does not know, or a no of the person, as an error.
      if (state.breaks || params.metadata !== undefined) return new ResponseError(-32603, 'Internal error')
      if (!state.accepts) return { applied: false, failureReason: 'the person said no' }
      const [{ textDocument, edits }] = params.edit.documentChanges
      const document = TextDocument.create(textDocument.uri, 'skill-signature', textDocument.version, state.text)
      state.text = TextDocument.applyEdits(document, edits as TextEdit[])
      void state.client?.change(path, state.text)
      return { applied: true }
    },
  })
  state.client = client
  const open = async (text: string) => {
    state.text = text
    await client.open(path, text)
  }
  const command = (name: string, more: object = {}) =>
    client.request('workspace/executeCommand', {
      command: `signature-tuner.${name}`,
      arguments: [{ uri: client.uriOf(path), ...more }],
    })
  return { client, state, applied, open, command }
}

function asyncSkill(): { readonly workspace: Workspace; readonly text: string } {
  const workspace = createWorkspace()
  workspace.copySkill('python/async')
  return { workspace, text: readFileSync(join(workspace.root, path), 'utf8') }
}

const historyOf = ({ root }: Workspace) =>
  JSON.parse(readFileSync(join(root, 'skills/python/async/signature.history.json'), 'utf8')).signature_history

describe('tuning', () => {
  test(
    'shows progress, ends in one edit with its version, and appends to the history after it was applied',
    async () => {
      const { workspace, text } = asyncSkill()
      const { client, state, applied, open, command } = await startEditor(workspace)
      await open(text)
      const job = await command('tune')
      expect(job).toMatchObject({ status: 'completed', result: { tuned: true, signature_version: 2 } })
      expect(applied).toHaveLength(1)
      expect(applied[0]).toMatchObject({
        documentChanges: [
          {
            textDocument: { uri: client.uriOf(path), version: 1 },
            edits: expect.arrayContaining([expect.objectContaining({ annotationId: 'signature-tuner' })]),
          },
        ],
        changeAnnotations: { 'signature-tuner': { needsConfirmation: true } },
      })
      expect(state.text).not.toBe(text)
      // The file is the editor's to save.
      expect(readFileSync(join(workspace.root, path), 'utf8')).toBe(text)
      expect(historyOf(workspace)).toMatchObject([{ version: 1 }, { version: 2, tuned: true, signature: state.text }])
      const kinds = client.received
        .filter(({ method }) => method === '$/progress')
        .map(({ params }) => params.value.kind as string)
      expect([kinds[0], kinds.at(-1)]).toEqual(['begin', 'end'])
      expect(kinds).toContain('report')
      expect(await client.message('window/showMessage')).toMatchObject({
        message: `Tuned: 0.38 → ${job.result.new_score.toFixed(2)} (proven), written as version 2.`,
      })
      const again = await command('tune')
      expect(again.result.reason).toMatch(/meets threshold/)
    },
    slow,
  )

  test(
    'asked for twice at once is one job with one edit, and both are told of its end',
    async () => {
      const { workspace, text } = asyncSkill()
      const { state, applied, open, command } = await startEditor(workspace)
      await open(text)
      const [first, second] = await Promise.all([command('tune'), command('tune')])
      expect(first).toMatchObject({ status: 'completed', result: { tuned: true, signature_version: 2 } })
      expect(second).toEqual(first)
      expect(applied).toHaveLength(1)
      expect(historyOf(workspace)).toMatchObject([{ version: 1 }, { version: 2, signature: state.text }])
    },
    slow,
  )

  test(
    'for a client with a review of its own writes nothing; applying is refused where the text changed meanwhile',
    async () => {
      const { workspace, text } = asyncSkill()
      const { client, state, applied, open, command } = await startEditor(workspace)
      await open(text)
      const { job_id: jobId, result } = await command('tune', { apply: false })
      expect(result.changes.length).toBeGreaterThan(0)
      expect(applied).toEqual([])
      expect(await command('apply', { jobId, preview: true })).toMatchObject({
        changes: result.changes,
        conflicts: [],
        old_text: text,
      })
      expect(applied).toEqual([])
      state.text = text.replace('desc: The answer', 'desc: The answer\n    constraints: [mine]')
      await client.change(path, state.text)
      await expect(command('apply', { jobId })).rejects.toMatchObject({
        code: -32803,
        data: { code: 'apply_conflict' },
      })
      expect(applied).toEqual([])
      // Edits elsewhere survive.
      state.text = `# a note on top\n${text}`
      await client.change(path, state.text)
      state.accepts = false
      await expect(command('apply', { jobId })).rejects.toThrow(/the person said no/)
      state.accepts = true
      state.breaks = true
      await expect(command('apply', { jobId })).rejects.toThrow(
        "Nothing was written: the editor answered 'Internal error'. Apply it again when you are ready.",
      )
      state.breaks = false
      expect(await command('apply')).toMatchObject({ job_id: jobId, signature_version: 2 })
      expect(state.text).toMatch(/^# a note on top\n/)
      expect(await command('history')).toMatchObject({ current: 2, versions: [{ version: 1 }, { version: 2 }] })
      expect(await command('restore', { version: 1 })).toMatchObject({ restored: 1, version: 3 })
      expect(state.text).toBe(text)
    },
    slow,
  )

  test(
    'is cancelled from its progress, resumed by command, and answers other requests meanwhile',
    async () => {
      const { workspace, text } = asyncSkill()
      await using model = await startModelServer({ latency: 30, answer: () => ({ answer: 'x', level: 'beginner' }) })
      const { client, open, command } = await startEditor(workspace, {
        initializationOptions: { model: 'm', baseUrl: model.url, maxCalls: 130 },
      })
      await open(text)
      const running = command('evaluate')
      const caught = expect(running).rejects.toMatchObject({ code: -32800, data: { code: 'cancelled' } })
      const { token } = await client.message(
        '$/progress',
        ({ value }) => value.kind === 'report' && value.percentage > 0,
      )
      expect(await client.ask('textDocument/hover', path, text.indexOf('answer:') + 1)).not.toBeNull()
      await client.notify('window/workDoneProgress/cancel', { token })
      await caught
      const resumed = await command('resume')
      expect(resumed).toMatchObject({ kind: 'evaluate', status: 'completed' })
      const asked = new Set(model.requests.map(({ text: body }) => body))
      expect(model.count - asked.size).toBeLessThanOrEqual(8)
    },
    slow,
  )
})

describe('mistakes', () => {
  test(
    'of a client that refuses what it said it can do lose no result',
    async () => {
      const { workspace, text } = asyncSkill()
      const client = await startLspClient(workspace, {
        capabilities: editing,
        answer(method) {
          throw new Error(`no ${method} today`)
        },
      })
      await client.open(path, text)
      const run = (command: string, more: object = {}) =>
        client.request('workspace/executeCommand', { command, arguments: [{ uri: client.uriOf(path), ...more }] })
      await expect(run('signature-tuner.tune')).rejects.toMatchObject({
        message: expect.stringMatching(/^Nothing was written: .*no workspace\/applyEdit today.* Apply it again/),
        data: { code: 'apply_conflict' },
      })
      const { changes } = await run('signature-tuner.apply', { preview: true })
      expect(changes.length).toBeGreaterThan(0)
    },
    slow,
  )

  test('have the code of the command line, and name what is wrong', async () => {
    const { workspace, text } = asyncSkill()
    const client = await startLspClient(workspace, { initializationOptions: {} })
    await client.open(path, text)
    const run = (command: string, argument?: object) =>
      client.request('workspace/executeCommand', { command, arguments: argument === undefined ? [] : [argument] })
    await expect(run('signature-tuner.nothing')).rejects.toMatchObject({ data: { code: 'usage' } })
    await expect(run('signature-tuner.tune')).rejects.toThrow(/one object such as/)
    const uri = client.uriOf('skills/none/signature.yaml')
    await expect(run('signature-tuner.tune', { uri })).rejects.toMatchObject({ data: { code: 'path_not_found' } })
    await expect(run('signature-tuner.tune', { uri: client.uriOf(path) })).rejects.toMatchObject({
      data: { code: 'model_not_configured' },
    })
  })

  test(
    'an endpoint of the configuration never gets the key of the environment',
    async () => {
      const { workspace, text } = asyncSkill()
      await using sink = await startModelServer()
      const client = await startLspClient(workspace, {
        capabilities: { workspace: { configuration: true } },
        configuration: { model: 'm', baseUrl: sink.url },
        env: { OPENAI_API_KEY: 'sk-canary-of-the-environment' },
      })
      onTestFinished(() => void client.child.kill())
      await client.message('workspace/configuration')
      await client.open(path, text)
      await client
        .request('workspace/executeCommand', {
          command: 'signature-tuner.evaluate',
          arguments: [{ uri: client.uriOf(path) }],
        })
        .catch(() => undefined)
      expect(sink.count).toBeGreaterThan(0)
      expect(sink.requests.flatMap(({ headers }) => headers.authorization ?? [])).toEqual([])
    },
    slow,
  )
})
