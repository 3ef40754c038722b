/** The examples of a signature as our own client asks for them, and what becomes of a run that it gives up. */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ExamplesAnswer } from '../../server/src/protocol/client.ts'
import { createWorkspace, shoutSignature } from '../support/cli.ts'
import { startLspClient } from '../support/lspClient.ts'
import { startModelServer } from '../support/modelServer.ts'

const path = 'skills/shout/signature.yaml'

async function arrange(examples: string, editor: object = { trusted: true, machine: {} }) {
  const workspace = createWorkspace()
  workspace.write(path, shoutSignature)
  workspace.write('skills/shout/examples.jsonl', examples)
  const client = await startLspClient(workspace, {
    capabilities: { workspace: { configuration: true } },
    initializationOptions: { editor },
    configuration: { model: 'm' },
  })
  await client.message('workspace/configuration')
  const list = (uri = client.uriOf(path)): Promise<ExamplesAnswer> => client.request('signatureTuner/examples', { uri })
  return { workspace, client, list }
}

const line = (example: object) => `${JSON.stringify(example)}\n`

describe('examples of a signature', () => {
  test('come from its file with line, label and split, whether it is open or not', async () => {
    const long = 'very '.repeat(40)
    const { client, list } = await arrange(
      `\n${line({ _id: 'first', word: 'a', loud: 'A', _split: 'holdout' })}${line({ word: `b\n${long}`, loud: 'B' })}`,
    )
    const answer = await list()
    expect(answer).toEqual({
      examplesUri: client.uriOf('skills/shout/examples.jsonl'),
      examples: [
        { id: 'first', line: 2, label: 'first', split: 'holdout' },
        { id: '2', line: 3, label: `b ${long}`.slice(0, 59).concat('…') },
      ],
      total: 2,
    })
    // What is typed counts, before it is saved.
    await client.open(path, shoutSignature)
    const inline = shoutSignature.replace('examples.jsonl', '[{ word: x, loud: X }]')
    await client.change(path, inline)
    expect(await list()).toEqual({ examples: [{ id: '1', line: 9, label: 'x' }], total: 1 })
  })

  test('are counted beyond the first thousand', async () => {
    const { list } = await arrange(Array.from({ length: 1001 }, (_, n) => line({ word: `w${n}`, loud: 'W' })).join(''))
    const { examples, total } = await list()
    expect([examples.length, total]).toEqual([1000, 1001])
  })

  test('are told with what is wrong with them', async () => {
    const { workspace, client, list } = await arrange(`${line({ word: 'a', loud: 'A' })}{"word": 7}\n`)
    expect(await list()).toMatchObject({ total: 1, problem: expect.stringMatching(/^Line 2: /) })
    for (const [text, problem] of [
      ['', 'Line 1: there are no examples'],
      [undefined, /none\.jsonl does not exist/],
    ] as const) {
      if (text !== undefined) workspace.write('skills/shout/examples.jsonl', text)
      else workspace.write(path, shoutSignature.replace('examples.jsonl', 'none.jsonl'))
      expect((await list()).problem).toMatch(problem)
    }
    workspace.write(path, 'name: [')
    expect(await list()).toEqual({ examples: [], total: 0, problem: 'The signature has errors: they come first.' })
    await expect(list(client.uriOf('skills/none/signature.yaml'))).rejects.toMatchObject({
      data: { code: 'path_not_found' },
    })
    await expect(list('untitled:1')).rejects.toMatchObject({ data: { code: 'path_not_found' } })
  })
})

test('an evaluation that the client gives up is cancelled, and asks the model no more', async () => {
  await using model = await startModelServer({ faults: { rate: 1, kinds: ['hang'] } })
  const words = Array.from({ length: 20 }, (_, n) => line({ word: `w${n}`, loud: `W${n}` })).join('')
  const editor = { trusted: true, machine: { baseUrl: model.url, concurrency: 2 } }
  const { workspace, client } = await arrange(words, editor)
  const given = { operation: 'evaluate', input: { skill_path: join(workspace.root, path), record: false } }
  const { CancellationTokenSource } = await import('vscode-jsonrpc/node')
  const giveUp = new CancellationTokenSource()
  const run = client.connection.sendRequest('signatureTuner/run', given, giveUp.token).catch(error => error.message)
  await client.message('signatureTuner/job', ({ what }) => what === 'started')
  giveUp.cancel()
  expect(await run).toMatch(/cancelled/)
  const ended = await client.message('signatureTuner/job', ({ what }) => what === 'ended')
  expect(ended.job.status).toBe('cancelled')
  expect(model.count).toBeLessThanOrEqual(2)
})
