/** Code actions over a real stdio session: listed, chosen, and carried out, by clients that can more or less. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type ClientCapabilities, type CodeAction, CodeActionTriggerKind } from 'vscode-languageserver'
import { createWorkspace, shoutSignature, type Workspace } from '../support/cli.ts'
import { extractCursor } from '../support/fixture.ts'
import { type LspClient, startLspClient } from '../support/lspClient.ts'

const path = 'skills/shout/signature.yaml'
const oneExample = '{"word":"a","loud":"A"}\n'

const modern: ClientCapabilities = {
  workspace: { workspaceEdit: { documentChanges: true, resourceOperations: ['create'] } },
  textDocument: {
    codeAction: {
      codeActionLiteralSupport: { codeActionKind: { valueSet: [''] } },
      dataSupport: true,
      resolveSupport: { properties: ['edit'] },
      tagSupport: { valueSet: [1] },
    },
  },
}
const older: ClientCapabilities = {
  textDocument: { codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: [''] } } } },
}

function skillWith(examples: string | undefined): Workspace {
  const workspace = createWorkspace()
  if (examples !== undefined) workspace.write('skills/shout/examples.jsonl', examples)
  return workspace
}

async function ask(client: LspClient, marked: string, context: object = {}): Promise<readonly CodeAction[]> {
  const { text, offset } = extractCursor(marked)
  await client.open(path, text)
  const before = text.slice(0, offset).split('\n')
  const position = { line: before.length - 1, character: before.at(-1)?.length ?? 0 }
  const textDocument = { uri: client.uriOf(path) }
  const range = { start: position, end: position }
  return client.request('textDocument/codeAction', { textDocument, range, context: { diagnostics: [], ...context } })
}

const misspelt = shoutSignature.replace('desc: A word', '$0descr: A word')

describe('code actions', () => {
  test('come without their edits, which are asked for when one is chosen', async () => {
    const client = await startLspClient(skillWith(oneExample), { capabilities: modern })
    expect(client.capabilities.codeActionProvider).toMatchObject({ resolveProvider: true })
    const [first] = await ask(client, misspelt, { only: ['quickfix'] })
    expect(first).toMatchObject({ title: 'Rename to desc', kind: 'quickfix', isPreferred: true })
    expect(first?.edit).toBeUndefined()
    const resolved: CodeAction = await client.request('codeAction/resolve', first)
    const range = { start: { line: 3, character: 21 }, end: { line: 3, character: 26 } }
    expect(resolved.edit).toEqual({
      documentChanges: [{ textDocument: { uri: client.uriOf(path), version: 1 }, edits: [{ range, newText: 'desc' }] }],
    })
  })

  test('come with their edits for a client that does not ask again', async () => {
    const client = await startLspClient(skillWith(oneExample), { capabilities: older })
    const [first] = await ask(client, misspelt)
    expect(first?.edit).toMatchObject({ changes: { [client.uriOf(path)]: [{ newText: 'desc' }] } })
    expect(first?.data).toBeUndefined()
  })

  test('leave out, for such a client, what takes the whole text when only the cursor was moved', async () => {
    const client = await startLspClient(skillWith(oneExample), { capabilities: older })
    const twice = misspelt.replace('$0', '').replaceAll('desc:', 'descr:').replace('descr:', '$0descr:')
    const titles = async (triggerKind: CodeActionTriggerKind) =>
      (await ask(client, twice, { triggerKind })).map(({ title }: CodeAction) => title)
    expect(await titles(CodeActionTriggerKind.Invoked)).toContain('Fix all that is certain')
    const automatic = await titles(CodeActionTriggerKind.Automatic)
    expect(automatic).toContain('Rename to desc')
    expect(automatic).not.toContain('Fix all that is certain')
  })

  test('are commands alone for a client that knows no others', async () => {
    const client = await startLspClient(skillWith(oneExample))
    expect(client.capabilities.codeActionProvider).toBe(true)
    const uri = client.uriOf(path)
    expect(await ask(client, `$0${shoutSignature}`)).toEqual([
      { title: 'Tune signature', command: 'signature-tuner.tune', arguments: [{ uri }] },
      { title: 'Evaluate signature', command: 'signature-tuner.evaluate', arguments: [{ uri }] },
    ])
  })

  test('answer to the diagnostics that the client names, and carry them', async () => {
    const client = await startLspClient(skillWith(oneExample), { capabilities: modern })
    await client.open(path, extractCursor(misspelt).text)
    const told = await client.diagnostics(path, list => list.some(({ code }) => code === 'unknown-key'))
    const diagnostics = told.filter(({ code }) => code === 'unknown-key')
    const far = `$0${extractCursor(misspelt).text}`
    const fixes = await ask(client, far, { diagnostics, only: ['quickfix'] })
    expect(fixes.map(({ title }) => title)).toEqual(['Rename to desc', 'Remove descr'])
    expect(fixes[0]?.diagnostics).toEqual(diagnostics)
    const others = await ask(client, misspelt, {
      diagnostics: [{ ...diagnostics[0], code: 'gone' }],
      only: ['quickfix'],
    })
    expect(others).toEqual([])
  })

  test('tune where the score is told of, marked as what a model writes', async () => {
    const client = await startLspClient(skillWith(oneExample), { capabilities: modern })
    const range = { start: { line: 2, character: 0 }, end: { line: 2, character: 4 } }
    const told = { range, code: 'score-below-threshold', source: 'signature-tuner', message: 'low' }
    const [tune] = await ask(client, shoutSignature.replace('word:', 'w$0ord:'), { diagnostics: [told] })
    expect(tune).toEqual({
      title: 'Tune signature',
      kind: 'quickfix',
      diagnostics: [told],
      isPreferred: true,
      tags: [1],
      command: { title: 'Tune signature', command: 'signature-tuner.tune', arguments: [{ uri: client.uriOf(path) }] },
    })
    expect(await client.request('codeAction/resolve', tune)).toEqual(tune)
  })

  test('keep to the kinds that are asked for', async () => {
    const client = await startLspClient(skillWith(oneExample), { capabilities: modern })
    const kinds = async (only: readonly string[]) =>
      new Set((await ask(client, misspelt.replace('Shout', 'shout_it'), { only })).map(({ kind }) => kind))
    expect(await kinds(['refactor'])).toEqual(new Set(['refactor.rewrite']))
    expect(await kinds(['source'])).toEqual(new Set(['source.fixAll.signature-tuner']))
    expect(await kinds(['source.organizeImports'])).toEqual(new Set())
    const [all] = await ask(client, misspelt.replace('Shout', 'shout_it'), { only: ['source.fixAll.signature-tuner'] })
    const { edit } = await client.request('codeAction/resolve', all)
    expect(edit.documentChanges[0].edits[0].newText).toContain('ShoutIt')
  })

  test('create the file of examples that is missing', async () => {
    const workspace = skillWith(undefined)
    const client = await startLspClient(workspace, { capabilities: modern })
    const actions = await ask(client, shoutSignature.replace('examples: ', 'examples: $0'))
    const create = actions.find(({ title }) => title === 'Create examples.jsonl')
    const { edit } = await client.request('codeAction/resolve', create)
    const uri = client.uriOf('skills/shout/examples.jsonl')
    expect(edit.documentChanges).toMatchObject([
      { kind: 'create', uri, options: { overwrite: false } },
      {
        textDocument: { uri, version: null },
        edits: [{ newText: '{"word":"an example of word","loud":"an example of loud"}\n' }],
      },
    ])
    expect(existsSync(join(workspace.root, 'skills/shout/examples.jsonl'))).toBe(false)
    const plain = await startLspClient(workspace, { capabilities: older })
    const others = await ask(plain, shoutSignature.replace('examples: ', 'examples: $0'))
    expect(others.map(({ title }) => title)).not.toContain('Create examples.jsonl')
  })

  test('bring examples into the signature from their file, or say why not', async () => {
    const client = await startLspClient(skillWith(oneExample), { capabilities: modern })
    const marked = shoutSignature.replace('examples: ', 'examples: $0')
    const copy = (await ask(client, marked)).find(({ kind }) => kind === 'refactor.inline')
    const { edit } = await client.request('codeAction/resolve', copy)
    expect(edit.documentChanges[0].edits[0].newText).toBe('\n  - { word: a, loud: A }')
    const broken = await startLspClient(skillWith('{'), { capabilities: modern })
    const refused = (await ask(broken, marked)).find(({ kind }) => kind === 'refactor.inline')
    expect((await broken.request('codeAction/resolve', refused)).edit).toBeUndefined()
    expect((await broken.message('window/showMessage')).message).toContain('must be sound')
  })

  test('that were offered for another text are refused', async () => {
    const client = await startLspClient(skillWith(oneExample), { capabilities: modern })
    const [first] = await ask(client, misspelt)
    await client.change(path, shoutSignature)
    await expect(client.request('codeAction/resolve', first)).rejects.toMatchObject({ code: -32801 })
  })

  test('are answered for half a file', async () => {
    const client = await startLspClient(skillWith(oneExample), { capabilities: older })
    for (const text of ['$0', 'name: [$0', 'inputs:\n  q: { type: Lit$0', '- $0', '"$0']) {
      expect(Array.isArray(await ask(client, text)), text).toBe(true)
    }
  })
})
