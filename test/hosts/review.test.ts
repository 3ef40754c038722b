/** Reviewing a tuned result: looked at without writing, taken over in part, or not wanted. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createWorkspace } from '../support/cli.ts'

const slow = 180_000

async function tunedSkill() {
  const workspace = createWorkspace()
  workspace.copySkill('python/async')
  const path = join(workspace.root, 'skills/python/async/signature.yaml')
  const run = async (...words: readonly string[]) => {
    const { stdout } = await workspace.run([...words, '--json'])
    return JSON.parse(stdout)
  }
  const { job_id: jobId, result } = await run('tune', 'skills/python/async', '--model', 'embedded', '--no-apply')
  const read = () => readFileSync(path, 'utf8')
  return { path, run, jobId, result, read, before: read() }
}

test(
  'a preview tells what would change, part by part with its place and reasons, and writes nothing',
  async () => {
    const { path, run, jobId, result, read, before } = await tunedSkill()
    const preview = await run('jobs', 'apply', jobId, '--preview')
    expect(preview).toMatchObject({ job_id: jobId, changes: result.changes, conflicts: [], old_text: before })
    expect(read()).toBe(before)
    expect(preview.parts.flatMap(({ changes }: { changes: string[] }) => changes)).toEqual(result.changes)
    for (const { path: part, line, end_line: last, provenance } of preview.parts) {
      const lines = preview.new_text.split('\n').slice(line - 1, last)
      expect(lines[0], part).toContain(`${part.split('.').at(-1)}:`)
      for (const { path: place, text } of provenance) {
        expect(place.startsWith(part)).toBe(true)
        expect(lines.join('\n').replace(/\s+/g, ' ')).toContain(text.replace(/\s+/g, ' ').slice(0, 30))
      }
    }
    writeFileSync(path, before.replace(/^( +)desc: The answer$/m, '$1desc: The answer\n$1constraints: [mine]'))
    const edited = await run('jobs', 'apply', jobId, '--preview')
    expect(edited.conflicts.length).toBeGreaterThan(0)
    expect(edited.parts.filter(({ conflict }: { conflict: boolean }) => conflict)).toMatchObject([
      { path: 'outputs.answer.constraints' },
    ])
    expect(edited.new_text).toContain('[mine]')
  },
  slow,
)

test(
  'an explanation tells of every new text where it comes from',
  async () => {
    const { run, jobId, result } = await tunedSkill()
    expect((await run('jobs', 'show', jobId)).result.provenance).toBeUndefined()
    const { provenance } = (await run('jobs', 'show', jobId, '--explain')).result
    expect(provenance.length).toBeGreaterThan(0)
    for (const { path, text, examples, reasoning } of provenance) {
      expect(path).toMatch(/^(?:instructions|(?:in|out)puts\.)/)
      expect(result.changes.join('\n').replace(/\s+/g, ' ')).toContain(text.replace(/\s+/g, ' ').slice(0, 30))
      expect(examples.length).toBeGreaterThan(0)
      expect(reasoning).not.toBe('')
    }
  },
  slow,
)

test(
  'a part is recorded as what it is: its own changes and reasons, and no score',
  async () => {
    const { run, jobId, read, before } = await tunedSkill()
    const { parts } = await run('jobs', 'apply', jobId, '--preview')
    expect(parts.length).toBeGreaterThan(1)
    const [first] = parts
    expect(await run('jobs', 'apply', jobId, '--only', 'outputs.none.desc')).toMatchObject({
      code: 'usage',
      message: expect.stringContaining(`it changed '${first.path}'`),
    })
    expect(read()).toBe(before)
    const applied = await run('jobs', 'apply', jobId, '--only', first.path)
    expect(applied).toMatchObject({ signature_version: 2, changes: first.changes })
    const preview = await run('jobs', 'apply', jobId, '--preview')
    expect(read()).not.toBe(before)
    expect(read()).not.toBe(preview.new_text)
    const { versions } = await run('history', 'skills/python/async')
    expect(versions[1]).toMatchObject({
      metric_score: null,
      tuned: true,
      changes: first.changes,
      provenance: first.provenance,
      tuning_reason: expect.stringContaining(`Applied in part: 1 of ${parts.length} changes`),
    })
    expect(versions[1]).not.toHaveProperty('improvement')
    expect(versions[1]).not.toHaveProperty('scores')
    // All parts by name are the whole, which was measured.
    const rest = await run('jobs', 'apply', jobId, '--only', parts.map(({ path }: { path: string }) => path).join(','))
    expect(rest.signature_version).toBe(3)
    const whole = (await run('history', 'skills/python/async')).versions[2]
    expect(whole.metric_score).toBeGreaterThan(versions[0].metric_score)
  },
  slow,
)

test(
  'a discarded result is not offered again: tuning starts anew, and applying it by name still works',
  async () => {
    const { path, run, jobId, before } = await tunedSkill()
    expect(await run('jobs', 'discard', jobId)).toMatchObject({ job_id: jobId, discarded: true })
    expect(await run('jobs', 'show', jobId)).toMatchObject({ discarded: true })
    const again = await run('tune', 'skills/python/async', '--model', 'embedded', '--apply')
    expect(again.job_id).not.toBe(jobId)
    writeFileSync(path, before)
    appendFileSync(path, '\n')
    expect(await run('jobs', 'apply', jobId)).toMatchObject({ job_id: jobId, written: true })
    const applied = await run('jobs', 'show', jobId)
    expect(applied).not.toHaveProperty('discarded')
    expect(await run('jobs', 'discard', jobId)).toMatchObject({ code: 'job_state' })
  },
  slow,
)
