/** What a job reads, fixed when it starts: holds an origin, never a key or an endpoint. */
import { z } from 'zod'
import { sha256 } from '../base/hash.ts'
import { canonicalJson, type Json } from '../base/json.ts'
import type { Example } from '../examples/example.ts'
import type { JobKind } from '../jobs/job.ts'

const exampleSchema = z.object({
  id: z.string(),
  values: z.record(z.string(), z.unknown()),
  split: z.enum(['train', 'dev', 'holdout']).optional(),
  weight: z.number().positive(),
  line: z.int(),
})

export const snapshotSchema = z.object({
  /** The signature file relative to the root, `/` as separator. */
  skillPath: z.string(),
  skillId: z.string(),
  /** Text of the signature file. */
  text: z.string(),
  examples: z.array(exampleSchema),
  examplesSha256: z.string(),
  model: z.string(),
  reflectionModel: z.string(),
  origin: z.string(),
  parameters: z.record(z.string(), z.json()) as z.ZodType<{ readonly [name: string]: Json }>,
  seed: z.int(),
  /** Model calls at a time; the search's width follows from it. */
  concurrency: z.int().positive(),
  options: z.object({
    force: z.boolean(),
    /** In 0..1: the gain on the search half that a winner needs. */
    minImprovement: z.number(),
  }),
  budget: z.object({
    maxCalls: z.int().positive(),
    /** US dollars. */
    maxCost: z.number().positive().optional(),
    /** Seconds of wall time. */
    maxTime: z.number().positive().optional(),
  }),
})
export type JobSnapshot = Omit<z.infer<typeof snapshotSchema>, 'examples'> & { readonly examples: readonly Example[] }

/** Equal for jobs that may share answers: everything but the budget, which may be raised under way. */
export function snapshotDigest(kind: JobKind, { budget: _budget, ...rest }: JobSnapshot): string {
  return sha256(canonicalJson({ kind, ...rest }))
}
