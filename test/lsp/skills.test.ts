/** What is known of the skills behind open documents: loaded beside the requests that ask for it. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { FoundJob, Ports, SkillLocation } from '../../server/src/app/ports.ts'
import { sha256 } from '../../server/src/base/hash.ts'
import { canonicalJson } from '../../server/src/base/json.ts'
import { ok, type Result } from '../../server/src/base/result.ts'
import { examplesSha256 } from '../../server/src/examples/digest.ts'
import type { Version } from '../../server/src/history/version.ts'
import type { EvaluationRecord } from '../../server/src/jobs/store.ts'
import { createDocumentsConfiguration, type OpenDocument } from '../../server/src/lsp/documents.ts'
import { type ChangedFacts, createSkills } from '../../server/src/lsp/skills.ts'
import { signatureSha256 } from '../../server/src/signature/compare.ts'
import { parseSignature } from '../../server/src/signature/document.ts'
import { scoredText } from '../support/scoredSkill.ts'

const uri = 'file:///w/skills/a/signature.yaml'
const location = {
  root: '/w',
  skillPath: 'skills/a/signature.yaml',
  displayPath: 'skills/a/signature.yaml',
} as SkillLocation
const version = { version: 1, created_at: '2026-01-19T09:00:00.000Z', metric_score: 0.7, tuned: false }
const running = { id: 'job_a', kind: 'tune', state: 'running', interrupted: false, createdAt: 1 } as FoundJob

interface World {
  versions: readonly Version[]
  evaluations: () => Promise<Result<readonly EvaluationRecord[]>>
  jobs: () => readonly FoundJob[]
}

/** Skills over ports that answer as the world says. */
function openWorld(world: Partial<World> = {}) {
  const told: ChangedFacts[] = []
  let open: OpenDocument = create(scoredText, 1)
  let filesRead = 0
  const { evaluations = async () => ok([]), jobs = () => [], versions = [version] } = world
  let examples = '{"country":"France","city":"Paris","size":"large"}\n'
  const files = {
    locate: async () => ok(location),
    resolveInside: async (_: SkillLocation, path: string) => ok(`/w/skills/a/${path}`),
    display: (path: string) => path,
    openText: async () => {
      filesRead++
      return ok(oneText(examples))
    },
  }
  const ports = {
    files,
    history: { read: async () => ok({ skill_id: 'a', signature_history: versions }) },
    jobs: () => ({ evaluations, list: async () => ok(jobs()) }),
  } as unknown as Ports
  const skills = createSkills({
    ports: () => ports,
    model: () => 'gpt',
    current: () => open,
    onFacts: (_, changed) => void told.push(changed),
  })
  return {
    skills,
    told,
    document: () => open,
    type(text: string) {
      open = create(text, open.version + 1)
      return open
    },
    filesRead: () => filesRead,
    write(text: string) {
      examples = text
    },
  }
}

function create(text: string, version: number): OpenDocument {
  return createDocumentsConfiguration(noThread).create(uri, 'skill-signature', version, text)
}

/** Short texts are parsed at once. */
const noThread = { parse: async () => undefined, dispose: async () => {} }

async function* oneText(text: string): AsyncGenerator<string> {
  yield text
}

describe('facts', () => {
  test('are there at once, and the same object until something changes', async () => {
    const { skills, document } = openWorld()
    expect(skills.facts(document())).toMatchObject({ versions: [], score: undefined })
    await skills.reload(document())
    const known = skills.facts(document())
    expect(known.versions).toEqual([version])
    expect(skills.facts(document())).toBe(known)
    await skills.reload(document())
    expect(skills.facts(document())).toBe(known)
  })

  test('of the history do not wait for a worker that never answers', async () => {
    const asked = vi.fn(() => new Promise<never>(() => {}))
    const { skills, told, document } = openWorld({ evaluations: asked })
    void skills.reload(document())
    await vi.waitFor(() => expect(skills.facts(document()).versions).toEqual([version]))
    expect(told).toEqual([{ scores: true, job: false }])
    expect((await skills.problems(document())).problems.map(({ code }) => code)).toContain('few-examples')
    expect(asked).toHaveBeenCalledTimes(1)
  })

  test('survive a worker that breaks, and are read again after', async () => {
    const evaluations = vi.fn(async () => ok([])).mockRejectedValueOnce(new Error('broken'))
    const { skills, document } = openWorld({ evaluations, jobs: () => [running] })
    await expect(skills.reload(document())).rejects.toThrow('broken')
    await skills.reload(document())
    expect(skills.facts(document()).job?.state).toBe('running')
    skills.close(uri)
  })
})

describe('the examples', () => {
  test('are not read again while descriptions are typed, but when a type or the file changes', async () => {
    const { skills, type, document, filesRead } = openWorld()
    await skills.problems(document())
    await skills.problems(type(scoredText.replace('The capital', 'The capital city')))
    expect(filesRead()).toBe(1)
    const nested = scoredText.replace('str, desc: A country', 'object, fields: { a: { type: str, desc: A } }')
    await skills.problems(type(nested))
    expect(filesRead()).toBe(2)
    await skills.problems(type(nested.replace('desc: A }', 'desc: Another }')))
    expect(filesRead()).toBe(2)
    await skills.problems(type(scoredText.replace('type: str\n', 'type: int\n')))
    expect(filesRead()).toBe(3)
    expect(skills.forgetExamples(['other.jsonl'])).toBe(false)
    expect(skills.forgetExamples(['examples.jsonl'])).toBe(true)
    await skills.problems(document())
    expect(filesRead()).toBe(4)
  })
})

describe('the score', () => {
  const inline = scoredText.replace('examples.jsonl', '[{ country: France, city: Paris, size: large }]')
  async function evaluated(text: string): Promise<EvaluationRecord> {
    const { signature } = parseSignature(text)
    if (signature === undefined) throw new Error('the text has errors')
    const examples = [{ id: '1', values: { country: 'France', city: 'Paris', size: 'large' }, weight: 1 }]
    return {
      ...{ jobId: undefined, skillPath: location.skillPath, signatureSha256: signatureSha256(signature) },
      ...{ examplesSha256: examplesSha256(examples), metricsSha256: sha256(canonicalJson(signature.metrics)) },
      ...{ model: 'gpt', score: 0.5, scoreByMetric: {}, scoreByField: {}, examples: 1, errors: 0, failing: [] },
      createdAt: 1,
    }
  }

  test.each([
    ['a file', scoredText],
    ['the signature', inline],
  ])('holds for examples in %s until they change', async (_, text) => {
    const record = await evaluated(text)
    const { skills, told, type, document, write } = openWorld({ evaluations: async () => ok([record]) })
    const stale = () => skills.facts(document()).score?.stale
    await skills.reload(type(text))
    await skills.problems(document())
    await vi.waitFor(() => expect(skills.facts(document()).score?.stale).toEqual([]))
    const before = told.length
    write('{"country":"France","city":"Lyon","size":"large"}\n')
    skills.forgetExamples(['examples.jsonl'])
    await skills.problems(type(text.replace('city: Paris', 'city: Lyon')))
    await vi.waitFor(() => expect(stale()).toEqual(['examples']))
    expect(told.slice(before)).toEqual([{ scores: true, job: false }])
    expect((await skills.problems(document())).problems.map(({ code }) => code)).toContain('score-stale')
    type(text.replace('Name the', 'Give the'))
    expect(stale()).toContain('signature')
    expect(skills.facts(type('name: [')).score?.stale).toEqual(['signature'])
  })

  test('of a text that was only ever scored by a colleague is that of its version', async () => {
    const { signatureSha256: hash } = await evaluated(scoredText)
    const scored = { ...version, sha256: hash, model: 'other', scores: { city_match: 0.7 }, examples: 20 }
    const { skills, document } = openWorld({ versions: [scored] })
    await skills.reload(document())
    expect(skills.facts(document())).toMatchObject({
      currentVersion: 1,
      score: { score: 0.7, byMetric: { city_match: 0.7 }, model: 'other', stale: ['model'], passed: undefined },
    })
  })
})

describe('a running job', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test('is followed to its end, and no further', async () => {
    let jobs: readonly FoundJob[] = [running]
    const asked = vi.fn(() => jobs)
    const evaluations = vi.fn(async () => ok([]))
    const { skills, told, document } = openWorld({ jobs: asked, evaluations })
    await skills.reload(document())
    jobs = [{ ...running, progress: { phase: 'propose', percent: 40, calls: 9 } }]
    await vi.advanceTimersByTimeAsync(1000)
    expect(skills.facts(document()).job).toMatchObject({ percent: 40, calls: 9 })
    expect(told.at(-1)).toEqual({ scores: false, job: true })
    expect(evaluations).toHaveBeenCalledTimes(1)
    jobs = []
    await vi.advanceTimersByTimeAsync(1000)
    expect(skills.facts(document()).job).toBeUndefined()
    expect(evaluations).toHaveBeenCalledTimes(2)
    const before = asked.mock.calls.length
    await vi.advanceTimersByTimeAsync(10_000)
    expect(asked.mock.calls.length).toBe(before)
  })

  test('is not followed after the document was closed', async () => {
    const asked = vi.fn(() => [running])
    const { skills, document } = openWorld({ jobs: asked })
    await skills.reload(document())
    skills.close(uri)
    const before = asked.mock.calls.length
    await vi.advanceTimersByTimeAsync(10_000)
    expect(asked.mock.calls.length).toBe(before)
  })
})
