/** What a job reads, fixed when it starts: holds an origin, never a key or an endpoint. */
import { z } from 'zod'
import { failure } from '../base/errors.ts'
import { sha256 } from '../base/hash.ts'
import { canonicalJson, type Json, parseJson } from '../base/json.ts'
import { fail, ok, type Result } from '../base/result.ts'
import type { Example } from '../examples/example.ts'
import type { JobKind } from '../jobs/job.ts'
import type { ResumeOptions } from './ports.ts'

const exampleSchema = z.object({
  id: z.string(),
  values: z.record(z.string(), z.unknown()),
  split: z.enum(['train', 'dev', 'holdout']).optional(),
  weight: z.number().positive(),
  line: z.int(),
})

const snapshotSchema = z.object({
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
  /** Model calls at a time, as the newest submission or resumption has it. */
  concurrency: z.int().positive(),
  /** What the search's decisions depend on: the concurrency that the job was first submitted with. */
  width: z.int().positive(),
  options: z.object({
    force: z.boolean(),
    /** In 0..1: the gain on the search half that a winner needs. */
    minImprovement: z.number(),
    /** Of an evaluation: whether a version may be appended to the history. */
    record: z.boolean().optional(),
    /** Of an evaluation of some examples alone: how many there are. Its scores are not those of the signature. */
    ofExamples: z.int().optional(),
    /** Failing examples that an evaluation describes. */
    maxFailing: z.int().positive().optional(),
  }),
  budget: z.object({
    maxCalls: z.int().positive(),
    /** Read and written. */
    maxTokens: z.int().positive().optional(),
    /** US dollars. */
    maxCost: z.number().positive().optional(),
    /** Seconds of wall time. */
    maxTime: z.number().positive().optional(),
  }),
})
const storedSchema = snapshotSchema.omit({ examples: true })

export type JobSnapshot = Omit<z.infer<typeof snapshotSchema>, 'examples'> & { readonly examples: readonly Example[] }
/** Without the examples, which may be many megabytes. */
export type StoredSnapshot = z.infer<typeof storedSchema>
/** What a host submits. */
export type NewSnapshot = Omit<JobSnapshot, 'width'>

/** Equal for jobs that may share answers: budget and concurrency may change under way; examples have a digest already. */
export function snapshotDigest(kind: JobKind, snapshot: NewSnapshot): string {
  const { budget: _budget, concurrency: _concurrency, examples: _examples, ...rest } = snapshot
  return sha256(canonicalJson({ kind, ...rest }))
}

/** The snapshot of a job; whatever else its row may hold is a failure. */
export function readSnapshot(jobId: string, text: string): Result<JobSnapshot> {
  return read(snapshotSchema, jobId, text)
}

export function readStoredSnapshot(jobId: string, text: string): Result<StoredSnapshot> {
  return read(storedSchema, jobId, text)
}

/** The stored snapshot with other limits; what it was first submitted with stays. */
export function withLimits(jobId: string, text: string, limits: ResumeOptions): Result<string> {
  const stored = readStoredSnapshot(jobId, text)
  if (!stored.ok) return stored
  const { concurrency = stored.value.concurrency, ...budget } = limits
  const changed = { concurrency, budget: { ...stored.value.budget, ...budget } }
  return ok(JSON.stringify({ ...JSON.parse(text), ...changed }))
}

function read<T>(schema: z.ZodType<T>, jobId: string, text: string): Result<T> {
  const snapshot = schema.safeParse(parseJson(text))
  if (snapshot.success) return ok(snapshot.data)
  return fail(failure('job_failed', `Job ${jobId} was stored by another program: start it anew.`))
}
