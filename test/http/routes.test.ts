/** The HTTP API as its clients see it: jobs in the background, events, repeated requests, paths that lead elsewhere. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createWorkspace, shoutSignature as signature, type Workspace } from '../support/cli.ts'
import { startModelServer } from '../support/modelServer.ts'
import { startServer } from '../support/server.ts'

const slow = 60_000
const tune = '/signatures/tune'

function shoutWorkspace(): Workspace {
  const workspace = createWorkspace()
  workspace.write('skills/shout/signature.yaml', signature)
  const words = Array.from({ length: 30 }, (_, n) => `{"word":"w${n}","loud":"W${n}"}`)
  workspace.write('skills/shout/examples.jsonl', words.join('\n'))
  return workspace
}

/** A model that answers right, as slowly as told. */
async function shoutingModel(latency = 0) {
  const model = await startModelServer({
    latency,
    answer: ({ messages }) => ({ loud: /w\d+/.exec(messages.at(-1)?.content ?? '')?.[0]?.toUpperCase() ?? '' }),
  })
  onTestFinished(() => model.close())
  return { model, args: ['--model', 'm', '--base-url', model.url] }
}

describe('a tune job', () => {
  test(
    'is accepted at once, followed by events, applied, and then found as it was',
    async () => {
      const workspace = createWorkspace()
      workspace.copySkill('python/async')
      const server = await startServer(workspace)
      const { status, headers, body } = await server.request('POST', tune, { skill_path: 'skills/python/async' })
      expect({ status, body }).toEqual({
        status: 202,
        body: {
          job_id: expect.stringMatching(/^job_[a-z2-7]{16}$/),
          status: 'queued',
          // Nothing was measured here yet.
          estimated_time: 'unknown',
          resumed: false,
        },
      })
      expect(headers.get('location')).toBe(`/api/v1${tune}/${body.job_id}`)
      const events = await server.events(`${tune}/${body.job_id}`)
      expect(new Set(events.map(({ event }) => event))).toEqual(new Set(['progress', 'completed']))
      const percents = events.map(({ data }) => data.progress?.percent ?? 0)
      expect(percents).toEqual([...percents].sort((a, b) => a - b))
      expect(
        events.find(({ data }) => data.progress?.tree !== undefined)?.data.progress.tree.candidates[0],
      ).toMatchObject({ id: '1', parent: '0', state: 'accepted', changes: expect.any(Array) })
      const job = await server.request('GET', `${tune}/${body.job_id}`)
      expect(job.body).toMatchObject({
        job_id: body.job_id,
        status: 'completed',
        progress: { phase: 'done', percent: 100 },
        result: { tuned: true, evidence: 'proven', signature_version: 2 },
      })
      expect(events.at(-1)?.data).toEqual(job.body)
      const history = await server.request('GET', '/signatures/history?skill_path=skills/python/async')
      expect(history.body).toMatchObject({ current: 2, versions: [{ version: 1 }, { version: 2 }] })
      // Now the speed is known, and tuning is not needed.
      const again = await server.request('POST', tune, { skill_path: 'skills/python/async' })
      expect(again.body.estimated_time).toMatch(/^\d+ (s|min)$/)
      expect(await server.ended(`${tune}/${again.body.job_id}`)).toMatchObject({
        result: { tuned: false, reason: expect.stringMatching(/^score 0\.\d\d meets threshold 0\.75$/) },
      })
    },
    slow,
  )

  test('is not applied when asked not to, and applied later', async () => {
    const workspace = createWorkspace()
    workspace.copySkill('python/async')
    const path = join(workspace.root, 'skills/python/async/signature.yaml')
    const before = readFileSync(path, 'utf8')
    const server = await startServer(workspace)
    const { body } = await server.request('POST', tune, { skill_path: 'skills/python/async', apply: false })
    const ended = await server.ended(`${tune}/${body.job_id}`)
    expect(ended.result).not.toHaveProperty('signature_version')
    expect(readFileSync(path, 'utf8')).toBe(before)
    const applied = await server.request('POST', `${tune}/${body.job_id}/apply`)
    expect([applied.status, applied.body.signature_version]).toEqual([200, 2])
    expect(readFileSync(path, 'utf8')).not.toBe(before)
  })

  test('whose text was edited meanwhile is completed, says why it was not applied, and loses nothing', async () => {
    const workspace = createWorkspace()
    workspace.copySkill('python/async')
    const path = join(workspace.root, 'skills/python/async/signature.yaml')
    const server = await startServer(workspace)
    const { body } = await server.request('POST', tune, { skill_path: 'skills/python/async' })
    // Tuning adds constraints to 'answer'; so does its author.
    const mine = readFileSync(path, 'utf8').replace('desc: The answer', 'desc: The answer\n    constraints: [mine]')
    writeFileSync(path, mine)
    const ended = await server.ended(`${tune}/${body.job_id}`)
    expect(ended).toMatchObject({
      status: 'completed',
      apply_error: { code: 'apply_conflict', message: expect.stringContaining("Field 'answer'") },
    })
    expect(readFileSync(path, 'utf8')).toBe(mine)
  })

  test('is joined by another request for the same, cancelled, listed and resumed', async () => {
    const workspace = shoutWorkspace()
    const { args } = await shoutingModel(200)
    const server = await startServer(workspace, [...args, '--concurrency', '2'])
    const first = await server.request('POST', '/signatures/evaluate', { skill_path: 'skills/shout' })
    const second = await server.request('POST', '/signatures/evaluate', { skill_path: 'skills/shout/signature.yaml' })
    expect(second.body).toMatchObject({ job_id: first.body.job_id, resumed: true })
    const place = `/signatures/evaluate/${first.body.job_id}`
    expect((await server.request('POST', `${place}/cancel`)).body).toMatchObject({ status: 'cancelled' })
    expect((await server.request('GET', '/jobs?state=cancelled&limit=5')).body.jobs).toMatchObject([
      { job_id: first.body.job_id, kind: 'evaluate' },
    ])
    expect((await server.request('GET', tune)).body.jobs).toEqual([])
    const misplaced = await server.request('GET', `${tune}/${first.body.job_id}`)
    expect(misplaced.body).toMatchObject({ status: 404, detail: expect.stringContaining(place) })
    const resumed = await server.request('POST', `${place}/resume`, {})
    expect([resumed.status, resumed.body.resumed]).toEqual([202, true])
    expect(await server.ended(place)).toMatchObject({ status: 'completed', result: { score: 1, examples: 30 } })
    const deleted = await server.request('DELETE', `/jobs/${first.body.job_id}`)
    expect([deleted.status, deleted.body]).toEqual([200, { deleted: 1 }])
    expect((await server.request('GET', place)).status).toBe(404)
  })

  test('that fails says why in its own words, with a stable code', async () => {
    const workspace = shoutWorkspace()
    const server = await startServer(workspace, ['--model', 'm', '--base-url', 'http://127.0.0.1:1/v1'])
    const { body } = await server.request('POST', tune, { skill_path: 'skills/shout' })
    expect(await server.ended(`${tune}/${body.job_id}`)).toMatchObject({
      status: 'failed',
      error: { code: 'endpoint_unreachable', message: expect.stringContaining('127.0.0.1:1') },
    })
  })
})

describe('a request with an Idempotency-Key', () => {
  const key = { 'Idempotency-Key': 'k-1' }

  test('is carried out once, side by side and after a restart; another request under its key is refused', async () => {
    const workspace = shoutWorkspace()
    const { model, args } = await shoutingModel()
    const server = await startServer(workspace, args)
    const ask = () => server.request('POST', '/signatures/evaluate', { skill_path: 'skills/shout' }, key)
    const [one, two] = await Promise.all([ask(), ask()])
    expect(two.body).toEqual(one.body)
    await server.ended(`/signatures/evaluate/${one.body.job_id}`)
    const calls = model.count
    const later = await ask()
    expect([later.status, later.body, later.headers.get('location')]).toEqual([
      202,
      one.body,
      one.headers.get('location'),
    ])
    const other = await server.request('POST', tune, { skill_path: 'skills/shout' }, key)
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_conflict'])
    await server.stop()
    const next = await startServer(workspace, args)
    const after = await next.request('POST', '/signatures/evaluate', { skill_path: 'skills/shout' }, key)
    expect([after.status, after.body]).toEqual([202, one.body])
    expect((await next.request('GET', '/jobs')).body.jobs).toHaveLength(1)
    expect(model.count).toBe(calls)
  })

  test('is kept in memory where there is no store, and not kept when the key is no key', async () => {
    const workspace = createWorkspace()
    const server = await startServer(workspace)
    const ask = () => server.request('POST', '/signatures/new', { skill_path: 'skills/a' }, key)
    const [first, second] = [await ask(), await ask()]
    expect([first.status, second.status, second.body]).toEqual([201, 201, first.body])
    expect((await server.request('POST', '/signatures/new', { skill_path: 'skills/a' })).status).toBe(409)
    const long = { 'Idempotency-Key': 'k'.repeat(300) }
    expect((await server.request('POST', '/signatures/new', { skill_path: 'skills/b' }, long)).status).toBe(400)
  })
})

test(
  'restoring the same version several times at once appends one',
  async () => {
    const workspace = shoutWorkspace()
    const { args } = await shoutingModel()
    const server = await startServer(workspace, args)
    const evaluate = async () => {
      const { body } = await server.request('POST', '/signatures/evaluate', { skill_path: 'skills/shout' })
      await server.ended(`/signatures/evaluate/${body.job_id}`)
    }
    await evaluate()
    workspace.write('skills/shout/signature.yaml', signature.replace('A word', 'One word'))
    await evaluate()
    const restore = () => server.request('POST', '/signatures/restore', { skill_path: 'skills/shout', version: 1 })
    const restored = await Promise.all(Array.from({ length: 6 }, restore))
    expect(new Set(restored.map(({ status }) => status))).toEqual(new Set([200]))
    const { body } = await server.request('GET', '/signatures/history?skill_path=skills/shout')
    expect(body.versions.map(({ version }: { version: number }) => version)).toEqual([1, 2, 3])
  },
  slow,
)

describe('a path', () => {
  test(
    'that leads out of the workspace, or to what is no file, is refused on every route',
    async () => {
      const workspace = shoutWorkspace()
      const { root } = workspace
      const outside = createWorkspace()
      outside.write('skills/secret/signature.yaml', signature.replace('Shout', 'Secret'))
      outside.write('skills/secret/examples.jsonl', '{"word":"a","loud":"A"}')
      const secret = join(outside.root, 'skills/secret')
      const place = join(root, 'skills')
      symlinkSync(secret, join(place, 'link'))
      for (const name of ['file', 'fifo', 'device', 'socket', 'folder', 'circle', 'elsewhere'])
        mkdirSync(join(place, name))
      symlinkSync(join(secret, 'signature.yaml'), join(place, 'file/signature.yaml'))
      execFileSync('mkfifo', [join(place, 'fifo/signature.yaml')])
      symlinkSync('/dev/zero', join(place, 'device/signature.yaml'))
      const socket = createServer()
      await new Promise<void>(resolve => socket.listen(join(place, 'socket/signature.yaml'), resolve))
      onTestFinished(() => void socket.close())
      mkdirSync(join(place, 'folder/signature.yaml'))
      symlinkSync('signature.yaml', join(place, 'circle/signature.yaml'))
      // Sound itself, but its examples are somebody else's.
      workspace.write(
        'skills/elsewhere/signature.yaml',
        signature.replace('examples.jsonl', `${secret}/examples.jsonl`),
      )
      workspace.write('skills/upwards/signature.yaml', signature.replace('examples.jsonl', '../../../etc/passwd'))
      mkdirSync(`${root}-evil/skills/secret`, { recursive: true })
      onTestFinished(() => rmSync(`${root}-evil`, { recursive: true }))
      writeFileSync(`${root}-evil/skills/secret/signature.yaml`, signature)
      const server = await startServer(workspace)
      const paths = [
        secret,
        'skills/link',
        'skills/link/signature.yaml',
        'skills/file',
        'skills/fifo',
        'skills/device',
        'skills/socket',
        'skills/folder',
        'skills/circle',
        'skills/elsewhere',
        'skills/upwards',
        '../secret',
        `${root}/../secret`,
        `${root}-evil/skills/secret`,
        `../${root.split('/').at(-1)}-evil/skills/secret`,
        'skills/..%2f..%2fsecret',
        'skills/shout\u0000',
        'skills/shout/signature.yaml\u0000.txt',
        '/dev/stdin',
        '/proc/self/root/etc',
        '/proc/self/fd/0',
        '\\\\server\\share\\skills',
        '\\\\?\\C:\\skills',
        'C:\\skills',
        'x'.repeat(5_000),
        '~',
        '',
      ]
      for (const path of paths) {
        for (const route of [tune, '/signatures/evaluate', '/signatures/restore']) {
          const body = route.endsWith('restore') ? { skill_path: path, version: 1 } : { skill_path: path }
          const reply = await server.request('POST', route, body)
          expect([400, 403, 404, 422, 500], `${route} ${path}: ${JSON.stringify(reply.body)}`).toContain(reply.status)
          expect(reply.body.code, path).not.toBe('internal')
          // Nothing of the other skill is told.
          expect(JSON.stringify(reply.body)).not.toMatch(/Secret|Repeat|root:/)
        }
        const history = await server.request('GET', `/signatures/history?skill_path=${encodeURIComponent(path)}`)
        const harmless = ['skills/elsewhere', 'skills/upwards']
        if (!harmless.includes(path)) expect(history.status, path).toBeGreaterThanOrEqual(400)
        const validated = await server.request('POST', '/signatures/validate', { paths: [path] })
        expect(validated.status === 200 ? validated.body.errors : 1, path).toBeGreaterThan(0)
      }
      // What lies outside is refused by its words: whether it is there is not told.
      for (const path of ['/etc', '/etc/passwd', '/etc/none', secret]) {
        const { body } = await server.request('GET', `/signatures/history?skill_path=${path}`)
        expect(body.code, path).toBe('path_outside_root')
      }
      const fifo = await server.request('POST', '/signatures/validate', { paths: ['skills/fifo'] })
      expect(fifo.body.problems).toMatchObject([{ message: expect.stringContaining('not a regular file') }])
      const made = await server.request('POST', '/signatures/new', { skill_path: 'skills/link/new' })
      expect([made.status, made.body.code]).toEqual([403, 'path_outside_root'])
      expect((await server.request('POST', '/signatures/new', { skill_path: '../new' })).status).toBe(403)
      expect((await server.request('GET', '/jobs')).body.jobs).toEqual([])
      expect(readFileSync(join(secret, 'signature.yaml'), 'utf8')).toContain('Secret')
    },
    slow,
  )

  test('that is a folder of several skills names no job', async () => {
    const server = await startServer(shoutWorkspace())
    const reply = await server.request('POST', '/signatures/evaluate', { skill_path: 'skills' })
    expect([reply.status, reply.body.code]).toEqual([404, 'not_a_skill'])
  })
})

describe('a route', () => {
  test('that is not there, or not for the method, says so', async () => {
    const server = await startServer(createWorkspace())
    expect((await server.request('GET', '/nothing')).body).toMatchObject({ status: 404, code: 'route_not_found' })
    const wrong = await server.request('PUT', '/signatures/tune', {})
    expect([wrong.status, wrong.body.code, wrong.headers.get('allow')]).toEqual([
      405,
      'method_not_allowed',
      'POST, GET, HEAD',
    ])
    expect((await server.request('DELETE', '/health')).status).toBe(405)
    for (const path of [`${tune}/job_none`, `${tune}/job_none/events`, `${tune}/%00`]) {
      expect((await server.request('GET', path)).body, path).toMatchObject({ status: 404, code: 'job_not_found' })
    }
  })

  test.each([
    ['POST', tune, {}, "'skill_path' is missing"],
    ['POST', tune, { skill_path: 1 }, "'skill_path' cannot be 1: give some text."],
    ['POST', tune, { skill_path: 'a', max_calls: -1 }, "'max_calls' cannot be -1: give a whole number above 0."],
    ['POST', tune, { skill_path: 'a', force: 'yes' }, `'force' cannot be "yes": give true or false.`],
    ['POST', tune, { skill_path: 'a', api_key: 'x' }, "There is no input 'api_key'"],
    ['POST', tune, { skillpath: 'a' }, "There is no input 'skillpath': did you mean 'skill_path'?"],
    ['POST', tune, { skill_path: 'a', root: '/' }, "There is no input 'root'"],
    ['POST', `${tune}/job_a/cancel`, { job_id: 'job_b' }, "'job_id' belongs into the path"],
    ['POST', `${tune}?skill_path=a`, {}, 'not into the query'],
    ['GET', '/jobs?limit=many', undefined, `'limit' cannot be "many": give a whole number.`],
    ['GET', '/jobs?state=done', undefined, '\'state\' cannot be "done": give one of queued, running'],
    ['GET', '/jobs?limit=1&limit=2', undefined, "'limit' is given twice"],
    ['GET', '/jobs?limit=0x10', undefined, `'limit' cannot be "0x10": give a whole number.`],
    [
      'POST',
      '/signatures/restore',
      { skill_path: 'a', version: true },
      "'version' cannot be true: give a whole number.",
    ],
    ['POST', '/signatures/restore', { skill_path: 'a', version: '1' }, `'version' cannot be "1": give a whole number.`],
  ])('%s %s with %j says what is wrong', async (method, path, body, says) => {
    const server = await startServer(createWorkspace())
    const reply = await server.request(method, path, body)
    expect(reply.headers.get('content-type')).toBe('application/problem+json')
    expect(reply.body).toMatchObject({ status: 400, code: 'usage', detail: expect.stringContaining(says) })
  })
})
