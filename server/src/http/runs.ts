/** Operations with a job that this server carries out: each goes on after its request was answered. */
import { describeJob } from '../app/describeJob.ts'
import { jobViewSchema } from '../app/jobView.ts'
import type { AnyOperation, OperationContext, OperationEvent } from '../app/operation.ts'
import type { Ports } from '../app/ports.ts'
import { type Failure, failure, failureOf } from '../base/errors.ts'
import { fail, ok, type Result } from '../base/result.ts'

export type StartedEvent = Extract<OperationEvent, { kind: 'started' }>

export interface Runs {
  /** Resolves as soon as the job is submitted, or with why it was not. */
  start(operation: AnyOperation, input: Readonly<Record<string, unknown>>): Promise<Result<Started>>
  /** Resolves when nothing here is left to do for the job, such as applying its result. */
  settled(jobId: string): Promise<void>
  /** Why the operation ended otherwise than its job: a result that could not be applied. */
  failureOf(jobId: string): Failure | undefined
  /** What came after the failure has made up for it. */
  forget(jobId: string): void
  /** Resolves when all have ended; aborting the server's signal ends them, their jobs stay resumable. */
  idle(): Promise<void>
}

export interface Started extends StartedEvent {
  /** What the operation said before, such as that another job of the skill is left alone. */
  readonly notes: readonly string[]
}

export interface RunsOptions {
  readonly ports: Ports
  /** Aborted when the server stops. */
  readonly signal: AbortSignal
  /** Told of each start and end, in one line. */
  readonly log: (line: string) => void
}

/** One line of the log: what became of the job. */
function describeOutcome(output: unknown): string {
  const job = jobViewSchema.safeParse(output)
  return job.success ? describeJob(job.data) : 'ended.'
}

function describeFailure({ code, message }: Failure): string {
  const word = code === 'cancelled' ? 'cancelled' : code === 'worker_lost' ? 'interrupted' : 'failed'
  return `${word}: ${message}`
}

/** Failures of so many jobs are remembered. */
const keptFailures = 1000

export function createRuns({ ports, signal, log }: RunsOptions): Runs {
  const underway = new Map<string, Set<Promise<void>>>()
  const failures = new Map<string, Failure>()

  function remember(jobId: string, problem: Failure | undefined): void {
    failures.delete(jobId)
    if (problem === undefined) return
    failures.set(jobId, problem)
    const [oldest] = failures.keys()
    if (failures.size > keptFailures && oldest !== undefined) failures.delete(oldest)
  }

  /** Keeps what is under way for the job until it has ended. */
  function follow(jobId: string, ended: Promise<Result<unknown>>): void {
    const all = underway.get(jobId) ?? new Set()
    underway.set(jobId, all)
    const done = ended.then(outcome => {
      remember(jobId, outcome.ok ? undefined : outcome.error)
      log(`${jobId} ${outcome.ok ? describeOutcome(outcome.value) : describeFailure(outcome.error)}`)
      all.delete(done)
      if (all.size === 0 && underway.get(jobId) === all) underway.delete(jobId)
    })
    all.add(done)
  }

  return {
    async start(operation, input) {
      const notes: string[] = []
      const first = Promise.withResolvers<Result<Started>>()
      const context: OperationContext = {
        signal,
        onEvent(event) {
          if (event.kind === 'note') notes.push(event.message)
          if (event.kind !== 'started') return
          const what = event.state === 'running' ? 'followed' : event.resumed ? 'resumed' : 'started'
          log(`${event.jobId} ${what}: ${operation.name} ${event.skillPath}`)
          follow(event.jobId, ended)
          first.resolve(ok({ ...event, notes: [...notes] }))
        },
      }
      const ended = run(operation, input, context)
      void ended.then(outcome =>
        first.resolve(outcome.ok ? fail(failure('job_failed', 'The operation ended without a job.')) : outcome),
      )
      return first.promise
    },
    async settled(jobId) {
      await Promise.all(underway.get(jobId) ?? [])
    },
    failureOf: jobId => failures.get(jobId),
    forget: jobId => void failures.delete(jobId),
    async idle() {
      await Promise.all([...underway.values()].flatMap(all => [...all]))
    },
  }

  async function run(
    operation: AnyOperation,
    input: Readonly<Record<string, unknown>>,
    context: OperationContext,
  ): Promise<Result<unknown>> {
    try {
      return await operation.run(ports, input, context)
    } catch (error) {
      if (signal.aborted) return fail(failure('worker_lost', 'The server was stopped; the job can be resumed.'))
      const known = failureOf(error)
      if (known !== undefined) return fail(known)
      log(`${operation.name} failed in an unforeseen way: ${error instanceof Error ? error.stack : String(error)}`)
      return fail(failure('internal', 'The operation failed in an unforeseen way: see what the server printed.'))
    }
  }
}
