/** Inputs that operations share: what each is called, means and defaults to. */
import { z } from 'zod'

/** Marks an input as a positional argument of the command line. */
export const positional = { positional: true } as const

export const skillPathInput = z.string().min(1).describe("a skill's folder or its signature file").meta(positional)

export const jobIdInput = z.string().min(1).describe('id of a job, such as job_abcdefghijklmnop').meta(positional)

export const rootInput = z.string().min(1).optional().describe('workspace that holds the job (default: the one here)')

export const modelInputs = {
  model: z.string().min(1).optional().describe("model to evaluate with; 'embedded' is the offline demo"),
  reflection_model: z.string().min(1).optional().describe('model that proposes better wording (default: the model)'),
}

const calls = z.int().positive().max(10_000_000)

export const budgetInputs = {
  max_calls: calls.default(2000).describe('most model calls the job may make'),
  max_tokens: z.int().positive().optional().describe('most tokens, read and written, the job may use'),
  max_cost: z.number().positive().optional().describe('most US dollars the job may cost'),
  max_time: z.number().positive().optional().describe('most seconds the job may take'),
}

/** A number of calls without a default. */
export const typedCallsInput = calls.optional()

export const seedInput = z.int().nonnegative().default(0).describe('seed of every random choice')
