/** The options of each metric kind as data: what an editor shows of them. */
import { z } from 'zod'
import type { MetricKind } from '../signature/signature.ts'
import { metricOptionsOf } from './metrics.ts'

export interface OptionDoc {
  readonly name: string
  readonly description: string
  readonly type: 'boolean' | 'number' | 'string'
  /** Whether the kind cannot do without it. */
  readonly required: boolean
}

export function optionDocs(kind: MetricKind): readonly OptionDoc[] {
  const schema = metricOptionsOf(kind)
  if (!(schema instanceof z.ZodObject)) return []
  return Object.entries(schema.shape).map(([name, option]) => ({
    name,
    description: option.description ?? '',
    type: typeOf(option),
    required: !option.safeParse(undefined).success,
  }))
}

function typeOf(option: z.core.$ZodType): OptionDoc['type'] {
  if (option instanceof z.ZodDefault || option instanceof z.ZodOptional) return typeOf(option.unwrap())
  return option instanceof z.ZodBoolean ? 'boolean' : option instanceof z.ZodNumber ? 'number' : 'string'
}
