/** What a review says of a result, and the page of versions, hostile texts included. */
import { describe, expect, test } from 'vitest'
import { historyBody } from '../../client/src/history/historyPage.ts'
import { explainPart, explainResult, fieldLabel, reasonOf, unprovenQuestion } from '../../client/src/review/explain.ts'
import type { WirePart, WireTuneResult, WireVersion } from '../../server/src/protocol/client.ts'

const result: WireTuneResult = {
  tuned: true,
  old_score: 0.72,
  new_score: 0.81,
  improvement: '+9%',
  changes: [],
  reason: 'the gain is +0.02, p 0.3; about 90 examples would show it',
  evidence: 'proven',
  holdout: { old_score: 0.71, new_score: 0.8, p_value: 0.0004, examples: 96, wins: 12, losses: 3 },
  calls: 212,
  cost: 0.034,
  demo: false,
  model: 'm',
  scores: {},
  examples: 240,
}
const part: WirePart = {
  path: 'outputs.answer.constraints',
  changes: ["Field 'answer': added constraint 'short'"],
  conflict: false,
  provenance: [{ path: 'outputs.answer.constraints[0]', text: 'short', examples: ['17'], reasoning: 'Too long' }],
}

describe('a review', () => {
  test('says first how sure the gain is, on examples that were held out, then what it cost', () => {
    expect(explainResult(result, []).replaceAll('\\', '')).toMatchInlineSnapshot(`
      "**Proven on examples that tuning never saw**

      Held-out examples (96): 0.71 → **0.80**, 12 better, 3 worse, p < 0.001

      All 240 examples: 0.72 → **0.81** (+0.09)

      212 model calls, $0.03"
    `)
  })

  test('of a sample says that it is one', () => {
    const sampled = { ...result, examples: 8, of_examples: 30, evidence: 'weak' } as const
    expect(explainResult(sampled, [])).toContain('8 of the 30 examples: 0.72')
  })

  test('of an unproven gain says why it is none, there and before it is applied', () => {
    const unproven = { ...result, evidence: 'unproven' } as const
    expect(explainResult(unproven, [])).toContain('The gain is')
    expect(unprovenQuestion(unproven)).toBe(
      'The gain is +0.02, p 0.3; about 90 examples would show it. Held-out examples: 0.71 → 0.80, 12 better, 3 worse, p < 0.001.',
    )
  })

  test('tells of each part what and why, and of an edited one that it stays', () => {
    expect(explainPart(part)).toContain('Too long')
    expect(explainPart(part)).toContain('failing examples 17')
    expect(explainPart(part)).not.toContain('stays as it is')
    expect(explainPart({ ...part, conflict: true })).toContain('stays as it is')
    expect(reasonOf(part)).toBe('Too long')
    expect([fieldLabel(part.path), fieldLabel('inputs.q.desc'), fieldLabel('instructions')]).toEqual([
      "Output 'answer'",
      "Input 'q'",
      'Instructions',
    ])
  })

  test('shows foreign texts as they are, never as links or pictures', () => {
    const hostile = '[go](command:evil) <img src=x>\n\n# title'
    const said = explainPart({
      ...part,
      provenance: [{ path: 'p', text: 't', examples: [hostile], reasoning: hostile }],
    })
    expect(said).not.toMatch(/(^|[^\\])[[<]/)
    expect(said).not.toMatch(/^#/m)
  })
})

describe('the page of versions', () => {
  const version = (number: number, more: Partial<WireVersion> = {}): WireVersion => ({
    version: number,
    created_at: '2026-01-19T09:00:00.000Z',
    metric_score: 0.5,
    tuned: false,
    signature: 'name: A',
    ...more,
  })
  const body = (versions: readonly WireVersion[], current?: number) =>
    historyBody({ skill_path: 's', skill_id: 's', current, versions })

  test('offers to evaluate where there is no version', () => {
    expect(body([])).toContain('data-action="evaluate"')
    expect(body([])).not.toContain('<table')
  })

  test('tells versions apart by shape, and the one the file reads as', () => {
    const page = body([version(1), version(2, { tuned: true }), version(3, { restored_from: 1 })], 3)
    expect(page).toMatch(/aria-label="Version 2: 0.50, tuned"/)
    const shapes = [...page.matchAll(/class="halo"[^>]*\/><(\w+) class="shape"/g)].map(([, shape]) => shape)
    expect(shapes).toEqual(['circle', 'path', 'rect'])
    expect(page).toMatch(/3 \(now\)/)
    expect([...page.matchAll(/data-action="restore" data-version="(\d)"/g)].map(([, number]) => number)).toEqual([
      '2',
      '1',
    ])
    // The one that the file reads as is compared with the one before.
    expect(page).toContain('data-action="compare" data-version="2" data-other="3"')
  })

  test('draws no line through versions that were not measured, nor outside of the chart', () => {
    const page = body([version(1), version(2, { metric_score: null }), version(3, { metric_score: 1e9 })])
    expect(page).not.toContain('<polyline class="score"')
    expect(page).toContain('Version 2: not measured')
    for (const [, y] of page.matchAll(/cy="(-?\d+)"/g)) expect(Number(y)).toBeGreaterThan(0)
  })

  test('escapes whatever a history file holds', () => {
    const evil = `"><script>alert(1)</script><b id='x'>`
    const page = historyBody({
      skill_path: evil,
      skill_id: evil,
      versions: [
        version(1, {
          created_at: evil,
          reason: evil,
          model: evil,
          improvement: evil,
          changes: [evil],
          scores: { [evil]: 1, b: 0 },
          provenance: [{ path: evil, text: evil, examples: [evil], reasoning: evil }],
        }),
      ],
    })
    expect(page).not.toContain('<script')
    expect(page).not.toContain('<b id')
  })

  test('stays short for a history of thousands of versions, and says what is left out', () => {
    const page = body(Array.from({ length: 3000 }, (_, at) => version(at + 1)))
    expect(page).toContain('The oldest 2800 are only in the history file')
    expect(page.match(/<tr role="row" id=/g)).toHaveLength(200)
  })
})
