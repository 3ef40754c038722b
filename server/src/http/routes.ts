/** Every route that carries out an operation: the same capabilities as the command line, derived from one definition. */
import { z } from 'zod'
import { operations } from '../app/app.ts'
import { jobIdInput, skillPathInput } from '../app/inputs.ts'
import { jobViewSchema } from '../app/jobView.ts'
import type { AnyOperation } from '../app/operation.ts'
import { type JobKind, jobErrorSchema, jobKinds, jobStates } from '../jobs/job.ts'

export interface Route {
  readonly method: 'get' | 'post' | 'delete'
  /** As OpenAPI writes it: parameters in braces, each an input of the operation. */
  readonly path: string
  readonly operation: AnyOperation
  readonly summary: string
  /** What a request may hold: the operation's input as this route offers it. */
  readonly input: z.ZodObject
  /** The same as JSON Schema. */
  readonly schema: z.core.JSONSchema.BaseSchema
  readonly output: z.ZodType
  /** Inputs that the route decides. */
  readonly fixed: Readonly<Record<string, unknown>>
  /** `job`: answered with 202 as soon as its job is submitted; `created` with 201, all others with 200. */
  readonly answer: 'result' | 'created' | 'job'
  /** Of the jobs that it is about. */
  readonly kind?: JobKind | undefined
}

export const base = '/api/v1'

/** The reply to a request whose job goes on after it. */
export const submittedSchema = z
  .object({
    job_id: z.string(),
    status: z.enum(jobStates),
    estimated_time: z
      .string()
      .describe("for the whole budget at the speed of the model's last calls, such as '5 min'; 'unknown' before any"),
    resumed: z.boolean().describe('an unfinished job of the skill goes on'),
    notes: z.array(z.string()).optional(),
  })
  .meta({ id: 'SubmittedJob' })

/** A job as this server shows it. */
export const shownJobSchema = jobViewSchema
  .extend({ apply_error: jobErrorSchema.optional().describe('why its result could not be applied') })
  .meta({ id: 'ShownJob' })

/** A server has one workspace, so no request names another. */
const hostInputs: ReadonlySet<string> = new Set(['root'])

const applied = z.boolean().default(true).describe('write an accepted result to the file and its history')

const ofJobs = jobKinds.flatMap((kind): readonly Route[] => {
  const jobs = `/signatures/${kind}`
  return [
    defineRoute('get', jobs, operations.jobs, { summary: `list the ${kind} jobs, newest first`, fixed: { kind } }),
    defineRoute('get', `${jobs}/{job_id}`, operations['jobs show'], { kind, output: shownJobSchema }),
    defineRoute('post', `${jobs}/{job_id}/cancel`, operations['jobs cancel'], { kind }),
    defineRoute('post', `${jobs}/{job_id}/resume`, operations['jobs resume'], {
      inputs: { apply: applied },
      answer: 'job',
      kind,
    }),
  ]
})

export const routes: readonly Route[] = [
  defineRoute('post', '/signatures/tune', operations.tune, { inputs: { apply: applied }, answer: 'job' }),
  defineRoute('post', '/signatures/evaluate', operations.evaluate, {
    summary: 'score a signature, with the failing examples',
    inputs: { skill_path: skillPathInput },
    answer: 'job',
  }),
  ...ofJobs,
  defineRoute('post', '/signatures/tune/{job_id}/apply', operations['jobs apply'], { kind: 'tune' }),
  defineRoute('post', '/signatures/tune/{job_id}/discard', operations['jobs discard'], { kind: 'tune' }),
  defineRoute('post', '/signatures/validate', operations.validate, {
    inputs: { paths: z.array(z.string().min(1)).max(1000).default(['.']).describe('files and folders (default: all)') },
  }),
  defineRoute('post', '/signatures/new', operations.new, { answer: 'created' }),
  defineRoute('get', '/signatures/history', operations.history),
  defineRoute('get', '/signatures/diff', operations.diff),
  defineRoute('post', '/signatures/restore', operations.restore),
  defineRoute('get', '/jobs', operations.jobs),
  defineRoute('get', '/jobs/{job_id}', operations['jobs show'], { output: shownJobSchema }),
  defineRoute('delete', '/jobs/{job_id}', operations['jobs prune'], {
    summary: 'delete an ended job and its model calls',
    inputs: { job_id: jobIdInput },
    without: ['older_than'],
  }),
  defineRoute('post', '/jobs/prune', operations['jobs prune'], { without: ['job_id'] }),
  defineRoute('get', '/doctor', operations.doctor, {
    inputs: { connect: z.boolean().default(false).describe('send the endpoint one tiny request') },
  }),
]

export function pathParameters(path: string): readonly string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
}

function defineRoute(
  method: Route['method'],
  path: string,
  operation: AnyOperation,
  {
    summary = operation.summary,
    inputs = {},
    fixed = {},
    kind,
    without = [],
    answer = 'result',
    output = answer === 'job' ? submittedSchema : operation.output,
  }: {
    readonly summary?: string
    /** Inputs that differ from the operation's. */
    readonly inputs?: Readonly<Record<string, z.ZodType>>
    readonly fixed?: Route['fixed']
    readonly kind?: JobKind
    readonly output?: z.ZodType
    readonly without?: readonly string[]
    readonly answer?: Route['answer']
  } = {},
): Route {
  const shape = Object.entries({ ...operation.input.shape, ...inputs }).filter(
    ([name]) => !hostInputs.has(name) && !without.includes(name) && !Object.hasOwn(fixed, name),
  )
  const input = z.strictObject(Object.fromEntries(shape))
  const schema = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' })
  return { method, path: base + path, operation, summary, input, schema, output, fixed, answer, kind }
}
