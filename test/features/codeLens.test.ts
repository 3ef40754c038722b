/** Code lenses above a signature. */
import { expect, test } from 'vitest'
import { codeLenses } from '../../server/src/features/codeLens.ts'
import { type KnownJob, noFacts } from '../../server/src/features/facts.ts'
import { parseSignature } from '../../server/src/signature/document.ts'

const job: KnownJob = {
  id: 'job_a',
  kind: 'tune',
  state: 'running',
  percent: 43.9,
  phase: 'propose',
  calls: 212,
  bestScore: 0.81,
  evidence: undefined,
  improvement: undefined,
  reason: undefined,
}

/** Titles with their commands, and the text that they stand over. */
function check(of: Partial<KnownJob> | undefined, text = '# comment\nname: A\n'): readonly string[] {
  const facts = { ...noFacts, job: of && { ...job, ...of } }
  return codeLenses(facts, parseSignature(text)).map(
    ({ title, command, values, span }) =>
      `${text.slice(span.start, span.end)}: ${title} -> ${command}${values ? ` ${JSON.stringify(values)}` : ''}`,
  )
}

test('offer to evaluate, to tune, and the history', () => {
  expect(check(undefined)).toEqual(['name: Evaluate -> evaluate', 'name: Tune -> tune', 'name: History -> history'])
})

test.each<readonly [string, Partial<KnownJob>, readonly string[]]>([
  ['running', {}, ['Tuning 43 % · 212 calls · best 0.81 · Cancel -> cancel {"jobId":"job_a"}', 'History -> history']],
  [
    'running without a score yet',
    { kind: 'evaluate', calls: 1, bestScore: undefined },
    ['Evaluating 43 % · 1 call · Cancel -> cancel {"jobId":"job_a"}', 'History -> history'],
  ],
  ['queued', { state: 'queued' }, ['Tuning soon · Cancel -> cancel {"jobId":"job_a"}', 'History -> history']],
  [
    'interrupted',
    { state: 'interrupted' },
    ['Resume tuning -> resume {"jobId":"job_a"}', 'Evaluate -> evaluate', 'Tune -> tune', 'History -> history'],
  ],
  [
    'with a result',
    { state: 'unapplied', evidence: 'proven', improvement: '+9%' },
    [
      'Apply tuned result (+0.09, proven) -> apply {"jobId":"job_a"}',
      'Show changes -> apply {"jobId":"job_a","preview":true}',
      'Evaluate -> evaluate',
      'Tune -> tune',
      'History -> history',
    ],
  ],
])('show a job that is %s', (_, of, lenses) => {
  expect(check(of)).toEqual(lenses.map(lens => `name: ${lens}`))
})

test('ask for more than a click to apply what is unproven', () => {
  expect(check({ state: 'unapplied', evidence: 'unproven', improvement: '+2%' })[0]).toBe(
    'name: Apply anyway (+0.02, unproven) -> apply {"jobId":"job_a","unproven":true}',
  )
})

test('stand over no empty file, and over a broken one', () => {
  expect(check(undefined, '')).toEqual([])
  expect(check(undefined, 'name: [')).toHaveLength(3)
})

test.each<readonly [Partial<KnownJob>, string]>([
  [{}, 'Stops the job; what was answered is kept'],
  [{ state: 'interrupted' }, 'Goes on where the job stopped; what was answered is not asked again'],
  [{ state: 'unapplied', evidence: 'proven' }, 'Writes the tuned wording'],
  [{ state: 'unapplied', evidence: 'unproven' }, 'Writes the tuned wording, though chance could explain its gain'],
])('a tooltip says what the command does: %o', (of, tooltip) => {
  const [first] = codeLenses({ ...noFacts, job: { ...job, ...of } }, parseSignature('name: A\n'))
  expect(first).toMatchObject({ tooltip })
})
