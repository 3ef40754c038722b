/** Parity: every operation gives the same result on the command line and over HTTP, mistakes included. */
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { operations } from '../../server/src/app/app.ts'
import { routes } from '../../server/src/http/routes.ts'
import { createWorkspace, type Workspace } from '../support/cli.ts'
import { type RunningServer, startServer } from '../support/server.ts'

type Json = ReturnType<typeof JSON.parse>

/** What differs from run to run, and what names the workspace. */
const volatile: ReadonlySet<string> = new Set(['created_at', 'updated_at', 'elapsed', 'estimated_time'])

function comparable(value: Json, workspace: Workspace): Json {
  const text = JSON.stringify(value, (name, member) => (volatile.has(name) ? '(varies)' : member))
  return JSON.parse(text.replaceAll(workspace.root, '(root)').replace(/job_[a-z2-7]{16}/g, '(job)'))
}

interface Host {
  readonly workspace: Workspace
  /** Output of the operation; a failure as code and message. */
  run(name: keyof typeof operations, input?: Json): Promise<Json>
}

function commandLine(workspace: Workspace): Host {
  return {
    workspace,
    async run(name, input = {}) {
      const { skill_path, paths, job_id, version, a, b, ...flags } = input
      const positionals = [skill_path, ...(paths ?? []), job_id, version, a, b].filter(value => value !== undefined)
      const typed = Object.entries(flags).flatMap(([flag, value]) => {
        const kebab = flag.replaceAll('_', '-')
        if (typeof value === 'boolean') return [value ? `--${kebab}` : `--no-${kebab}`]
        return [`--${kebab}`, String(value)]
      })
      const env = { SIGNATURE_TUNER_MODEL: 'embedded' }
      const words = [...name.split(' '), ...positionals.map(String), ...typed, '--json']
      const { stdout } = await workspace.run(words, env)
      return JSON.parse(stdout)
    },
  }
}

function overHttp(workspace: Workspace, server: RunningServer): Host {
  return {
    workspace,
    async run(name, input = {}) {
      // Of several routes the one that is not for evaluations, as those of tuning are named in the contract.
      const route = routes.find(
        ({ operation, path }) =>
          operation.name === name &&
          (name === 'evaluate' || !path.includes('/evaluate')) &&
          (name !== 'jobs' || path.endsWith('/jobs')) &&
          (name !== 'jobs prune' || path.includes('{job_id}') === 'job_id' in input),
      )
      if (route === undefined) throw new Error(`no route for ${name}`)
      const { ...rest } = input
      const path = route.path.slice('/api/v1'.length).replace(/\{(\w+)\}/g, (_, parameter: string) => {
        const value = rest[parameter]
        delete rest[parameter]
        return encodeURIComponent(value)
      })
      const query = route.method === 'post' ? '' : `?${new URLSearchParams(rest)}`
      const reply = await server.request(
        route.method.toUpperCase(),
        path + query,
        route.method === 'post' ? rest : undefined,
      )
      if (reply.status >= 400) {
        const { code, detail: message, path: about } = reply.body
        return { code, message, ...(about !== undefined && { path: about }) }
      }
      if (route.answer !== 'job') return reply.body
      const job = await server.ended(reply.headers.get('location')?.slice('/api/v1'.length) ?? '')
      // The command line fails where a job does; its sentence goes on with the command that resumes it.
      return job.error ?? job
    },
  }
}

async function bothHosts() {
  const [typed, served] = [createWorkspace(), createWorkspace()]
  for (const workspace of [typed, served]) workspace.copySkill('python/async')
  const server = await startServer(served)
  const hosts = [commandLine(typed), overHttp(served, server)] as const
  const used = new Set<string>()
  /** The same on both; what both said, of the command line. */
  async function same(name: keyof typeof operations, input?: Json, reduce: (output: Json) => Json = output => output) {
    used.add(name)
    const [one, other] = await Promise.all(hosts.map(host => host.run(name, input)))
    expect(comparable(reduce(other), served), name).toEqual(comparable(reduce(one), typed))
    return [one, other] as const
  }
  return { hosts, same, used }
}

describe('the command line and HTTP', () => {
  test('give the same result for every operation', async () => {
    const { hosts, same, used } = await bothHosts()
    const skill = { skill_path: 'skills/python/async' }

    await same('new', { skill_path: 'skills/fresh' })
    await same('validate', { paths: ['skills'] })
    // The job of the request is what the command line reports of the one skill.
    await same('evaluate', skill, output => output.skills?.[0].result ?? output.result)
    const some = { ...skill, examples: ['async-002', 'async-007'], max_failing: 1 }
    await same('evaluate', some, output => output.skills?.[0].result ?? output.result)
    const [typedJob, servedJob] = await same('tune', { ...skill, apply: true })
    expect(typedJob.result).toMatchObject({ tuned: true, signature_version: 2 })
    await same('history', skill)
    await same('diff', { ...skill, a: 1, b: 2 })
    await same('restore', { ...skill, version: 1 })
    for (const { workspace } of hosts) {
      appendFileSync(join(workspace.root, 'skills/python/async/signature.yaml'), '\n# by hand\n')
    }
    await same('diff', skill)
    const texts = hosts.map(({ workspace }) => readFileSync(join(workspace.root, 'skills/python/async/signature.yaml')))
    expect(texts[0]).toEqual(texts[1])

    await same('jobs', { limit: 5 })
    await same('jobs', { limit: 5, kind: 'tune', state: 'completed' })
    const ids = [typedJob.job_id, servedJob.job_id]
    const sameJob = async (name: keyof typeof operations, input: Json = {}) => {
      used.add(name)
      const outputs = await Promise.all(hosts.map((host, at) => host.run(name, { ...input, job_id: ids[at] })))
      const [one, other] = outputs.map((output, at) => comparable(output, hosts[at]?.workspace as Workspace))
      expect(other, name).toEqual(one)
    }
    await sameJob('jobs show')
    await sameJob('jobs cancel')
    await sameJob('jobs resume', { max_calls: 3000 })
    await sameJob('jobs apply')
    await sameJob('jobs apply', { preview: true, only: ['outputs.answer.constraints'] })
    await sameJob('jobs discard')
    await sameJob('jobs prune')
    await same('jobs prune', { older_than: 0 })
    await same('doctor', { connect: false }, ({ healthy, checks }) => ({
      healthy,
      // The size of the log depends on who looked last.
      checks: checks.filter(({ name }: Json) => name !== 'program' && name !== 'size'),
    }))
    expect(used).toEqual(new Set(Object.keys(operations)))
  }, 120_000)

  test('say the same of the same mistakes', async () => {
    const { hosts, same } = await bothHosts()
    const write = (path: string, text: string) => {
      for (const { workspace } of hosts) workspace.write(path, text)
    }
    for (const name of ['tune', 'evaluate', 'history', 'diff'] as const) await same(name, { skill_path: 'skills/none' })
    await same('restore', { skill_path: 'skills/python/async', version: 7 })
    await same('evaluate', { skill_path: 'skills/python/async', examples: ['async-001', 'none'] })
    await same('tune', { skill_path: 'skills' })
    await same('new', { skill_path: 'skills/python/async' })
    await same('validate', { paths: ['nowhere'] })
    write('skills/python/async/signature.history.json', '{"skill_id": "x", "signature_history": [')
    await same('history', { skill_path: 'skills/python/async' })
    await same('tune', { skill_path: 'skills/python/async', apply: true })
    write('skills/python/async/signature.yaml', 'name: [')
    await same('tune', { skill_path: 'skills/python/async' })
    await same('validate', { paths: ['skills'] })
    for (const name of [
      'jobs show',
      'jobs cancel',
      'jobs resume',
      'jobs apply',
      'jobs discard',
      'jobs prune',
    ] as const) {
      await same(name, { job_id: 'job_aaaaaaaaaaaaaaaa' })
    }
  }, 120_000)
})
