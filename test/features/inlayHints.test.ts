/** Scores inside the source, and what their tooltips say. */
import { describe, expect, test } from 'vitest'
import { noFacts, type SkillFacts } from '../../server/src/features/facts.ts'
import { type HintSubject, hintTooltip, inlayHints } from '../../server/src/features/inlayHints.ts'
import { parseSignature } from '../../server/src/signature/document.ts'
import { lastScore, scoredFacts, scoredText } from '../support/scoredSkill.ts'

/** The lines that have hints, with these in brackets where they stand. */
function check(facts: SkillFacts, text = scoredText, span = { start: 0, end: text.length }): string {
  const hints = [...inlayHints(facts, parseSignature(text), span)].sort((a, b) => b.offset - a.offset)
  let shown = text
  for (const { offset, parts } of hints) {
    shown = `${shown.slice(0, offset)}⟦${parts.map(part => part.text).join('|')}⟧${shown.slice(offset)}`
  }
  return shown
    .split('\n')
    .filter(line => line.includes('⟦'))
    .join('\n')
}

function tooltip(facts: SkillFacts, kind: HintSubject['kind'], name = ''): string | undefined {
  return hintTooltip(facts, parseSignature(scoredText), { kind, name })
}

const stale: SkillFacts = {
  ...scoredFacts,
  currentVersion: undefined,
  score: { ...lastScore, stale: ['signature', 'examples', 'model'] },
}

describe('hints', () => {
  test('stand at the name, each output, each metric and the examples', () => {
    expect(check(scoredFacts)).toMatchInlineSnapshot(`
      "name: NameCapital⟦0.81 ▲ +0.09| · v2⟧
        city:⟦0.70⟧
        size:⟦0.92⟧ { type: 'Literal["small", "large"]', desc: Whether it is large }
        city_match: # the point of it⟦0.70⟧
        size_match: { kind: exact_match, field: size }⟦0.92⟧
      examples: examples.jsonl⟦196 of 240 pass⟧"
    `)
  })

  test('are marked when stale, without a trend', () => {
    expect(check(stale)).toMatchInlineSnapshot(`
      "name: NameCapital⟦0.81 stale⟧
        city:⟦0.70 stale⟧
        size:⟦0.92 stale⟧ { type: 'Literal["small", "large"]', desc: Whether it is large }
        city_match: # the point of it⟦0.70 stale⟧
        size_match: { kind: exact_match, field: size }⟦0.92 stale⟧
      examples: examples.jsonl⟦196 of 240 pass stale⟧"
    `)
  })

  test('are at the skill_id where there is no name, and only for what has a score', () => {
    const text = 'skill_id: a\noutputs:\n  city: { type: str }\n  other: { type: str }\nmetrics:\n  m: { kind: f1 }\n'
    expect(check(scoredFacts, text)).toMatchInlineSnapshot(`
      "skill_id: a⟦0.81 ▲ +0.09| · v2⟧
        city:⟦0.70⟧ { type: str }"
    `)
  })

  test('say at most how many pass where only the worst failures are kept', () => {
    const facts = { ...scoredFacts, score: { ...lastScore, passed: { count: 189, isExact: false } } }
    expect(check(facts)).toContain('examples: examples.jsonl⟦at most 189 of 240 pass⟧')
  })

  test('are nothing where nothing was evaluated, and nothing outside the span asked for', () => {
    expect(check(noFacts)).toBe('')
    const start = scoredText.indexOf('metrics:')
    const span = { start, end: scoredText.indexOf('size_match:') }
    expect(check(scoredFacts, scoredText, span)).toBe('  city_match: # the point of it⟦0.70⟧')
  })

  test.each([
    ['another model', { model: 'gpt-y' }, '⟦0.81| · v2⟧'],
    ['a loss', { score: 0.7 }, '⟦0.70 ▼ -0.02| · v2⟧'],
    ['no change', { score: 0.72 }, '⟦0.72 ±0.00| · v2⟧'],
  ])('compare with the version before: %s', (_, change, label) => {
    expect(check({ ...scoredFacts, score: { ...lastScore, ...change } })).toContain(label)
  })

  test('answer on every beginning of a file, and on names that objects have', () => {
    for (let end = 0; end < scoredText.length; end++) check(scoredFacts, scoredText.slice(0, end))
    expect(check(scoredFacts, 'outputs:\n  constructor: { type: str }\nmetrics:\n  toString: {}\n')).toBe('')
  })
})

describe('tooltips', () => {
  test('say what was evaluated, when, and what it lost points by', () => {
    expect(tooltip(scoredFacts, 'signature')).toMatchInlineSnapshot(`
      "Weighted mean of all metrics, for this signature (version 2).

      Evaluated 2026-01-20 14:30 UTC on \`gpt-x\` with 240 examples, of which 1 could not be scored.

      ▲ +0.09 against version 1.

      It lost points most by:
      - 2 × \`city_match\`: it holds the expected text among … other words: give the answer alone
      - 1 × \`city_match\`: the same but for upper and lower case
      - 1 × \`city_match\`: another value than expected"
    `)
  })

  test('of a metric or a field count only what is about it', () => {
    expect(tooltip(scoredFacts, 'metric', 'size_match')).toMatchInlineSnapshot(`
      "Mean of the metric \`size_match\` over all examples.

      Evaluated 2026-01-20 14:30 UTC on \`gpt-x\` with 240 examples, of which 1 could not be scored."
    `)
    expect(tooltip(scoredFacts, 'field', 'city')).toContain('1 × `city_match`: the same but for upper')
  })

  test('say in words why a score is stale', () => {
    expect(tooltip(stale, 'examples')).toContain(
      '**Stale**: since then, the signature has changed, the examples have changed and another model is set.',
    )
  })

  test('escape what data says', () => {
    const feedback = ['city_match: [run](command:evil) <img src=x> **bold**']
    const [failing] = lastScore.failing
    const facts = { ...scoredFacts, score: { ...lastScore, failing: failing ? [{ ...failing, feedback }] : [] } }
    expect(tooltip(facts, 'examples')).toContain(String.raw`(command:evil) \<img src=x\> \*\*bold\*\*`)
  })
})

test('a large signature with all its failures takes milliseconds', () => {
  const many = <T>(line: (index: number) => T) => Array.from({ length: 300 }, (_, index) => line(index))
  const text = [
    'name: Large',
    'outputs:',
    ...many(index => `  o${index}:\n    type: str`),
    'metrics:',
    ...many(index => `  m${index}: { kind: f1, field: o${index} }`),
  ].join('\n')
  const document = parseSignature(text)
  const feedback = many(index => `m${index}: Expected "${'a'.repeat(100)}", got "${index}".`)
  const [first] = lastScore.failing
  const failing = first === undefined ? [] : Array.from({ length: 50 }, () => ({ ...first, feedback }))
  const byMetric = Object.fromEntries(many(index => [`m${index}`, 0.5]))
  const facts = { ...scoredFacts, score: { ...lastScore, byMetric, failing } }
  expect(inlayHints(facts, document, { start: 0, end: text.length }).length).toBeGreaterThan(300)
  expect(hintTooltip(facts, document, { kind: 'examples', name: '' })).toContain('another value than expected')
})
