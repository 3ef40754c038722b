/** Tuning from an editor while the worker behind the server is killed: it is taken up again and ends in one edit. */
import { expect, test } from 'vitest'
import { childrenOf } from '../crash/processTree.ts'
import { createWorkspace, shoutSignature } from '../support/cli.ts'
import { startLspClient } from '../support/lspClient.ts'
import { startModelServer } from '../support/modelServer.ts'

const slow = 180_000
const path = 'skills/shout/signature.yaml'
const better = 'Repeat the word in CAPITAL letters, always.'
const concurrency = 4

// Where the children of a process can be listed.
test.skipIf(process.platform !== 'linux').each([
  ['at its first call', 1],
  ['amid the first evaluation', 30],
  ['amid the proposals', 90],
])(
  'a worker killed %s goes on where it was, and pays again only for what was in flight',
  async (_, at) => {
    const workspace = createWorkspace()
    const lines = Array.from({ length: 60 }, (_, n) => JSON.stringify({ word: `w${n}`, loud: `W${n}` }))
    workspace.write('skills/shout/examples.jsonl', lines.join('\n'))
    let count = 0
    let reached: () => void = () => {}
    const there = new Promise<void>(resolve => {
      reached = resolve
    })
    await using model = await startModelServer({
      latency: 20,
      answer({ messages }) {
        if (++count === at) reached()
        const asked = messages.map(({ content }) => content).join('\n')
        if (asked.includes('<current_signature>')) {
          const improved = shoutSignature.replace('Repeat the word in capitals.', better)
          return { improved_signature: improved, improvement_reasoning: 'It says how.' }
        }
        const word = /w\d+/.exec(messages.at(-1)?.content ?? '')?.[0] ?? ''
        return { loud: asked.includes(better) ? word.toUpperCase() : word }
      },
    })
    const client = await startLspClient(workspace, {
      capabilities: { workspace: { applyEdit: true } },
      initializationOptions: { model: 'm', baseUrl: model.url, concurrency },
      answer: method => (method === 'workspace/applyEdit' ? { applied: true } : undefined),
    })
    await client.open(path, shoutSignature)
    const tuned = client.request('workspace/executeCommand', {
      command: 'signature-tuner.tune',
      arguments: [{ uri: client.uriOf(path) }],
    })
    await there
    const workers = childrenOf(client.child.pid ?? 0)
    expect(workers).toHaveLength(1)
    for (const pid of workers) process.kill(pid, 'SIGKILL')
    expect(await tuned).toMatchObject({ status: 'completed', result: { tuned: true, signature_version: 2 } })
    const edits = client.received.filter(({ method }) => method === 'workspace/applyEdit')
    expect(edits).toHaveLength(1)
    expect(JSON.stringify(edits)).toContain('CAPITAL')
    const distinct = new Set(model.requests.map(({ text }) => text))
    expect(model.count - distinct.size).toBeLessThanOrEqual(concurrency)
    expect(client.received.filter(({ method }) => method === 'window/logMessage')).toEqual([])
    expect(await client.stop()).toBe(0)
  },
  slow,
)
