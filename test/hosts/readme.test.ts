/** The README's HTTP example, run line by line as a reader would. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { createWorkspace } from '../support/cli.ts'
import { startServer } from '../support/server.ts'

const readme = readFileSync(resolve(import.meta.dirname, '../../README.md'), 'utf8')
const example = /```sh\n(API=[\s\S]*?)```/.exec(readme)?.[1] ?? ''

test('curl works as printed', async () => {
  const workspace = createWorkspace()
  workspace.copySkill('python/async')
  const server = await startServer(workspace)
  /** In a shell of its own, with the port that was free here and the job that was started. */
  const shell = (lines: readonly string[], jobId = '') =>
    new Promise<string>((done, fail) => {
      const script = lines.join('\n').replaceAll('7717', String(server.port)).replaceAll('job_…', jobId)
      const env = { PATH: process.env.PATH ?? '', HOME: join(workspace.root, '.home') }
      const child = spawn('bash', ['-euc', script], { cwd: workspace.root, env, stdio: ['ignore', 'pipe', 'inherit'] })
      let said = ''
      child.stdout.on('data', chunk => {
        said += chunk
      })
      child.on('error', fail)
      child.on('close', () => done(said))
    })
  const [setting = '', post = '', ...rest] = example.split('\n\n')
  const [job = '', events = '', show = '', cancel = '', apply = '', history = ''] = rest.join('\n').trim().split('\n')
  const started = JSON.parse(await shell([setting, post]))
  expect(started).toMatchObject({ status: 'queued', resumed: false })
  const promised = JSON.parse(/^# (\{.*\})$/m.exec(post)?.[1] ?? '')
  expect(Object.keys(started)).toEqual(Object.keys(promised))
  expect(await shell([setting, job, events], started.job_id)).toMatch(/^event: progress\n[\s\S]*\nevent: completed\n/)
  expect(JSON.parse(await shell([setting, job, show], started.job_id))).toMatchObject({
    status: 'completed',
    result: { tuned: true, signature_version: 2 },
  })
  expect(JSON.parse(await shell([setting, job, cancel], started.job_id))).toMatchObject({ code: 'job_state' })
  expect(JSON.parse(await shell([setting, job, apply], started.job_id))).toMatchObject({ signature_version: 2 })
  expect(JSON.parse(await shell([setting, history]))).toMatchObject({ current: 2 })
}, 60_000)
