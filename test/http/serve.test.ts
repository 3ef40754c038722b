/** `serve` from start to stop: its token file, its port, and what becomes of jobs when it goes. */
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ok } from '../../server/src/base/result.ts'
import { composeHost } from '../../server/src/compose.ts'
import { startHttpServer } from '../../server/src/http/server.ts'
import { createWorkspace, shoutSignature, type Workspace } from '../support/cli.ts'
import { startModelServer } from '../support/modelServer.ts'
import { type RunningServer, startServer } from '../support/server.ts'

const slow = 60_000
const modeOf = (path: string) => statSync(path).mode & 0o777

describe('the token file', () => {
  test('is private, new at every start, and gone after the stop', async () => {
    const workspace = createWorkspace()
    const server = await startServer(workspace)
    expect(dirname(server.tokenFile)).toBe(join(workspace.root, '.home/.local/state/signature-tuner/serve'))
    expect(modeOf(server.tokenFile)).toBe(0o600)
    expect(modeOf(dirname(server.tokenFile))).toBe(0o700)
    expect(server.token).toMatch(/^[\w-]{43}$/)
    const stopped = await server.stop()
    expect(stopped.status).toBe(0)
    expect(existsSync(server.tokenFile)).toBe(false)
    const again = await startServer(workspace)
    expect(again.token).not.toBe(server.token)
    // Nothing of the workspace was touched: there is no job yet.
    expect(existsSync(join(workspace.root, '.signature-tuner'))).toBe(false)
  })

  test('replaces what was planted in its place, and closes a folder that others may enter', async () => {
    const workspace = createWorkspace()
    const first = await startServer(workspace)
    await first.stop('SIGKILL')
    expect(existsSync(first.tokenFile)).toBe(true)
    const folder = join(workspace.root, 'state/signature-tuner/serve')
    mkdirSync(folder, { recursive: true })
    chmodSync(folder, 0o777)
    workspace.write('victim', 'precious')
    symlinkSync(join(workspace.root, 'victim'), join(folder, `${first.port}.token`))
    const env = { XDG_STATE_HOME: join(workspace.root, 'state') }
    const server = await startServer(workspace, ['--model', 'embedded', '--port', String(first.port)], env)
    expect(dirname(server.tokenFile)).toBe(folder)
    expect(readFileSync(join(workspace.root, 'victim'), 'utf8')).toBe('precious')
    expect([modeOf(server.tokenFile), modeOf(folder)]).toEqual([0o600, 0o700])
    expect((await server.request('GET', '/health')).status).toBe(200)
  })

  test('that another server has replaced is left to it', async () => {
    const workspace = createWorkspace()
    const server = await startServer(workspace)
    writeFileSync(server.tokenFile, 'of another server\n')
    await server.stop()
    expect(readFileSync(server.tokenFile, 'utf8')).toBe('of another server\n')
  })

  test('lies in the home folder where the environment names no absolute place', async () => {
    const workspace = createWorkspace()
    const server = await startServer(workspace, ['--model', 'embedded'], { XDG_STATE_HOME: 'relative' })
    expect(dirname(server.tokenFile)).toBe(join(workspace.root, '.home/.local/state/signature-tuner/serve'))
    const { status, stderr } = await workspace.run(['serve', '--port', '0'], { XDG_STATE_HOME: '/proc/none' })
    expect(status).toBe(3)
    expect(stderr).toMatch(/\/proc\/none/)
  })

  test('that cannot be written is an error with its path', async () => {
    const workspace = createWorkspace()
    workspace.write('.home/.local/state/signature-tuner', 'a file')
    const { status, stderr } = await workspace.run(['serve', '--port', '0'])
    expect(status).toBe(3)
    expect(stderr).toMatch(/token.*signature-tuner\/serve/)
  })
})

describe('mistakes', () => {
  test('a port that is taken, no port, and a root that is none: one sentence each, status 2', async () => {
    const workspace = createWorkspace()
    const server = await startServer(workspace)
    const mistakes: ReadonlyArray<readonly [readonly string[], string, RegExp]> = [
      [['--port', String(server.port)], 'port_unavailable', /Port \d+ is in use.*--port 0/],
      [['--port', 'many'], 'usage', /--port cannot be 'many'/],
      [['--port', '70000'], 'usage', /0 to 65535/],
      [['--port', '7.5'], 'usage', /whole number/],
      [['--root', 'nowhere'], 'path_not_found', /--root nowhere does not exist/],
      [['--base-url', 'nonsense'], 'usage', /--base-url is no URL/],
    ]
    for (const [args, code, says] of mistakes) {
      const { status, stdout } = await workspace.run(['serve', ...args, '--json'])
      expect([status, JSON.parse(stdout).code], stdout).toEqual([2, code])
      expect(JSON.parse(stdout).message).toMatch(says)
    }
    expect((await server.request('GET', '/health')).status).toBe(200)
  })
})

test('the page of a start fits 80 columns where paths allow, and names what one needs', async () => {
  const workspace = createWorkspace()
  const { child, ended } = workspace.start(['serve', '--port', '0'])
  await new Promise<void>(done => child.stdout?.on('data', chunk => String(chunk).includes('Ctrl-C') && done()))
  child.kill('SIGINT')
  const { status, stdout, stderr } = await ended
  expect(status).toBe(0)
  expect(stdout).toMatch(/^Serving .*\n {2}API {4}http:\/\/127\.0\.0\.1:\d+\/api\/v1/)
  expect(stdout).toMatch(/curl -H "Authorization: Bearer \$\(cat .*\.token\)" http/)
  expect(stderr).toMatch(/Stopping/)
})

test('nothing but 127.0.0.1 is listened on', async () => {
  const server = await startServer(createWorkspace())
  const reached = await new Promise<boolean>(done => {
    const socket = createConnection({ host: '127.0.0.2', port: server.port })
    socket.on('connect', () => done(true)).on('error', () => done(false))
    onTestFinished(() => void socket.destroy())
  })
  expect(reached).toBe(false)
})

describe('a request that is too slow', () => {
  test('gets a time-out, head and body alike; an event stream may take as long as its job', async () => {
    const { root } = createWorkspace()
    const models = {
      model: 'embedded',
      reflectionModel: undefined,
      baseUrl: 'http://127.0.0.1:1/v1',
      apiKey: undefined,
    }
    const host = composeHost({
      cwd: root,
      root,
      programFolder: resolve(import.meta.dirname, '../../dist'),
      models: { ...models, concurrency: 1, timeout: 1_000, parameters: {} },
    })
    const started = await startHttpServer({
      ...{ ports: host.ports, root, port: 0, headTimeout: 200, requestTimeout: 400, log: () => {} },
      openToken: async () => ok('t'),
    })
    if (!started.ok) throw new Error(started.error.message)
    onTestFinished(async () => {
      await started.value.close()
      await host.dispose()
    })
    const { port } = started.value
    const head = `POST /api/v1/signatures/validate HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer t\r\n`
    for (const bytes of [
      'GET /api/v1/health HT',
      `${head}Content-Type: application/json\r\nContent-Length: 99\r\n\r\n{`,
    ]) {
      const answer = await new Promise<string>(done => {
        let text = ''
        const socket = createConnection({ host: '127.0.0.1', port })
        socket.on('data', chunk => {
          text += chunk
        })
        socket.on('close', () => done(text))
        socket.write(bytes)
      })
      expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n[\s\S]*"code":"request_timeout"/)
    }
  })
})

/** A model that answers right after a while, and counts how often each word was asked. */
async function countingModel(latency: number) {
  const asked = new Map<string, number>()
  let watch: () => void = () => {}
  const midway = new Promise<void>(done => {
    watch = done
  })
  const model = await startModelServer({
    latency,
    answer({ messages }) {
      const word = /w\d+/.exec(messages.at(-1)?.content ?? '')?.[0] ?? ''
      asked.set(word, (asked.get(word) ?? 0) + 1)
      if (asked.size === 50) watch()
      return { loud: word.toUpperCase() }
    },
  })
  onTestFinished(() => model.close())
  return { asked, midway, args: ['--model', 'm', '--base-url', model.url, '--concurrency', '4'] }
}

function longSkill(): Workspace {
  const workspace = createWorkspace()
  workspace.write('skills/shout/signature.yaml', shoutSignature)
  const lines = Array.from({ length: 150 }, (_, n) => JSON.stringify({ word: `w${n}`, loud: `W${n}` }))
  workspace.write('skills/shout/examples.jsonl', lines.join('\n'))
  return workspace
}

const evaluate = async (server: RunningServer) => {
  const { body } = await server.request('POST', '/signatures/evaluate', { skill_path: 'skills/shout' })
  return { id: body.job_id as string, place: `/signatures/evaluate/${body.job_id}` }
}

describe('a server that goes in the middle of a job', () => {
  test.each(['SIGTERM', 'SIGINT', 'SIGKILL'] as const)(
    'by %s leaves it to be resumed: offered, not started, and no answered call asked again',
    async signal => {
      const workspace = longSkill()
      const { asked, midway, args } = await countingModel(5)
      const first = await startServer(workspace, args)
      const { id, place } = await evaluate(first)
      await midway
      const stopped = await first.stop(signal)
      expect(stopped.status).toBe(signal === 'SIGKILL' ? null : 0)
      const second = await startServer(workspace, args)
      expect((await second.request('GET', place)).body).toMatchObject({ attempt: 1, interrupted: true })
      expect((await second.events(place)).map(({ event }) => event)).toEqual(['progress', 'interrupted'])
      // The same request goes on with it.
      expect((await evaluate(second)).id).toBe(id)
      expect(await second.ended(place)).toMatchObject({
        status: 'completed',
        attempt: 2,
        result: { score: 1, calls: 150 },
      })
      expect([...asked.values()].reduce((sum, times) => sum + times - 1, 0)).toBeLessThanOrEqual(4)
    },
    slow,
  )

  test('with event streams asked for and never read ends, and had room for others', async () => {
    const { midway, args } = await countingModel(5)
    const server = await startServer(longSkill(), args)
    const { place } = await evaluate(server)
    for (let n = 0; n < 70; n++) {
      const head = await fetch(`${server.url}/api/v1${place}/events`, {
        method: 'HEAD',
        headers: { Authorization: `Bearer ${server.token}` },
      })
      expect(head.status).toBe(200)
    }
    await midway
    const unread = createConnection({ host: '127.0.0.1', port: server.port })
    onTestFinished(() => void unread.destroy())
    const head = [`GET /api/v1${place}/events HTTP/1.1`, `Host: 127.0.0.1:${server.port}`]
    unread.pause().write([...head, `Authorization: Bearer ${server.token}`, '', ''].join('\r\n'))
    expect((await server.events(place)).at(-1)?.event).toBe('completed')
    expect((await server.stop()).status).toBe(0)
  })

  test('with an event stream open ends the stream', async () => {
    const { midway, args } = await countingModel(5)
    const server = await startServer(longSkill(), args)
    const { place } = await evaluate(server)
    const following = server.events(place)
    await midway
    await server.stop()
    expect((await following).map(({ event }) => event)).not.toContain('completed')
  })
})

test(
  'a worker that is killed does not take the server down, and its job goes on',
  async () => {
    const workspace = longSkill()
    const { asked, midway, args } = await countingModel(5)
    const server = await startServer(workspace, args)
    const { place } = await evaluate(server)
    const following = server.events(place)
    await midway
    process.kill(workerOf(server.pid), 'SIGKILL')
    expect((await following).at(-1)).toMatchObject({ event: 'completed', data: { attempt: 2, result: { score: 1 } } })
    expect([...asked.values()].reduce((sum, times) => sum + times - 1, 0)).toBeLessThanOrEqual(4)
    expect((await server.request('GET', '/health')).status).toBe(200)
  },
  slow,
)

/** The worker process that a host has started. */
function workerOf(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)
  const worker = children.find(child => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('worker.cjs'))
  if (worker === undefined) throw new Error('the server has no worker')
  return worker
}
