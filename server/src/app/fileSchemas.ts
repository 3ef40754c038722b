/** JSON Schemas of the files that people write and read, for editors and tools that know YAML or JSON alone. */
import { z } from 'zod'
import { historySchema } from '../history/version.ts'
import { metricOptionsOf } from '../metrics/metrics.ts'
import { fieldlessKinds, metricKindDescriptions, signatureSchema } from '../signature/schema.ts'
import { type MetricKind, metricKinds } from '../signature/signature.ts'

type JsonSchema = z.core.JSONSchema.BaseSchema

/** By the name of the file that holds it, all in draft 7: the newest that YAML and JSON editors know in full. */
export const fileSchemas = {
  signature: describeSignature,
  examples: describeExamples,
  history: () => describe(historySchema, 'Versions of a signature', 'Written by Signature Tuner, meant for git.'),
} as const satisfies Readonly<Record<string, () => JsonSchema>>

/** What an example may say besides the values of the fields. */
const exampleSchema = z.looseObject({
  _id: z.union([z.string(), z.number()]).optional().describe('A name for the example; by default its number.'),
  _split: z
    .enum(['train', 'dev', 'holdout', ''])
    .nullish()
    .describe('What the example is used for; by default the examples are split by chance.'),
  _weight: z.number().positive().max(1e6).optional().describe('How much the example counts; default 1.'),
})

function describeSignature(): JsonSchema {
  const schema = describe(signatureSchema, 'Signature', 'What an AI skill is given, answers, and is measured by.')
  const { inputs, outputs, metrics, examples } = Object(schema.properties)
  // The reader of signatures holds these rules, not their Zod schema.
  for (const fields of [inputs, outputs]) Object.assign(fields, { minProperties: 1, propertyNames: fieldName })
  Object.assign(metrics, { additionalProperties: metricSchema(Object(metrics).additionalProperties) })
  Object.assign(examples, { anyOf: [{ type: 'string' }, { type: 'array', items: bare(exampleSchema) }] })
  return schema
}

function describeExamples(): JsonSchema {
  const what = 'One object each, with every input and the outputs that are right.'
  return describe(z.array(exampleSchema), 'Examples of a signature', what)
}

const fieldName = {
  pattern: '^\\p{L}[\\p{L}\\p{M}\\p{N}_]*$',
  maxLength: 100,
  description: 'A Python identifier that is no keyword.',
}

/** Each kind has its own options, and takes no others. */
function metricSchema(common: JsonSchema): JsonSchema {
  const { kind, ...properties } = Object(common.properties)
  const kinds = metricKinds.map(name => ({ const: name, description: metricKindDescriptions[name] }))
  return {
    type: 'object',
    properties: { kind: { description: Object(kind).description, oneOf: kinds }, ...properties },
    required: ['kind'],
    allOf: metricKinds.map(name => ({
      if: { properties: { kind: { const: name } }, required: ['kind'] },
      // biome-ignore lint/suspicious/noThenProperty: a key word of JSON Schema.
      then: optionsSchema(name, Object.keys(properties)),
    })),
  }
}

function optionsSchema(kind: MetricKind, common: readonly string[]): JsonSchema {
  const { properties = {}, required = [] } = bare(metricOptionsOf(kind))
  return {
    properties: { kind: true, ...Object.fromEntries(common.map(name => [name, true])), ...properties },
    required: [...(fieldlessKinds.has(kind) ? [] : ['field']), ...required],
    additionalProperties: false,
  }
}

function describe(schema: z.ZodType, title: string, description: string): JsonSchema {
  const { $schema, ...rest } = z.toJSONSchema(schema, { target: 'draft-7', io: 'input' })
  return { $schema, title, description, ...rest }
}

function bare(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: 'draft-7', io: 'input' })
  return rest
}
