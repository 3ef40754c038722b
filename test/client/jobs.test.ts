/** What the client says of jobs: rows, news, the status bar and the buttons of a failure. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { candidateRows } from '../../client/src/jobs/candidateRows.ts'
import { coalesce } from '../../client/src/jobs/coalesce.ts'
import { commandFailure } from '../../client/src/jobs/commandFailure.ts'
import { describeJob, relativeTime, skillName } from '../../client/src/jobs/describeJob.ts'
import { jobMarkdown, jobPage, runningMarkdown } from '../../client/src/jobs/jobMarkdown.ts'
import { jobRow } from '../../client/src/jobs/jobRow.ts'
import { mergeJobs } from '../../client/src/jobs/mergeJobs.ts'
import { newsOfJob } from '../../client/src/jobs/newsOfJob.ts'
import { statusText } from '../../client/src/jobs/statusText.ts'
import type { WireEvaluateResult, WireJob, WireTuneResult } from '../../server/src/protocol/client.ts'

const root = '/home/ada/project'
const now = Date.parse('2026-01-20T14:30:00.000Z')

function job(values: Partial<WireJob> = {}): WireJob {
  return {
    job_id: 'job_aaaaaaaaaaaaaaaa',
    kind: 'tune',
    status: 'completed',
    skill_path: 'skills/python/async/signature.yaml',
    created_at: '2026-01-20T14:20:00.000Z',
    updated_at: '2026-01-20T14:25:00.000Z',
    ...values,
  }
}

const tuned: WireTuneResult = {
  tuned: true,
  old_score: 0.72,
  new_score: 0.81,
  improvement: '+9%',
  changes: ["Field 'answer': added constraint 'concise, 1-5 words'"],
  reason: 'proven on the held-out examples',
  evidence: 'proven',
  holdout: { old_score: 0.71, new_score: 0.8, p_value: 0.01, examples: 96, wins: 12, losses: 3 },
  calls: 212,
  cost: 0.123,
  model: 'gpt-5-mini',
  scores: { answer_match: 0.7 },
  new_scores: { answer_match: 0.79 },
  examples: 240,
  demo: false,
}
const unchanged: WireTuneResult = { ...tuned, tuned: false, changes: [], reason: 'score 0.81 meets threshold 0.75' }
const evaluated: WireEvaluateResult = {
  score: 0.72,
  scores: { answer_match: 0.7 },
  examples: 240,
  passed: 200,
  failing: [],
  failing_count: 40,
  outcomes: [],
  errors: [],
  model: 'gpt-5-mini',
  demo: false,
  calls: 240,
  cost: 0.001,
}
const progress = { phase: 'propose', percent: 42.9, calls: 120, best_score: 0.81 }
const running = job({ status: 'running', progress })
const row = (values: WireJob, severalRoots = false) => jobRow({ root, job: values }, { now, severalRoots })
const news = (values: WireJob) => newsOfJob({ root, job: values })

describe('a row', () => {
  test.each([
    ['runs', running, 'tuning 42 % · best 0.81 · 120 calls · 5 min ago', 'job cancellable'],
    ['waits', job({ status: 'queued' }), 'tuning soon · 5 min ago', 'job cancellable'],
    [
      'was interrupted',
      { ...running, interrupted: true },
      'interrupted at 42 % · 5 min ago',
      'job resumable cancellable',
    ],
    [
      'found changes',
      job({ result: tuned }),
      '+0.09 proven · not applied yet · $0.12 · 5 min ago',
      'job reviewable ended',
    ],
    [
      'was applied',
      job({ result: { ...tuned, signature_version: 2 } }),
      '+0.09 proven · applied as version 2 · $0.12 · 5 min ago',
      'job ended',
    ],
    [
      'found nothing',
      job({ result: { ...unchanged, cost: 0 } }),
      'not changed: score 0.81 meets threshold 0.75 · 5 min ago',
      'job ended',
    ],
    [
      'scored',
      job({ kind: 'evaluate', result: evaluated }),
      'score 0.72 · 40 of 240 failing · less than $0.01 · 5 min ago',
      'job ended',
    ],
    [
      'failed',
      job({ status: 'failed', error: { code: 'rate_limited', message: 'The endpoint is busy.' } }),
      'failed: The endpoint is busy. · 5 min ago',
      'job resumable ended',
    ],
    ['was cancelled', job({ status: 'cancelled', progress }), 'cancelled at 42 % · 5 min ago', 'job resumable ended'],
  ])('of a job that %s', (_, shown, description, contextValue) => {
    expect(row(shown)).toMatchObject({ label: 'python/async', description, contextValue })
  })

  test('has children where there are changes or failing examples', () => {
    const children = [tuned, unchanged].map(result => row(job({ result })).hasChildren)
    const ofExamples = [40, 0].map(failing_count => ({ ...evaluated, failing_count }))
    expect(children).toEqual([true, false])
    expect(ofExamples.map(result => row(job({ kind: 'evaluate', result })).hasChildren)).toEqual([true, false])
  })

  test('names its folder where there are several, and says all to a screen reader', () => {
    expect(row(running, true).description).toMatch(/ · project$/)
    expect(row(running).spoken).toBe('python/async, tuning, tuning 42 %, best 0.81, 120 calls, 5 min ago')
  })
})

describe('below a running job', () => {
  const accepted = {
    ...{ id: '8', parent: '0', origin: 'reflection', search_score: 0.81, state: 'accepted' },
    ...{ decision: 'accepted: 0.81, was 0.72', changes: tuned.changes, more_changes: 2 },
  }
  const failed = {
    id: '9',
    parent: '8',
    origin: 'reflection',
    state: 'call failed',
    decision: 'call failed: No reply.',
  }
  const tree = { candidates: [accepted, { ...failed, changes: [] }], left_out: 7, best: '8' }
  const trying = job({ status: 'running', progress: { ...progress, tree } })

  test('are its candidates, the latest first', () => {
    expect(candidateRows(trying)).toEqual([
      {
        id: '9',
        label: 'call failed: No reply.',
        description: '9 · call failed',
        tooltip: 'Candidate 9, reflection from 8\ncall failed: No reply.',
        icon: 'warning',
        spoken: 'Candidate 9, call failed, call failed: No reply.',
      },
      {
        id: '8',
        label: `0.81 · ${tuned.changes[0]}`,
        description: '8 · best so far',
        tooltip: `Candidate 8, reflection from the signature as it was\naccepted: 0.81, was 0.72\nScore 0.81 on the search examples\n${tuned.changes[0]}\nand 2 more changes`,
        icon: 'star-full',
        spoken: `Candidate 8, best so far, score 0.81, ${tuned.changes[0]}`,
      },
      expect.objectContaining({ label: '7 more candidates tried', icon: 'ellipsis' }),
    ])
    expect(row(trying).hasChildren).toBe(true)
    expect(row(running).hasChildren).toBe(false)
  })

  test('are told apart by icons, also where a state is unknown', () => {
    const states = ['accepted', 'rejected', 'duplicate', 'constructor'].map(state => ({ ...accepted, state }))
    const shown = candidateRows(job({ progress: { ...progress, tree: { candidates: states, left_out: 0 } } }))
    expect(shown.map(({ icon }) => icon)).toEqual(['circle-outline', 'circle-outline', 'close', 'check'])
  })

  test('are none once it has a result', () => {
    expect(candidateRows({ ...trying, status: 'completed', result: unchanged })).toEqual([])
  })
})

test.each([
  ['skills/python/async/signature.yaml', 'python/async'],
  ['packages/a/skills/tone/signature.yml', 'tone'],
  ['tone.signature.yaml', 'tone'],
  ['deep/tone.signature.yaml', 'deep/tone'],
  ['signature.yaml', 'project'],
])('the skill of %s is %s', (path, name) => {
  expect(skillName(path, root)).toBe(name)
})

test('time is told roughly, and a clock that is ahead tells no future', () => {
  const minutes = [-5, 0, 59, 60, 60 * 24, 60 * 48, 60 * 24 * 40].map(ago => relativeTime(now - ago * 60_000, now))
  expect(minutes).toEqual(['just now', 'just now', '59 min ago', '1 h ago', '1 day ago', '2 days ago', '2025-12-11'])
})

test('jobs of folders that share a root are one list, newest first', () => {
  const older = job({ job_id: 'job_b', created_at: '2026-01-19T00:00:00.000Z' })
  const merged = mergeJobs([
    { root, jobs: [older] },
    { root: '/other', jobs: [older, job()] },
    { root, jobs: [older] },
  ])
  expect(merged.map(known => [known.root, known.job.job_id])).toEqual([
    ['/other', 'job_aaaaaaaaaaaaaaaa'],
    [root, 'job_b'],
    ['/other', 'job_b'],
  ])
})

describe('the text of a job', () => {
  test('tells what is held out first, and then everything', () => {
    expect(jobMarkdown({ root, job: job({ result: tuned }) }, now)).toMatchInlineSnapshot(`
      "**python/async** · tuning

      \\+0\\.09 proven · not applied yet · \\$0\\.12 · 5 min ago

      Held-out examples (96): **0.71 → 0.80**, proven (12 wins, 3 losses, p 0.010)

      All 240 examples: 0.72 → 0.81 with gpt\\-5\\-mini

      - answer\\_match: 0.70 → 0.79

      Changes:

      - Field 'answer'\\: added constraint 'concise, 1\\-5 words'

      Proven on the held\\-out examples

      212 calls · $0.12

      Started 2026\\-01\\-20 14\\:20 UTC · job\\_aaaaaaaaaaaaaaaa · /home/ada/project"
    `)
  })

  test('of a store that a repository brought has nothing but words, its ids and times included', () => {
    const hostile = '`[click](command:workbench.action.quit) ![p](https://evil.example/p.png) <b>'
    const odd = { job_id: hostile, skill_path: hostile, created_at: hostile, updated_at: hostile }
    const brought = job({ ...odd, result: { ...tuned, scores: { [hostile]: 1 }, model: hostile, reason: hostile } })
    for (const shown of [jobMarkdown({ root: hostile, job: brought }, now), jobPage({ root, job: brought }, now)]) {
      expect(shown).not.toMatch(/(?<!\\)(?:\\\\)*[`[\]<!]/)
    }
  })

  test('shows texts of files as they are written', () => {
    const hostile = '[click](command:workbench.action.quit) <img src=x> $(bug)\n# title'
    const shown = jobPage({ root, job: job({ result: { ...tuned, reasoning: hostile, changes: [hostile] } }) }, now)
    expect(shown).not.toMatch(/(?<!\\)\[click|(?<!\\)<img|\n# title|(?<!\\)\$\\?\(bug/)
    expect(
      runningMarkdown([{ root, job: { ...running, progress: { ...progress, message: hostile } } }], now),
    ).toContain('\\[click\\]')
  })
})

describe('news of a job that ended', () => {
  test('with changes', () => {
    expect(news(job({ result: tuned }))).toEqual({
      severity: 'info',
      message: 'Tuned python/async: 0.71 → 0.80 on held-out examples (proven, 12 wins, 3 losses).',
      actions: ['Review', 'Later'],
    })
  })

  test('with a gain that chance could explain', () => {
    const result = { ...tuned, tuned: false, evidence: 'unproven' as const, reason: 'chance could explain the gain' }
    expect(news(job({ result }))).toMatchObject({
      severity: 'warning',
      message:
        'Tuning python/async found 0.71 → 0.80 on held-out examples (unproven, 12 wins, 3 losses): chance could explain the gain.',
      actions: ['Review', 'Later'],
    })
  })

  test('without any', () => {
    expect(news(job({ result: unchanged }))).toMatchObject({
      message: 'python/async was not changed: score 0.81 meets threshold 0.75.',
      actions: ['Tune Anyway'],
    })
  })

  test('with a score', () => {
    expect(news(job({ kind: 'evaluate', result: evaluated }))).toMatchObject({
      message: 'Score 0.72 over 240 examples of python/async.',
      actions: ['Tune', 'Show Failing'],
    })
  })

  test('by a failure', () => {
    const error = { code: 'key_rejected', message: 'https://api.example refuses the key.' }
    expect(news(job({ status: 'failed', error }))).toEqual({
      severity: 'error',
      message: 'Tuning python/async failed: https://api.example refuses the key.',
      actions: ['Resume', 'Set API Key…', 'Show Log'],
    })
  })

  test('by a person: told unless it was the one at this window', () => {
    const cancelled = job({ status: 'cancelled' })
    expect(newsOfJob({ root, job: cancelled }, { cancelledHere: true })).toBeUndefined()
    expect(news(cancelled)).toMatchObject({ actions: ['Resume'] })
    expect(news(running)).toBeUndefined()
  })
})

describe('the status bar', () => {
  test('names the one job that runs', () => {
    expect(statusText([{ root, job: running }])).toEqual({
      text: '$(sync~spin) Tuning python/async 42% · 0.81',
      spoken: 'Tuning python/async, 42 percent, score 0.81. Show Tuning Jobs',
    })
  })

  test('counts several, and is empty without any', () => {
    const other = { ...running, progress: { ...progress, percent: 10 } }
    const known = [running, other].map(one => ({ root, job: one }))
    expect(statusText(known)?.text).toBe('$(sync~spin) 2 jobs running 26%')
    expect(statusText([])).toBeUndefined()
  })
})

describe('a command that came to nothing', () => {
  const failed = (message: string, data: object, code = -32602) =>
    commandFailure(Object.assign(new Error(message), { code, data }))

  test('for want of a model says so in a sentence without flags', () => {
    const message = "No model is configured: pass --model NAME or set SIGNATURE_TUNER_MODEL; '--model embedded' is …"
    expect(failed(message, { code: 'model_not_configured' })).toEqual({
      message: 'No model is configured.',
      actions: ['Choose Model', 'Try the Offline Demo', 'Set API Key…'],
    })
  })

  test('may be tried again', () => {
    expect(failed('a:1:2: no field.', { code: 'signature_invalid' })).toEqual({
      message: 'a:1:2: no field.',
      actions: ['Retry', 'Show Log'],
    })
  })

  test('is told once, by the news of its job, and not at all when it was cancelled or the server went away', () => {
    expect(failed('busy', { code: 'rate_limited', job_id: 'job_a' })).toBeUndefined()
    expect(failed('cancelled', { code: 'cancelled' })).toBeUndefined()
    expect(failed('Pending response rejected', {}, -32097)).toBeUndefined()
    expect(failed('Client is not running', {}, -32096)?.actions).toEqual(['Restart Server'])
  })
})

describe('many requests', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test('make one run, and those after it another', () => {
    const run = vi.fn()
    const coalesced = coalesce(run, 250)
    for (let at = 0; at < 5; at++) coalesced.request()
    expect(run).toHaveBeenCalledTimes(0)
    vi.advanceTimersByTime(250)
    expect(run).toHaveBeenCalledTimes(1)
    coalesced.request()
    coalesced.dispose()
    vi.advanceTimersByTime(500)
    expect(run).toHaveBeenCalledTimes(1)
  })
})

test('what a job costs so far is known while it runs', () => {
  expect(describeJob({ ...running, progress: { ...progress, cost: 1.5 } }, now)).toContain('· $1.50 ·')
})
