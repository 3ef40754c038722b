/** The workspace as the language server sees it: symbols of all skills, old versions, offers to resume. */
import { expect, test } from 'vitest'
import { createWorkspace, shoutSignature } from '../support/cli.ts'
import { startLspClient } from '../support/lspClient.ts'
import { startModelServer } from '../support/modelServer.ts'

const slow = 60_000
const path = 'skills/shout/signature.yaml'

test('symbols find every skill by its name or id, also in a folder that was added', async () => {
  const workspace = createWorkspace()
  workspace.write(path, shoutSignature)
  workspace.write('skills/a/b/signature.yaml', `skill_id: special\n${shoutSignature.replace('Shout', 'Whisper')}`)
  workspace.write('skills/c.signature.yaml', 'name: [broken')
  const elsewhere = createWorkspace()
  elsewhere.write('deep/down/signature.yaml', shoutSignature.replace('Shout', 'Mumble'))
  const client = await startLspClient(workspace, { capabilities: { workspace: { workspaceFolders: true } } })
  const find = async (query: string) =>
    (await client.request('workspace/symbol', { query })).map(({ name }: { name: string }) => name)
  expect(await find('')).toEqual(['Whisper', 'c', 'Shout'])
  expect(await find('SPEC')).toEqual(['Whisper'])
  const added = [{ uri: `file://${elsewhere.root}`, name: 'elsewhere' }]
  await client.notify('workspace/didChangeWorkspaceFolders', { event: { added, removed: [] } })
  expect(await find('mum')).toEqual(['Mumble'])
})

test(
  'an interrupted job is offered, goes on only with a yes, and old versions can be read',
  async () => {
    const workspace = createWorkspace()
    workspace.write(path, shoutSignature)
    const lines = Array.from({ length: 60 }, (_, n) => JSON.stringify({ word: `w${n}`, loud: `W${n}` }))
    workspace.write('skills/shout/examples.jsonl', lines.join('\n'))
    let reached: () => void = () => {}
    const midway = new Promise<void>(resolve => {
      reached = resolve
    })
    let count = 0
    await using model = await startModelServer({
      latency: 10,
      answer({ messages }) {
        if (++count === 20) reached()
        return { loud: /w\d+/.exec(messages.at(-1)?.content ?? '')?.[0]?.toUpperCase() ?? '' }
      },
    })
    const args = ['--model', 'm', '--base-url', model.url, '--concurrency', '2']
    const started = workspace.start(['evaluate', 'skills/shout', ...args])
    await midway
    started.child.kill('SIGKILL')
    await started.ended
    const options = { initializationOptions: { model: 'm', baseUrl: model.url } }
    const unasked = await startLspClient(workspace, options)
    expect(await unasked.message('window/showMessageRequest')).toMatchObject({
      message: expect.stringMatching(/^Evaluating shout was interrupted/),
      actions: [{ title: 'Resume' }, { title: 'Not now' }],
    })
    const before = model.count
    await unasked.open(path, shoutSignature)
    expect(await unasked.stop()).toBe(0)
    expect(model.count).toBe(before)

    const client = await startLspClient(workspace, {
      ...options,
      answer: (method, params) => (method === 'window/showMessageRequest' ? params.actions[0] : undefined),
    })
    await client.message('window/showMessageRequest')
    const run = (command: string, more: object = {}) =>
      client.request('workspace/executeCommand', {
        command: `signature-tuner.${command}`,
        arguments: [{ uri: client.uriOf(path), ...more }],
      })
    const evaluated = await run('evaluate')
    expect(evaluated.skills).toMatchObject([{ result: { score: 1, calls: 60 }, version: 1 }])
    expect(model.count).toBeLessThanOrEqual(60 + 2)
    const uri = `signature-tuner:${workspace.root}/${path}?version=1`
    expect(await client.request('workspace/textDocumentContent', { uri })).toEqual({ text: shoutSignature })
    const none = await client.request('workspace/textDocumentContent', { uri: uri.replace('=1', '=9') })
    expect(none.text).toMatch(/^# Version 9/)
  },
  slow,
)
