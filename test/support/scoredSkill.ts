/** A signature that was evaluated and tuned, and what is known of it, for tests of what is shown of scores. */
import { type LastScore, noFacts, type SkillFacts } from '../../server/src/features/facts.ts'

export const scoredText = `# A comment
skill_id: capitals
name: NameCapital
instructions: Name the capital of the country.
inputs:
  country: { type: str, desc: A country }
outputs:
  city:
    type: str
    desc: The capital
    constraints:
      - the name alone
  size: { type: 'Literal["small", "large"]', desc: Whether it is large }
metrics:
  city_match: # the point of it
    kind: exact_match
    field: city
  size_match: { kind: exact_match, field: size }
threshold: 0.75
examples: examples.jsonl
`

export const lastScore: LastScore = {
  score: 0.81,
  byMetric: { city_match: 0.7, size_match: 0.92 },
  byField: { city: 0.7, size: 0.92 },
  examples: 240,
  errors: 1,
  passed: { count: 196, isExact: true },
  model: 'gpt-x',
  evaluatedAt: Date.UTC(2026, 0, 20, 14, 30),
  stale: [],
  failing: [
    failure(
      '17',
      'Paris',
      'The city of Paris',
      'it holds the expected text among 3 other words: give the answer alone',
    ),
    failure('31', 'Rome', 'It is Rome', 'it holds the expected text among 2 other words: give the answer alone'),
    failure('40', 'Oslo', 'oslo', 'the same but for upper and lower case'),
    failure('41', 'Bern', 'Zurich'),
  ],
}

export const scoredFacts: SkillFacts = {
  ...noFacts,
  skillPath: 'skills/capitals/signature.yaml',
  score: lastScore,
  versions: [
    {
      version: 1,
      created_at: '2026-01-19T09:00:00.000Z',
      metric_score: 0.72,
      tuned: false,
      reason: 'Initial creation',
      model: 'gpt-x',
      signature: 'name: NameCapital',
    },
    {
      version: 2,
      created_at: '2026-01-20T14:30:00.000Z',
      metric_score: 0.81,
      tuned: true,
      tuning_reason: 'Constraints added',
      improvement: '+9%',
      parent: 1,
      job_id: 'job_abc',
      model: 'gpt-x',
      signature: 'name: NameCapital',
      provenance: [
        {
          path: 'outputs.city.constraints[0]',
          text: 'the name alone',
          examples: ['17', '31'],
          reasoning: 'Answers were sentences.',
        },
      ],
    },
  ],
  currentVersion: 2,
}

function failure(id: string, expected: string, got: string, difference?: string): LastScore['failing'][number] {
  const why = difference === undefined ? '' : `: ${difference}`
  return {
    id,
    line: Number(id),
    score: 0.5,
    expected: { city: expected, size: 'large' },
    got: { city: got, size: 'large' },
    feedback: [`city_match: Expected "${expected}", got "${got}"${why}.`],
  }
}
