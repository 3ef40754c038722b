/** The JSON Schemas of files: committed, fresh, and of one mind with the reader. */
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Ajv } from '@redocly/ajv'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { fileSchemas } from '../../server/src/app/fileSchemas.ts'
import { parseSignature } from '../../server/src/signature/document.ts'
import { renderSignature } from '../../server/src/signature/render.ts'
import { metricKindDescriptions } from '../../server/src/signature/schema.ts'
import { toValue } from '../../server/src/signature/yamlValue.ts'
import { anySignature } from '../signature/arbitraries.ts'

const skills = resolve(import.meta.dirname, '../../examples/skills')

test.each(Object.entries(fileSchemas))(
  '%s.schema.json is committed; `npm test -- -u` writes it anew',
  async (name, make) => {
    const text = `${JSON.stringify(make(), undefined, 2)}\n`
    await expect(text).toMatchFileSnapshot(`../../schemas/${name}.schema.json`)
  },
)

describe('signature.yaml', () => {
  const faults = checker('signature')
  const sound = `
name: Answer
instructions: Answer.
inputs: { question: { type: str } }
outputs:
  answer: { type: object, fields: { part: { type: object, fields: { deep: { type: str } } } } }
metrics:
  match: { kind: exact_match, field: answer, ignore_case: true, weight: 2 }
  judged: { kind: llm_judge, rubric: It is right. }
examples:
  - { question: Why?, answer: Because., _split: train, _weight: 2 }
`

  test.each(globSync('**/signature.yaml', { cwd: skills }))('%s has no fault', path => {
    expect(faults(parse(readFileSync(join(skills, path), 'utf8')))).toEqual([])
  })

  test('a sound one has no fault, and is one mistake away from one', () => {
    expect(faults(parse(sound))).toEqual([])
    const mistakes: ReadonlyArray<readonly [right: string, wrong: string, where: string]> = [
      ['name: Answer\n', '', ' required'],
      ['instructions: Answer.', 'instructions: [Answer.]', '/instructions type'],
      ['instructions', 'instruction', ' additionalProperties'],
      ['inputs: { question: { type: str } }', 'inputs: {}', '/inputs minProperties'],
      ['question: { type: str }', 'the-question: { type: str }', '/inputs propertyNames'],
      ['question: { type: str }', 'question: { types: str }', '/inputs/question additionalProperties'],
      ['deep: { type: str }', 'deep: {}', '/outputs/answer/fields/part/fields/deep required'],
      ['kind: exact_match', 'kind: exactly', '/metrics/match/kind oneOf'],
      ['field: answer, ignore_case', 'ignore_case', '/metrics/match required'],
      ['ignore_case', 'tolerance', '/metrics/match additionalProperties'],
      ['ignore_case: true', 'ignore_case: 1', '/metrics/match/ignore_case type'],
      ['weight: 2 }\n  judged', 'weight: 0 }\n  judged', '/metrics/match/weight exclusiveMinimum'],
      [', rubric: It is right.', '', '/metrics/judged required'],
      ['_split: train', '_split: test', '/examples/0/_split enum'],
      ['examples:', 'threshold: 75\nexamples:', '/threshold maximum'],
    ]
    for (const [right, wrong, where] of mistakes) {
      expect(sound).toContain(right)
      expect([wrong, faults(parse(sound.replace(right, wrong)))]).toEqual([wrong, expect.arrayContaining([where])])
    }
  })

  test('it takes every file that the reader takes', () => {
    fc.assert(
      fc.property(anySignature, signature => {
        const { tree } = parseSignature(renderSignature(signature, { examples: true }))
        expect(faults(tree.root && toValue(tree.root, tree.resolve))).toEqual([])
      }),
      { numRuns: 100 },
    )
  })

  test('every key and every kind has a description to hover over', () => {
    const text = JSON.stringify(fileSchemas.signature())
    for (const description of Object.values(metricKindDescriptions)) expect(text).toContain(JSON.stringify(description))
    for (const make of [fileSchemas.signature, fileSchemas.history]) {
      for (const [key, schema] of Object.entries(make().properties ?? {}))
        expect([key, schema]).toEqual([key, expect.objectContaining({ description: expect.any(String) })])
    }
  })
})

test.each(globSync('**/examples.jsonl', { cwd: skills }))('%s holds examples', path => {
  const lines = readFileSync(join(skills, path), 'utf8').trim().split('\n')
  expect(checker('examples')(lines.map(line => JSON.parse(line)))).toEqual([])
  expect(checker('examples')([{ _split: 'test' }, 'no object'])).toEqual(expect.arrayContaining(['/1 type']))
})

test('a history of one hand-made version is sound, one without scores is not', () => {
  const version = { version: 1, created_at: '2026-01-19', metric_score: null, tuned: false, mine: true }
  const faults = checker('history')
  expect(faults({ skill_id: 'a', signature_history: [version] })).toEqual([])
  const { metric_score: _, ...unscored } = version
  expect(faults({ skill_id: 'a', signature_history: [unscored] })).toEqual(['/signature_history/0 required'])
})

/** Says of a value what is wrong: where, and by which key word. */
function checker(name: keyof typeof fileSchemas): (value: unknown) => readonly string[] {
  const validate = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true }).compile(fileSchemas[name]())
  return value => {
    validate(value)
    return (validate.errors ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`)
  }
}
