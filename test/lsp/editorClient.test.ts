/** What a client of our own says and asks beyond the protocol, over a real stdio session. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { EditorConfiguration, JobNotice } from '../../server/src/protocol/client.ts'
import { createWorkspace } from '../support/cli.ts'
import { startLspClient } from '../support/lspClient.ts'
import { startModelServer } from '../support/modelServer.ts'

const slow = 60_000
const path = 'skills/python/async/signature.yaml'

async function startOwnClient(editor: EditorConfiguration, configuration: object = { model: 'embedded' }) {
  const workspace = createWorkspace()
  workspace.copySkill('python/async')
  const client = await startLspClient(workspace, {
    capabilities: { workspace: { configuration: true }, window: { workDoneProgress: true } },
    initializationOptions: { editor },
    configuration,
  })
  await client.message('workspace/configuration')
  const text = readFileSync(join(workspace.root, path), 'utf8')
  await client.open(path, text)
  return {
    client,
    workspace,
    uri: client.uriOf(path),
    run: (operation: string, input: object = {}) => client.request('signatureTuner/run', { operation, input }),
    notices: (): readonly JobNotice[] =>
      client.received.filter(({ method }) => method === 'signatureTuner/job').map(({ params }) => params),
  }
}

describe('a client of our own', () => {
  test(
    'hears what becomes of a job, and is spared what it shows itself',
    async () => {
      const { client, uri, run, notices, workspace } = await startOwnClient({ trusted: true, machine: {} })
      const given = { command: 'signature-tuner.evaluate', arguments: [{ uri }] }
      await client.request('workspace/executeCommand', given)
      const [first] = notices()
      const last = await client.message('signatureTuner/job', ({ what }) => what === 'ended')
      expect(first).toMatchObject({ what: 'started', root: workspace.root, skillPath: path })
      expect(last).toMatchObject({ jobId: first?.jobId, job: { kind: 'evaluate', status: 'completed' } })
      const methods = client.received.map(({ method }) => method)
      expect(methods).not.toContain('window/showMessage')
      expect(methods).not.toContain('window/workDoneProgress/create')
      const { jobs } = await run('jobs', { root: workspace.root, limit: 100 })
      expect(jobs).toMatchObject([{ job_id: first?.jobId, result: { failing: [] } }])
    },
    slow,
  )

  test('runs operations by name, with the errors of the command line', async () => {
    const { run, workspace } = await startOwnClient({ trusted: true, machine: {} })
    const skill_path = join(workspace.root, 'skills/python/async')
    expect(await run('history', { skill_path })).toMatchObject({ skill_id: 'python-async', versions: [] })
    expect(await run('jobs', { root: workspace.root })).toMatchObject({ jobs: [] })
    await expect(run('history', {})).rejects.toMatchObject({ data: { code: 'usage' } })
    await expect(run('toString')).rejects.toMatchObject({ data: { code: 'usage' } })
    await expect(run('history', { skill_path: join(workspace.root, 'none') })).rejects.toMatchObject({
      data: { code: 'path_not_found' },
    })
  })

  test('evaluates and tunes nothing in a workspace that is not trusted, until it is', async () => {
    const { client, run, uri, workspace } = await startOwnClient({ trusted: false, machine: {} })
    const skill_path = join(workspace.root, 'skills/python/async')
    const command = (name: string) =>
      client.request('workspace/executeCommand', { command: `signature-tuner.${name}`, arguments: [{ uri }] })
    const asked = [
      () => command('tune'),
      () => command('evaluate'),
      () => run('evaluate', { skill_path }),
      () => run('doctor'),
    ]
    for (const ask of asked) {
      await expect(ask()).rejects.toMatchObject({ data: { code: 'workspace_untrusted' } })
    }
    expect(await command('history')).toMatchObject({ versions: [] })
    await client.request('signatureTuner/configure', { trusted: true, machine: {} })
    expect(await run('doctor', { connect: false })).toMatchObject({ healthy: true })
  })

  test(
    'has its endpoint and key from the machine alone, and each key goes to its own origin',
    async () => {
      await using own = await startModelServer()
      await using other = await startModelServer()
      const key = { origin: new URL(own.url).origin, value: 'sk-canary-of-the-editor' }
      const { client, run, workspace } = await startOwnClient(
        { trusted: true, machine: { baseUrl: own.url }, key },
        { model: 'm', baseUrl: other.url, maxCalls: 1 },
      )
      // What is answered does not matter here, only who is asked with what.
      const evaluate = () =>
        run('evaluate', { skill_path: join(workspace.root, 'skills/python/async') }).catch(() => undefined)
      await evaluate()
      expect(own.requests.map(({ headers }) => headers.authorization)).toContain(`Bearer ${key.value}`)
      expect(other.count).toBe(0)
      await client.request('signatureTuner/configure', { trusted: true, machine: { baseUrl: other.url }, key })
      await evaluate()
      expect(other.count).toBeGreaterThan(0)
      expect(other.requests.flatMap(({ headers }) => headers.authorization ?? [])).toEqual([])
    },
    slow,
  )
})
