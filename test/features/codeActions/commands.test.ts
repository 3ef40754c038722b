/** What can be done with a signature, by what is known of it. */
import { describe, expect, test } from 'vitest'
import { type KnownJob, type LastScore, noFacts, type SkillFacts } from '../../../server/src/features/facts.ts'
import { actionsAt, titlesAt } from './apply.ts'
import { fields, skill } from './skill.ts'

const job: KnownJob = {
  id: 'j1',
  kind: 'tune',
  state: 'running',
  percent: 10,
  phase: 'search',
  calls: 3,
  bestScore: 0.5,
  evidence: undefined,
  reason: undefined,
  improvement: undefined,
}
const score: LastScore = {
  score: 0.5,
  byMetric: {},
  byField: {},
  examples: 10,
  errors: 0,
  passed: undefined,
  model: 'm',
  evaluatedAt: 0,
  stale: [],
  failing: [],
}
const version: SkillFacts['versions'][number] = {
  version: 1,
  created_at: '2026-01-01T00:00:00Z',
  metric_score: null,
  tuned: false,
}

function offered(facts: Partial<SkillFacts>, marked = `$0${skill}`): readonly string[] {
  return actionsAt(marked, { facts: { ...noFacts, ...facts } }).flatMap(({ command }) =>
    command === undefined ? [] : [`${command.name} ${JSON.stringify(command.arguments)}`],
  )
}

describe('commands', () => {
  test('tune what scores low or was never evaluated; what scores well only by force', () => {
    expect(offered({})).toEqual(['tune {}', 'evaluate {}'])
    expect(offered({ score })).toEqual(['tune {}', 'evaluate {}'])
    expect(offered({ score: { ...score, score: 0.9 } })).toEqual(['tune {"force":true}', 'evaluate {}'])
    const stale = { ...score, score: 0.9, stale: ['model'] as const }
    expect(offered({ score: stale })).toEqual(['tune {}', 'tune {"force":true}', 'evaluate {}'])
  })

  test('deal with the job there is', () => {
    const ofJob = (state: KnownJob['state']) => offered({ job: { ...job, state } }).filter(name => name.includes('j1'))
    expect(offered({ job })).toEqual(['cancel {"jobId":"j1"}'])
    expect(ofJob('queued')).toEqual(['cancel {"jobId":"j1"}'])
    expect(ofJob('interrupted')).toEqual(['resume {"jobId":"j1"}', 'cancel {"jobId":"j1"}'])
    expect(ofJob('unapplied')).toEqual(['apply {"jobId":"j1"}', 'apply {"jobId":"j1","preview":true}'])
  })

  test('show the history where there is one', () => {
    expect(offered({ versions: [version] })).toContain('history {}')
  })

  test('need what they work on', () => {
    expect(offered({}, `$0${fields}`)).toEqual([])
    expect(offered({ job: { ...job, state: 'unapplied' } }, '$0name: [')).toHaveLength(2)
  })

  test('stand at the first line, the name and the threshold', () => {
    const text = `# mine\n${skill}threshold: 0.8\n`
    const at = (mark: string) => offered({}, text.replace(mark, `$0${mark}`)).length > 0
    expect(['# mine', 'Ask', 'threshold', '0.8', 'q:', 'metrics'].map(at)).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
    ])
  })

  test('answer to what is told of the score, whatever is known', () => {
    const told = (code: string) =>
      titlesAt(skill.replace('q:', '$0q:'), {
        more: text => [{ code, severity: 'info', message: '', span: { start: text.indexOf('q:'), end: text.length } }],
        only: ['quickfix'],
      })
    expect(told('score-below-threshold')).toMatchInlineSnapshot(`
      "* quickfix: Tune signature
        quickfix: Evaluate signature
        quickfix: Disable score-below-threshold on the next line"
    `)
    expect(told('score-stale')).toMatchInlineSnapshot(`
      "* quickfix: Evaluate signature
        quickfix: Tune signature
        quickfix: Disable score-stale on the next line"
    `)
  })
})
