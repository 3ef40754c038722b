/** The sample skills under the demo model: below their threshold as they are, above it once tuned. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createPool } from '../../server/src/base/pool.ts'
import { ok } from '../../server/src/base/result.ts'
import type { Example } from '../../server/src/examples/example.ts'
import { createMetrics } from '../../server/src/metrics/metrics.ts'
import { nothingSpent } from '../../server/src/model/usage.ts'
import { createEmbeddedModel } from '../../server/src/providers/embedded.ts'
import { parseSignature } from '../../server/src/signature/document.ts'
import { checkValue } from '../../server/src/signature/types.ts'
import { tune } from '../../server/src/tuner/tune.ts'

const skills = join(import.meta.dirname, '../../examples/skills')

function readSkill(skill: string) {
  const document = parseSignature(readFileSync(join(skills, skill, 'signature.yaml'), 'utf8'))
  const lines = readFileSync(join(skills, skill, 'examples.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
  const examples = lines.map((text, index): Example => {
    const { _id: id, ...values } = JSON.parse(text)
    return { id, values, weight: 1, line: index + 1 }
  })
  if (document.signature === undefined) throw new Error(`${skill} is no valid signature`)
  return { signature: document.signature, problems: document.problems, examples }
}

describe.each(['python/async', 'support/ticket-triage', 'finance/invoice-extraction'])('%s', skill => {
  const { signature, problems, examples } = readSkill(skill)

  it('has a valid signature and at least 100 examples that fit it', () => {
    expect(problems).toEqual([])
    expect(examples.length).toBeGreaterThanOrEqual(100)
    expect(new Set(examples.map(({ id }) => id)).size).toBe(examples.length)
    const fields = [...signature.inputs, ...signature.outputs]
    for (const { values } of examples) {
      expect(Object.keys(values)).toEqual(fields.map(({ name }) => name))
      expect(fields.map(({ name, type }) => checkValue(type, values[name])).filter(one => one !== undefined)).toEqual(
        [],
      )
    }
  })

  it('starts low and is tuned above its threshold, on the holdout as well', async () => {
    const metrics = createMetrics(signature, {
      sandbox: { testRegex: () => Promise.reject(new Error()), runScript: () => Promise.reject(new Error()) },
      judge: { model: createEmbeddedModel(), name: 'embedded' },
      resolvePath: path => ok(path),
    })
    if (!metrics.ok) throw new Error(metrics.error.message)
    const model = createEmbeddedModel()
    const input = {
      signature,
      examples,
      seed: 1,
      width: 8,
      force: false,
      minImprovement: 0.05,
      budget: { maxCalls: 2000 },
      model: 'embedded',
      reflectionModel: 'embedded',
      parameters: {},
    }
    const result = await tune(input, {
      call: (request, signal) => model.complete(request, signal),
      metrics: metrics.value,
      pool: createPool(8),
      signal: new AbortController().signal,
      progress: () => {},
      record: (_, decide) => decide(),
      elapsed: () => 0,
      spending: () => nothingSpent,
    })
    if (!result.ok) throw new Error(result.error.message)
    const { tuned, old_score, new_score, holdout, evidence } = result.value
    expect({ tuned, evidence }).toEqual({ tuned: true, evidence: 'proven' })
    expect(old_score).toBeGreaterThan(0.3)
    expect(old_score).toBeLessThan(0.6)
    expect(new_score).toBeGreaterThan(0.8)
    expect(new_score).toBeLessThan(1)
    expect(holdout?.new_score).toBeGreaterThan(signature.threshold)
  })
})
