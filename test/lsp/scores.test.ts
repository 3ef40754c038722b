/** What is known of a skill over a real stdio session: hints, hovers, lenses and problems, as they change. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { ClientCapabilities } from 'vscode-languageserver'
import { createWorkspace, shoutSignature } from '../support/cli.ts'
import { type LspClient, type LspClientOptions, startLspClient } from '../support/lspClient.ts'

const path = 'skills/shout/signature.yaml'
const examples = '{"word":"a","loud":"A"}\n{"word":"b","loud":"B"}\n{"word":"c","loud":"nothing like it"}\n'

const refreshing: ClientCapabilities = {
  workspace: { inlayHint: { refreshSupport: true }, codeLens: { refreshSupport: true } },
  textDocument: { inlayHint: { resolveSupport: { properties: ['tooltip'] } } },
}
const watching: ClientCapabilities = {
  ...refreshing,
  workspace: { ...refreshing.workspace, didChangeWatchedFiles: { dynamicRegistration: true } },
}

/** A workspace whose skill was evaluated on the command line, and a client that has it open and knows the score. */
async function openEvaluated(options: LspClientOptions = {}) {
  const workspace = createWorkspace()
  workspace.write('skills/shout/examples.jsonl', examples)
  workspace.write(path, shoutSignature)
  const evaluated = await workspace.run(['evaluate', 'skills/shout', '--model', 'embedded'])
  expect(evaluated).toMatchObject({ status: 0 })
  const client = await startLspClient(workspace, { capabilities: refreshing, ...options })
  await client.open(path, shoutSignature)
  await client.message('workspace/inlayHint/refresh')
  // The history alone tells some of it earlier.
  if (options.initializationOptions === undefined) await untilHints(client, found => found.length === 4)
  return { workspace, client }
}

interface Hint {
  readonly position: { readonly line: number }
  readonly label: readonly { readonly value: string }[]
}

/** The label of each hint after the line that it stands in. */
async function hints(client: LspClient, text = shoutSignature): Promise<readonly string[]> {
  const lines = text.split('\n')
  const range = { start: { line: 0, character: 0 }, end: { line: lines.length, character: 0 } }
  const found: readonly Hint[] = await client.ask('textDocument/inlayHint', path, undefined, { range })
  return found
    .toSorted((a, b) => a.position.line - b.position.line)
    .map(({ position, label }) => `${lines[position.line]?.trim()} ⟦${label.map(({ value }) => value).join('')}⟧`)
}

/** Asks again whenever the client is told to, until the answer fits. */
async function untilHints(client: LspClient, fits: (hints: readonly string[]) => boolean): Promise<readonly string[]> {
  for (;;) {
    const asked = refreshes(client)
    const found = await hints(client)
    if (fits(found)) return found
    await client.message('workspace/inlayHint/refresh', () => refreshes(client) > asked)
  }
}

function refreshes({ received }: LspClient): number {
  return received.filter(({ method }) => method === 'workspace/inlayHint/refresh').length
}

test('an evaluation on the command line shows as hints, each with a tooltip when asked', async () => {
  const { client } = await openEvaluated()
  expect(await hints(client)).toEqual([
    expect.stringMatching(/^name: Shout ⟦0\.\d\d · v1⟧$/),
    expect.stringMatching(/^loud: .* ⟦0\.\d\d⟧$/),
    expect.stringMatching(/^loud_match: .* ⟦0\.\d\d⟧$/),
    expect.stringMatching(/^examples: examples.jsonl ⟦\d of 3 pass⟧$/),
  ])
  const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 11 } }
  const [hint] = await client.ask('textDocument/inlayHint', path, undefined, { range })
  expect(hint).not.toHaveProperty('tooltip')
  expect(hint).not.toHaveProperty('textEdits')
  const { tooltip } = await client.request('inlayHint/resolve', hint)
  expect(tooltip.value).toMatch(
    /for this signature \(version 1\)[\s\S]*on `embedded` with 3 examples[\s\S]*× `loud_match`/,
  )
})

test('the hover at the name lists the versions; the lenses carry commands of the server', async () => {
  const { client } = await openEvaluated()
  const hovered = await client.ask('textDocument/hover', path, shoutSignature.indexOf('Shout'))
  expect(hovered.contents.value).toMatch(/\| \*\*1\*\* \(now\) \| 2\d{3}-.* \| 0\.\d\d \|/)
  const uri = client.uriOf(path)
  expect(await client.ask('textDocument/codeLens', path)).toEqual(
    [
      ['Evaluate', 'Scores this signature on its examples with the model'],
      ['Tune', 'Looks for better wording, and accepts only what the examples prove to be better'],
      ['History', 'Lists the versions of this signature with their scores'],
    ].map(([title = '', tooltip]) => ({
      range: { start: { line: 0, character: 0 }, end: { line: 0, character: 4 } },
      command: { title, tooltip, command: `signature-tuner.${title.toLowerCase()}`, arguments: [{ uri }] },
    })),
  )
})

test('an edit of the meaning makes the score stale, taking it back does not; a comment silences what is said', async () => {
  const { client } = await openEvaluated()
  const isTold = (code: string) => (list: readonly { readonly code?: unknown }[]) =>
    list.some(told => told.code === code)
  const [below] = (await client.diagnostics(path, isTold('score-below-threshold'))).filter(
    ({ code }) => code === 'score-below-threshold',
  )
  expect(below).toMatchObject({
    severity: 3,
    message: expect.stringMatching(/^Score 0\.\d\d is below the threshold 0.75$/),
  })
  const edited = shoutSignature.replace('in capitals.', 'in capital letters.')
  await client.change(path, edited)
  await client.diagnostics(path, isTold('score-stale'))
  expect((await hints(client, edited))[0]).toMatch(/^name: Shout ⟦0\.\d\d stale⟧$/)
  await client.change(path, `# signature-tuner-disable-next-line score-stale\n${edited}`)
  await client.diagnostics(path, list => !isTold('score-stale')(list))
  await client.change(path, `# A comment\n${shoutSignature}`)
  await client.diagnostics(path, isTold('score-below-threshold'))
})

test('what is said of scores is not said on the command line', async () => {
  const { workspace } = await openEvaluated()
  const { stdout } = await workspace.run(['validate', 'skills', '--json'])
  expect(stdout).not.toContain('score-')
})

test('other examples make the score stale once the client tells of them; the same again do not', async () => {
  const { workspace, client } = await openEvaluated({ capabilities: watching })
  const registered = await client.message('client/registerCapability')
  expect(registered.registrations).toMatchObject([{ method: 'workspace/didChangeWatchedFiles' }])
  const changes = [{ uri: client.uriOf('skills/shout/examples.jsonl'), type: 2 }]
  workspace.write('skills/shout/examples.jsonl', `${examples}{"word":"d","loud":"D"}\n`)
  await client.notify('workspace/didChangeWatchedFiles', { changes })
  await untilHints(client, ([first]) => first?.includes('stale') === true)
  workspace.write('skills/shout/examples.jsonl', examples)
  await client.notify('workspace/didChangeWatchedFiles', { changes })
  await untilHints(client, ([first]) => first?.includes('stale') === false)
})

test('an evaluation elsewhere shows when the store or the history changes, and nothing is refreshed without a change', async () => {
  const workspace = createWorkspace()
  workspace.write('skills/shout/examples.jsonl', examples)
  const client = await startLspClient(workspace, { capabilities: watching })
  await client.open(path, shoutSignature)
  expect(await hints(client)).toEqual([])
  await workspace.run(['evaluate', 'skills/shout', '--model', 'embedded'])
  const changes = [
    { uri: client.uriOf('.signature-tuner/jobs.db-wal'), type: 2 },
    { uri: client.uriOf('skills/shout/signature.history.json'), type: 1 },
  ]
  await client.notify('workspace/didChangeWatchedFiles', { changes })
  await untilHints(client, ([first, ...more]) => more.length === 3 && first?.includes('· v1') === true)
  const before = refreshes(client)
  // What was read last may still be told of: one message. Two looks that change nothing add none, and the last look one.
  for (let look = 0; look < 2; look++) {
    await client.notify('workspace/didChangeWatchedFiles', { changes })
    await client.notify('textDocument/didSave', { textDocument: { uri: client.uriOf(path) } })
    // Takes longer than the server needs to tell of a change, if it saw one.
    await workspace.run(['validate', 'skills'])
  }
  const history = join(workspace.root, 'skills/shout/signature.history.json')
  workspace.write(
    'skills/shout/signature.history.json',
    readFileSync(history, 'utf8').replaceAll('"version": 1', '"version": 7'),
  )
  await client.notify('workspace/didChangeWatchedFiles', { changes })
  await untilHints(client, ([first]) => first?.includes('· v7') === true)
  expect(refreshes(client) - before).toBeLessThanOrEqual(2)
})

test('hints and lenses can be turned off', async () => {
  const initializationOptions = { model: 'embedded', inlayHints: { enable: false }, codeLens: { enable: false } }
  const { client } = await openEvaluated({ initializationOptions })
  expect(await hints(client)).toEqual([])
  expect(await client.ask('textDocument/codeLens', path)).toEqual([])
})

test('links of a hover run commands only in a client that trusts them', async () => {
  const { workspace, client } = await openEvaluated({
    capabilities: { ...watching, experimental: { commandLinks: true } },
  })
  const edited = shoutSignature.replace('in capitals.', 'in capital letters.')
  workspace.write(path, edited)
  await workspace.run(['evaluate', 'skills/shout', '--model', 'embedded'])
  await client.change(path, edited)
  const changes = [{ uri: client.uriOf('skills/shout/signature.history.json'), type: 2 }]
  await client.notify('workspace/didChangeWatchedFiles', { changes })
  await untilHints(client, ([first]) => first?.includes('· v2') === true)
  const { contents } = await client.ask('textDocument/hover', path, edited.indexOf('Shout'))
  const [, command, given = ''] = /\[restore\]\(command:([\w.-]+)\?([^)]+)\)/.exec(contents.value) ?? []
  expect(command).toBe('signature-tuner.restore')
  expect(JSON.parse(decodeURIComponent(given))).toEqual([{ uri: client.uriOf(path), version: 1 }])
})
