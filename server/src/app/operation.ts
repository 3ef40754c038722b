/** An operation: one capability, defined once; flags, routes and custom requests are derived from it. */
import type { z } from 'zod'
import type { Result } from '../base/result.ts'
import type { JobKind, JobProgress, JobState } from '../jobs/job.ts'
import type { Ports } from './ports.ts'

export interface Operation<Input extends z.ZodObject, Output extends z.ZodType> {
  /** Words as typed on the command line, such as `jobs show`. */
  readonly name: string
  readonly summary: string
  readonly input: Input
  readonly output: Output
  run(ports: Ports, input: z.output<Input>, context: OperationContext): Promise<Result<z.output<Output>>>
}

/** An operation whose input and output are only known by its schemas. */
export type AnyOperation = Operation<z.ZodObject, z.ZodType>

export interface OperationContext {
  /** Aborted when the person or the host stops it; a job then stays resumable. */
  readonly signal: AbortSignal
  readonly onEvent: (event: OperationEvent) => void
}

/** What a long operation tells while it runs. */
export type OperationEvent =
  | {
      readonly kind: 'started'
      readonly jobId: string
      readonly jobKind: JobKind
      /** As it was when it was submitted or resumed. */
      readonly state: JobState
      readonly resumed: boolean
      /** Milliseconds; absent before any call was measured. */
      readonly estimate?: number | undefined
      readonly root: string
      readonly skillPath: string
    }
  | { readonly kind: 'progress'; readonly skillPath: string; readonly progress: JobProgress }
  | { readonly kind: 'note'; readonly message: string }

/** Only checks types: `defineOperation({ … })` returns its argument. */
export function defineOperation<Input extends z.ZodObject, Output extends z.ZodType>(
  operation: Operation<Input, Output>,
): Operation<Input, Output> {
  return operation
}
