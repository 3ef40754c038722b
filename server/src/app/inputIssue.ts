/** What an input takes, in words, for the host that was given something else. */
import type { z } from 'zod'

/** Such as `give a whole number of at least 1`; `schema` is the JSON Schema of the operation's input. */
export function wantedInput(schema: z.core.JSONSchema.BaseSchema, issue: z.core.$ZodIssue | undefined): string {
  const property = schema.properties?.[String(issue?.path[0] ?? '')]
  const { type, enum: words } = typeof property === 'object' ? property : {}
  if (words !== undefined) return `give one of ${words.join(', ')}`
  if (type === 'boolean') return 'give true or false'
  if (type === 'array') return 'give a list of texts'
  if (type !== 'integer' && type !== 'number') return 'give some text'
  const kind = type === 'integer' ? 'a whole number' : 'a number'
  if (issue?.code === 'too_small') return `give ${kind} ${issue.inclusive ? 'of at least' : 'above'} ${issue.minimum}`
  if (issue?.code === 'too_big') return `give ${kind} of at most ${issue.maximum}`
  return `give ${kind}`
}
