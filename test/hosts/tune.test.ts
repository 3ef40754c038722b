/** Tuning through the built command line: the offline demo, a real endpoint, faults, and a kill in the middle. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { TuneJobView } from '../../server/src/app/jobView.ts'
import { createWorkspace, type Workspace } from '../support/cli.ts'
import { embeddedAnswer } from '../support/embeddedAnswer.ts'
import { type ModelServer, startModelServer } from '../support/modelServer.ts'

const skills = ['python/async', 'support/ticket-triage', 'finance/invoice-extraction']
const slow = 120_000

function commentsOf(text: string): string[] {
  return text.split('\n').filter(line => line.trimStart().startsWith('#'))
}

function readHistory(workspace: Workspace, skill: string) {
  return JSON.parse(readFileSync(join(workspace.root, 'skills', skill, 'signature.history.json'), 'utf8'))
}

describe('offline demo', () => {
  test.each(skills)(
    '%s is tuned above its threshold, applied with its comments, and then needs no tuning',
    async skill => {
      const workspace = createWorkspace()
      workspace.copySkill(skill)
      const path = join(workspace.root, 'skills', skill, 'signature.yaml')
      const before = readFileSync(path, 'utf8')
      const first = await workspace.run(['tune', `skills/${skill}`, '--model', 'embedded', '--apply', '--json'])
      expect(first.status, first.stderr + first.stdout).toBe(0)
      const job: TuneJobView = JSON.parse(first.stdout)
      expect(job.result).toMatchObject({ tuned: true, evidence: 'proven', signature_version: 2, demo: true })
      expect(job.result?.old_score).toBeLessThan(0.75)
      expect(job.result?.new_score).toBeGreaterThan(0.75)
      const after = readFileSync(path, 'utf8')
      expect(after).not.toBe(before)
      expect(commentsOf(after)).toEqual(commentsOf(before))
      const history = readHistory(workspace, skill)
      expect(history.signature_history).toMatchObject([
        { version: 1, tuned: false, signature: before, metric_score: job.result?.old_score },
        {
          version: 2,
          tuned: true,
          signature: after,
          metric_score: job.result?.new_score,
          parent: 1,
          job_id: job.job_id,
        },
      ])
      const again = await workspace.run(['tune', `skills/${skill}`, '--model', 'embedded', '--apply', '--json'])
      expect(again.status).toBe(0)
      const { result } = JSON.parse(again.stdout)
      expect(result.tuned).toBe(false)
      expect(result.reason).toMatch(/^score 0\.\d\d meets threshold 0\.75$/)
      const forced = await workspace.run(['tune', `skills/${skill}`, '--model', 'embedded', '--force', '--json'])
      expect(forced.status).toBe(0)
      expect(JSON.parse(forced.stdout).result.reason).not.toMatch(/meets threshold/)
    },
    slow,
  )

  test(
    'without --apply and without a terminal nothing is written, and jobs apply writes it later',
    async () => {
      const workspace = createWorkspace()
      workspace.copySkill('python/async')
      const path = join(workspace.root, 'skills/python/async/signature.yaml')
      const before = readFileSync(path, 'utf8')
      const tuned = await workspace.run(['tune', 'skills/python/async', '--model', 'embedded'])
      expect(tuned.status).toBe(0)
      expect(readFileSync(path, 'utf8')).toBe(before)
      const id = /signature-tuner jobs apply (job_\w+)/.exec(tuned.stdout)?.[1] ?? ''
      // The author goes on writing elsewhere in the file meanwhile.
      workspace.write('skills/python/async/signature.yaml', `# a note on top\n${before}`)
      const applied = await workspace.run(['jobs', 'apply', id, '--json'])
      expect(applied.status, applied.stderr + applied.stdout).toBe(0)
      expect(JSON.parse(applied.stdout).signature_version).toBe(2)
      expect(readFileSync(path, 'utf8')).toMatch(/^# a note on top\n/)
      const twice = await workspace.run(['jobs', 'apply', id, '--json'])
      expect(JSON.parse(twice.stdout).signature_version).toBe(2)
      expect(readHistory(workspace, 'python/async').signature_history).toHaveLength(2)
    },
    slow,
  )
})

describe('an endpoint that speaks Chat Completions', () => {
  const tuneAt = (workspace: Workspace, server: ModelServer) =>
    workspace.start(
      [
        'tune',
        'skills/python/async',
        '--base-url',
        server.url,
        '--model',
        'test-model',
        '--apply',
        '--json',
        '--timeout',
        '1',
        '--max-calls',
        '500',
      ],
      { OPENAI_API_KEY: 'sk-test' },
    )

  test(
    'gives the same result with one request in ten failing, and lists no error that a retry mended',
    async () => {
      await using steady = await startModelServer({ answer: embeddedAnswer, requireKey: 'sk-test' })
      await using shaky = await startModelServer({
        answer: embeddedAnswer,
        requireKey: 'sk-test',
        faults: { rate: 0.1, seed: 7, kinds: ['rate_limit', 'error', 'hang', 'reset', 'garbage', 'truncated', 'html'] },
      })
      const results = []
      for (const server of [steady, shaky]) {
        const workspace = createWorkspace()
        workspace.copySkill('python/async')
        const { status, stdout, stderr } = await tuneAt(workspace, server).ended
        expect(status, stderr + stdout).toBe(0)
        results.push(JSON.parse(stdout).result)
      }
      const [calm, rough] = results
      expect(calm.tuned).toBe(true)
      expect(rough.decision_digest).toBe(calm.decision_digest)
      expect(rough.changes).toEqual(calm.changes)
      expect(rough.requests).toBeGreaterThan(rough.calls)
      const codes = rough.failed_requests.map(({ code }: { code: string }) => code).sort()
      expect(codes).toEqual(['endpoint_failed', 'rate_limited', 'reply_invalid', 'timed_out'])
      expect(calm.failed_requests).toEqual([])
      expect(shaky.count).toBe(rough.requests)
      expect(steady.count).toBe(calm.calls)
    },
    slow,
  )

  test(
    'a job killed in the middle resumes: no answered call is asked again, and the decisions are the same',
    async () => {
      const whole = createWorkspace()
      whole.copySkill('python/async')
      // As a model does that draws nothing: what was in flight at the kill is asked again, and means the same.
      const answer: typeof embeddedAnswer = request => embeddedAnswer({ ...request, repeat: 0 })
      await using server = await startModelServer({ answer })
      const uninterrupted = JSON.parse((await tuneAt(whole, server).ended).stdout).result

      const answered = new Map<string, number>()
      let reached: () => void = () => {}
      const midway = new Promise<void>(resolve => {
        reached = resolve
      })
      await using watched = await startModelServer({
        answer: request => {
          const body = JSON.stringify(request.messages)
          answered.set(body, (answered.get(body) ?? 0) + 1)
          if (answered.size === Math.floor(uninterrupted.calls / 2)) reached()
          return answer(request)
        },
        latency: 2,
      })
      const workspace = createWorkspace()
      workspace.copySkill('python/async')
      const killed = tuneAt(workspace, watched)
      await midway
      killed.child.kill('SIGKILL')
      expect((await killed.ended).status).toBeNull()
      const { status, stdout, stderr } = await tuneAt(workspace, watched).ended
      expect(status, stderr + stdout).toBe(0)
      expect(stderr).toMatch(/Resuming job_/)
      const { result } = JSON.parse(stdout)
      expect(result.decision_digest).toBe(uninterrupted.decision_digest)
      // Only what was in flight at the kill may have been asked twice, and the report counts it.
      const repeated = [...answered.values()].filter(times => times > 1).length
      expect(repeated).toBeLessThanOrEqual(result.repeated_calls)
      expect(result.repeated_calls).toBeLessThanOrEqual(8)
      // A request is recorded before it is sent: the kill may come in between.
      expect(watched.count).toBeLessThanOrEqual(result.requests)
      expect(watched.count).toBeGreaterThanOrEqual(result.requests - 8)
    },
    slow,
  )

  test(
    'Ctrl-C leaves the job resumable and says how',
    async () => {
      let reached: () => void = () => {}
      const midway = new Promise<void>(resolve => {
        reached = resolve
      })
      let count = 0
      await using server = await startModelServer({
        answer: request => {
          if (++count === 40) reached()
          return embeddedAnswer(request)
        },
        latency: 2,
      })
      const workspace = createWorkspace()
      workspace.copySkill('python/async')
      const started = tuneAt(workspace, server)
      await midway
      started.child.kill('SIGINT')
      const interrupted = await started.ended
      expect(interrupted.status).toBe(130)
      const { code, message } = JSON.parse(interrupted.stdout)
      expect(code).toBe('cancelled')
      const id = /signature-tuner jobs resume (job_\w+)/.exec(message)?.[1] ?? ''
      const resumed = await workspace.run(['jobs', 'resume', id, '--base-url', server.url, '--json'], {
        OPENAI_API_KEY: 'sk-test',
      })
      expect(resumed.status, resumed.stderr + resumed.stdout).toBe(0)
      expect(JSON.parse(resumed.stdout)).toMatchObject({ job_id: id, status: 'completed', result: { tuned: true } })
    },
    slow,
  )
})
