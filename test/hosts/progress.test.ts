/** What a job has tried, seen while it runs, after a kill, and as it goes on: through the built command line. */
import { expect, test } from 'vitest'
import type { TuneJobView } from '../../server/src/app/jobView.ts'
import { createWorkspace, type Started } from '../support/cli.ts'
import { embeddedAnswer } from '../support/embeddedAnswer.ts'
import { startModelServer } from '../support/modelServer.ts'

/** Ids in the order of the lines that tell of candidates. */
function toldIn(log: string): string[] {
  return [...log.matchAll(/^ {2}[*+·-] +(\d+) {2}(?:\d\.\d\d| {3}–) {2}\w.*$/gm)].map(([, id = '']) => id)
}

function until({ child }: Started, pattern: RegExp): Promise<void> {
  let log = ''
  return new Promise(resolve => {
    child.stderr?.on('data', (chunk: string) => {
      log += chunk
      if (pattern.test(log)) resolve()
    })
  })
}

test('candidates are told once each, shown of a job that runs or was killed, and told on when it resumes', async () => {
  const held = Promise.withResolvers<void>()
  const gate: { closed?: Promise<void> } = {}
  await using server = await startModelServer({
    answer: async request => {
      await gate.closed
      return embeddedAnswer({ ...request, repeat: 0 })
    },
    latency: 2,
  })
  const workspace = createWorkspace()
  workspace.copySkill('python/async')
  const args = ['tune', 'skills/python/async', '--base-url', server.url, '--model', 'test-model', '--no-apply']
  const env = { OPENAI_API_KEY: 'sk-test' }
  const started = workspace.start(args, env)
  await until(started, /^ {2}[*+·-] {2}3 /m)
  gate.closed = held.promise
  const [, id = ''] = /(job_\w+)/.exec((await workspace.run(['jobs'])).stdout) ?? []
  const shown = async () => {
    const job: TuneJobView = JSON.parse((await workspace.run(['jobs', 'show', id, '--json'])).stdout)
    return { job, text: (await workspace.run(['jobs', 'show', id])).stdout }
  }

  const running = await shown()
  const candidates = running.job.progress?.tree?.candidates ?? []
  expect(running.job.status).toBe('running')
  expect(candidates.map(candidate => candidate.id).slice(0, 3)).toEqual(['1', '2', '3'])
  expect(candidates[0]).toMatchObject({ parent: '0', state: 'accepted', search_score: expect.any(Number) })
  expect(running.text).toMatch(/^ {2}\d+ tried, scored on the search examples$/m)
  expect(running.text).toMatch(/^ {2}└ [*+] 1 +0\.\d\d {2}(?:best|accepted) +answer: added '/m)
  expect(running.text).toMatch(/^ {4}[├└] [*+·-] 2 /m)

  started.child.kill('SIGKILL')
  const killed = await started.ended
  held.resolve()
  expect((await shown()).job.progress?.tree?.candidates).toEqual(expect.arrayContaining([...candidates]))

  const { status, stdout, stderr } = await workspace.run(['jobs', 'resume', id, '--base-url', server.url], env)
  expect(status, stderr + stdout).toBe(0)
  // They are known from the start, not first when what led to them was replayed.
  expect(stderr).toMatch(/^Resuming .*\n {2}This budget buys [^*+]*\n {2}[*+] +1 {2}/)
  const ended = (await shown()).job
  const all = ended.result?.candidates?.map(candidate => candidate.id) ?? []
  expect(all.length).toBeGreaterThan(candidates.length)
  expect(toldIn(stderr)).toEqual(all)
  expect(toldIn(killed.stderr)).toEqual(all.slice(0, toldIn(killed.stderr).length))
  // The result has them all.
  expect(ended.progress).not.toHaveProperty('tree')
}, 120_000)
