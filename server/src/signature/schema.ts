/** Which keys a signature file has and what they hold: the file's own schema. */
import { z } from 'zod'
import { type MetricKind, metricKinds } from './signature.ts'

/** What each kind measures, in one sentence. */
export const metricKindDescriptions: Readonly<Record<MetricKind, string>> = {
  exact_match: '1 when the output equals the expected value (trimmed), else 0.',
  f1: 'How many words the output and the expected value share.',
  contains: '1 when the expected value occurs in the output, else 0.',
  regex: '1 when the pattern matches somewhere in the output, else 0.',
  numeric: '1 when the number is within the tolerance of the expected one, else 0.',
  length: '1 when the output is within the given length, else 0.',
  similarity: 'How few edits turn the output into the expected value.',
  set_f1: 'How many items two lists share, in any order.',
  json_match: 'The share of equal leaves of two structured values.',
  llm_judge: 'A model scores the output by a rubric.',
  script: 'A module of your own scores the output.',
}

/** Kinds that need no `field`. */
export const fieldlessKinds: ReadonlySet<MetricKind> = new Set<MetricKind>(['script', 'llm_judge'])

const text = z.string()
const typeText = text.describe('A type in Python\'s words, such as str, list[str] or Literal["a", "b"].')

export const objectFieldSchema = z.strictObject({
  type: typeText,
  desc: text.optional().describe('What the field holds.'),
  get fields() {
    return z.record(z.string(), objectFieldSchema).optional().describe('The fields of an object.')
  },
})

export const fieldSchema = z.strictObject({
  type: typeText,
  desc: text.optional().describe('What the field holds, as the model reads it. Tuning may reword it.'),
  constraints: z.array(text).optional().describe('Sentences the model must obey. Tuning may change them.'),
  fields: z.record(z.string(), objectFieldSchema).optional().describe('The fields of an object.'),
})

/** The options of each kind are beside it, in `metrics/`. */
const metricSchema = z.looseObject({
  kind: z.enum(metricKinds).describe('How it is measured.'),
  field: text.optional().describe('The output it reads.'),
  weight: z.number().positive().optional().describe('Its share of the mean; default 1.'),
})

export const signatureSchema = z.strictObject({
  skill_id: text.optional().describe('A name for the skill; by default its path below skills/, joined with "-".'),
  name: text.describe('A PascalCase identifier.'),
  instructions: text.describe('The task in words. Tuning may reword them.'),
  inputs: z.record(z.string(), fieldSchema).describe('What the model is given; the order matters.'),
  outputs: z.record(z.string(), fieldSchema).describe('What the model answers; the order matters.'),
  metrics: z.record(z.string(), metricSchema).optional().describe('How good an answer is; needed to evaluate or tune.'),
  threshold: z.number().min(0).max(1).optional().describe('Tuning starts below this score; default 0.75.'),
  examples: z
    .union([text, z.array(z.record(z.string(), z.unknown()))])
    .optional()
    .describe('A path to a JSON Lines, JSON, YAML or CSV file, relative to this one, or a list.'),
})
