/** Every mistake a user can make: one clear sentence with the place and the way out, the right status, nothing lost. */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createWorkspace, shoutSignature as signature, type Workspace } from '../support/cli.ts'
import { embeddedAnswer } from '../support/embeddedAnswer.ts'
import { startModelServer } from '../support/modelServer.ts'

const examples = ['{"word":"a","loud":"A"}', '{"word":"b","loud":"B"}', '{"word":"c","loud":"C"}'].join('\n')

interface Mistake {
  readonly name: string
  readonly arrange?: (workspace: Workspace) => void
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly status: number
  readonly code: string
  /** What the sentence must name: the place, and the way out. */
  readonly says: readonly RegExp[]
}

const embedded = ['--model', 'embedded']

const mistakes: readonly Mistake[] = [
  {
    name: 'no such path',
    args: ['tune', 'skills/nowhere', ...embedded],
    status: 2,
    code: 'path_not_found',
    says: [/skills\/nowhere/],
  },
  {
    name: 'a folder without a signature',
    arrange: workspace => mkdirSync(join(workspace.root, 'skills/empty'), { recursive: true }),
    args: ['tune', 'skills/empty', ...embedded],
    status: 2,
    code: 'not_a_skill',
    says: [/skills\/empty/, /signature-tuner new/],
  },
  {
    name: 'broken YAML',
    arrange: workspace => workspace.write('skills/shout/signature.yaml', 'name: [\ninputs: {'),
    args: ['tune', 'skills/shout', ...embedded],
    status: 1,
    code: 'signature_invalid',
    says: [/skills\/shout\/signature\.yaml:\d+:\d+/, /signature-tuner validate/],
  },
  {
    name: 'an unknown key',
    arrange: workspace =>
      workspace.write('skills/shout/signature.yaml', signature.replace('desc: A word', 'descr: A word')),
    args: ['tune', 'skills/shout', ...embedded],
    status: 1,
    code: 'signature_invalid',
    says: [/signature\.yaml:4:\d+/, /'descr'/, /'desc'/],
  },
  {
    name: 'a bad example line',
    arrange: workspace => workspace.write('skills/shout/examples.jsonl', `${examples}\n{"word": `),
    args: ['evaluate', 'skills/shout', ...embedded],
    status: 1,
    code: 'examples_invalid',
    says: [/examples\.jsonl:4:\d+/],
  },
  {
    name: 'an example without an input',
    arrange: workspace => workspace.write('skills/shout/examples.jsonl', `${examples}\n{"loud": "D"}`),
    args: ['evaluate', 'skills/shout', ...embedded],
    status: 1,
    code: 'examples_invalid',
    says: [/examples\.jsonl:4:\d+/, /word/],
  },
  {
    name: 'a missing examples file',
    arrange: workspace =>
      workspace.write('skills/shout/signature.yaml', signature.replace('examples.jsonl', 'gone.jsonl')),
    args: ['tune', 'skills/shout', ...embedded],
    status: 1,
    code: 'signature_invalid',
    says: [/gone\.jsonl/],
  },
  {
    name: 'a script that is not there',
    arrange: workspace =>
      workspace.write(
        'skills/shout/signature.yaml',
        signature.replace('kind: exact_match, field: loud', 'kind: script, path: s.mjs'),
      ),
    args: ['tune', 'skills/shout', ...embedded],
    status: 1,
    code: 'signature_invalid',
    says: [/signature\.yaml:8:\d+/, /s\.mjs/],
  },
  {
    name: 'no examples',
    arrange: workspace =>
      workspace.write('skills/shout/signature.yaml', signature.replace('examples: examples.jsonl\n', '')),
    args: ['tune', 'skills/shout', ...embedded],
    status: 1,
    code: 'examples_missing',
    says: [/signature\.yaml/, /examples:/],
  },
  {
    name: 'no metrics',
    arrange: workspace => workspace.write('skills/shout/signature.yaml', signature.replace(/metrics:\n.*\n/, '')),
    args: ['tune', 'skills/shout', ...embedded],
    status: 1,
    code: 'metrics_missing',
    says: [/signature\.yaml/, /metrics:/],
  },
  {
    name: 'no model',
    args: ['tune', 'skills/shout'],
    status: 2,
    code: 'model_not_configured',
    says: [/--model/, /SIGNATURE_TUNER_MODEL/, /--model embedded/],
  },
  {
    name: 'no key for the default endpoint',
    args: ['tune', 'skills/shout', '--model', 'gpt-4.1-mini'],
    status: 2,
    code: 'key_missing',
    says: [/OPENAI_API_KEY/, /api\.openai\.com/],
  },
  {
    name: 'a model of an editor, which is not here',
    args: ['tune', 'skills/shout', '--model', 'vscode:copilot/gpt-4o'],
    status: 2,
    code: 'editor_needed',
    says: [/^vscode:copilot\/gpt-4o is a model of VS Code/, /--model/],
  },
  {
    name: 'a model of an editor that shall only propose',
    args: ['tune', 'skills/shout', ...embedded, '--reflection-model', 'vscode:copilot/gpt-4o'],
    status: 2,
    code: 'editor_needed',
    says: [/^vscode:copilot\/gpt-4o is a model of VS Code/, /choose another/],
  },
  {
    name: 'a spending cap for a model of unknown price',
    args: ['tune', 'skills/shout', '--model', 'house-model', '--base-url', 'http://127.0.0.1:9/v1', '--max-cost', '1'],
    status: 2,
    code: 'model_price_unknown',
    says: [/house-model/, /--max-calls/],
  },
  {
    name: 'an endpoint that is not there',
    args: ['tune', 'skills/shout', '--model', 'm', '--base-url', 'http://127.0.0.1:9/v1'],
    status: 3,
    code: 'endpoint_unreachable',
    says: [/127\.0\.0\.1:9/, /jobs resume job_/],
  },
  {
    name: 'a base URL that is none',
    args: ['tune', 'skills/shout', '--model', 'm', '--base-url', 'localhost'],
    status: 2,
    code: 'usage',
    says: [/--base-url/, /http:\/\//],
  },
  {
    name: 'a budget too small for one pass',
    args: ['tune', 'skills/shout', ...embedded, '--max-calls', '2'],
    status: 3,
    code: 'budget_exhausted',
    says: [/--max-calls to at least \d+\b/],
  },
  {
    name: 'a number that is none',
    args: ['tune', 'skills/shout', ...embedded, '--max-calls', 'many'],
    status: 2,
    code: 'usage',
    says: [/--max-calls/, /many/],
  },
  {
    name: 'a misspelt flag',
    args: ['tune', 'skills/shout', '--modle', 'embedded'],
    status: 2,
    code: 'usage',
    says: [/--modle/, /--model/],
  },
  {
    name: 'a misspelt command',
    args: ['tunee', 'skills/shout'],
    status: 2,
    code: 'usage',
    says: [/tunee/, /tune/],
  },
  {
    name: 'a damaged history',
    arrange: workspace => workspace.write('skills/shout/signature.history.json', '{"skill_id": "shout", '),
    args: ['tune', 'skills/shout', ...embedded, '--apply'],
    status: 1,
    code: 'history_damaged',
    says: [/signature\.history\.json/, /:1:\d+/],
  },
  {
    name: 'a version that is not there',
    arrange: workspace =>
      workspace.write('skills/shout/signature.history.json', '{"skill_id":"shout","signature_history":[]}'),
    args: ['restore', 'skills/shout', '7'],
    status: 2,
    code: 'version_not_found',
    says: [/skills\/shout/],
  },
  {
    name: 'a job that is not there',
    args: ['jobs', 'show', 'job_aaaaaaaaaaaaaaaa'],
    status: 2,
    code: 'job_not_found',
    says: [/job_aaaaaaaaaaaaaaaa/, /signature-tuner jobs/],
  },
  {
    name: 'a foreign database',
    arrange: workspace => workspace.write('.signature-tuner/jobs.db', 'this is no database at all, '.repeat(200)),
    args: ['tune', 'skills/shout', ...embedded],
    status: 3,
    code: 'database_foreign',
    says: [/jobs\.db/, /jobs\.db\.\w+-/],
  },
  {
    name: 'an existing skill',
    args: ['new', 'skills/shout'],
    status: 2,
    code: 'path_exists',
    says: [/skills\/shout\/signature\.yaml/],
  },
  {
    name: 'examples outside the workspace',
    arrange: workspace =>
      workspace.write('skills/shout/signature.yaml', signature.replace('examples.jsonl', '../../../secrets.jsonl')),
    args: ['tune', 'skills/shout', ...embedded],
    status: 1,
    code: 'signature_invalid',
    says: [/secrets\.jsonl/],
  },
]

function arrangeSkill(...whenFinished: Parameters<typeof createWorkspace>): Workspace {
  const workspace = createWorkspace(...whenFinished)
  workspace.write('skills/shout/signature.yaml', signature)
  workspace.write('skills/shout/examples.jsonl', examples)
  return workspace
}

function filesOf(workspace: Workspace): (string | undefined)[] {
  return ['signature.yaml', 'examples.jsonl', 'signature.history.json'].map(name => {
    const path = join(workspace.root, 'skills/shout', name)
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined
  })
}

describe('mistakes', () => {
  test.concurrent.for(mistakes)(
    '$name',
    async ({ arrange, args, env, status, code, says }, { expect, onTestFinished }) => {
      const workspace = arrangeSkill(onTestFinished)
      arrange?.(workspace)
      const before = filesOf(workspace)
      const ran = await workspace.run([...args, '--json'], env)
      expect(ran.status, ran.stdout + ran.stderr).toBe(status)
      const failure = JSON.parse(ran.stdout)
      expect(failure.code).toBe(code)
      for (const pattern of says) expect(failure.message).toMatch(pattern)
      expect(failure.message).not.toMatch(/\n|undefined|\[object| at .*\.ts:|sk-/)
      expect(filesOf(workspace)).toEqual(before)
      // For a person: the same sentence on standard error and nothing on standard output.
      const told = arrangeSkill(onTestFinished)
      arrange?.(told)
      const spoken = await told.run(args, env)
      expect(spoken.status, spoken.stderr).toBe(status)
      expect(spoken.stdout).toBe('')
      expect(spoken.stderr.trim().length).toBeGreaterThan(20)
    },
  )

  test('a wrong key is named with its endpoint, never shown, and the job can be resumed', async () => {
    await using server = await startModelServer({
      answer: embeddedAnswer,
      respond({ headers }, response) {
        if (headers.authorization === 'Bearer sk-right-0123456789') return false
        // Some servers say what they got.
        response.writeHead(401, { 'content-type': 'application/json' })
        response.end(JSON.stringify({ error: { message: `Incorrect key: ${headers.authorization}` } }))
        return true
      },
    })
    const workspace = arrangeSkill()
    const args = ['tune', 'skills/shout', '--model', 'm', '--base-url', server.url, '--json']
    const wrong = await workspace.run(args, { OPENAI_API_KEY: 'sk-canary-9876543210' })
    expect(wrong.status).toBe(3)
    const failure = JSON.parse(wrong.stdout)
    expect(failure.code).toBe('key_rejected')
    expect(failure.message).toMatch(/OPENAI_API_KEY/)
    expect(wrong.stdout + wrong.stderr).not.toMatch(/canary/)
    const store = join(workspace.root, '.signature-tuner')
    expect(existsSync(join(store, 'jobs.db'))).toBe(true)
    for (const name of readdirSync(store)) expect(readFileSync(join(store, name), 'latin1')).not.toMatch(/canary/)
    const right = await workspace.run(args, { OPENAI_API_KEY: 'sk-right-0123456789' })
    expect(right.status, right.stdout).toBe(0)
    expect(right.stderr).toMatch(/Resuming/)
  })

  test('a model the endpoint does not know', async () => {
    await using server = await startModelServer({
      respond: (_request, response) => {
        response.writeHead(404, { 'content-type': 'application/json' })
        response.end(JSON.stringify({ error: { message: "The model 'm' does not exist", code: 'model_not_found' } }))
        return true
      },
    })
    const ran = await arrangeSkill().run(['tune', 'skills/shout', '--model', 'm', '--base-url', server.url, '--json'])
    expect(ran.status).toBe(3)
    expect(JSON.parse(ran.stdout)).toMatchObject({
      code: 'model_unknown',
      message: expect.stringMatching(/'?m'?.*--model/),
    })
  })

  test.runIf(process.getuid?.() !== 0)('a read-only folder', async () => {
    const workspace = arrangeSkill()
    chmodSync(workspace.root, 0o555)
    const ran = await workspace.run(['tune', 'skills/shout', '--model', 'embedded', '--json'])
    chmodSync(workspace.root, 0o755)
    expect(ran.status).toBe(3)
    expect(JSON.parse(ran.stdout)).toMatchObject({ code: 'write_failed' })
  })

  test('the command that resumes works as printed, also where the skill keeps its jobs to itself', async () => {
    const workspace = arrangeSkill()
    rmSync(join(workspace.root, '.git'), { recursive: true })
    const spent = await workspace.run([
      'tune',
      'skills/shout',
      '--model',
      'embedded',
      '--max-calls',
      '2',
      '--apply',
      '--json',
    ])
    expect(spent.status).toBe(3)
    const { message } = JSON.parse(spent.stdout)
    const command =
      /signature-tuner (jobs resume job_\w+ --root \S+ --apply --max-calls \d+)$/.exec(message)?.[1] ?? message
    const resumed = await workspace.run([...command.split(' '), '--json'])
    expect(resumed.status, resumed.stdout).toBe(0)
    expect(JSON.parse(resumed.stdout)).toMatchObject({ status: 'completed' })
    // Looking for jobs elsewhere makes no store there.
    expect(JSON.parse((await workspace.run(['jobs', '--json'])).stdout).jobs).toEqual([])
    expect(existsSync(join(workspace.root, '.signature-tuner'))).toBe(false)
  })

  test('an endpoint that answers with web pages is given up soon', async () => {
    await using server = await startModelServer({
      respond: (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/html' })
        response.end('<html>It works!</html>')
        return true
      },
    })
    const ran = await arrangeSkill().run(['tune', 'skills/shout', '--model', 'm', '--base-url', server.url, '--json'])
    expect(ran.status).toBe(3)
    expect(JSON.parse(ran.stdout)).toMatchObject({ code: 'reply_invalid', message: expect.stringMatching(/base URL/) })
    expect(server.count).toBeLessThan(12)
  })

  test('a file in the place of the store folder', async () => {
    const workspace = createWorkspace()
    workspace.write('skills/shout/signature.yaml', signature)
    workspace.write('skills/shout/examples.jsonl', examples)
    writeFileSync(join(workspace.root, '.signature-tuner'), '')
    const ran = await workspace.run(['tune', 'skills/shout', '--model', 'embedded', '--json'])
    expect(ran.status).toBe(3)
    expect(JSON.parse(ran.stdout).message).toMatch(/\.signature-tuner/)
  })
})
