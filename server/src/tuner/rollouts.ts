/** Rollouts: every model call of a run, each asked once, counted, and waiting for its place in the pool. */
import type { Failure } from '../base/errors.ts'
import type { Result } from '../base/result.ts'
import { type ExampleOutcome, evaluateExample } from '../evaluation/evaluate.ts'
import type { Example } from '../examples/example.ts'
import { callsPerExample } from '../metrics/metrics.ts'
import type { ModelReply, ModelRequest } from '../model/model.ts'
import type { Signature } from '../signature/signature.ts'
import type { TuneInput, TunePorts } from './result.ts'
import { wordingKey } from './wording.ts'

export interface Rollouts {
  /** Calls that one example of one signature costs: the task call and one for each judge. */
  readonly callsPerExample: number
  /** Outcomes by example id, in the order of the examples; what was asked before is not asked again. */
  evaluate(
    signature: Signature,
    examples: readonly Example[],
    used: UsedCalls,
  ): Promise<ReadonlyMap<string, ExampleOutcome>>
  /** A call of the reflection model. */
  ask(request: ModelRequest, used: UsedCalls): Promise<Result<ModelReply>>
  /** All outcomes there are, in an order that does not depend on when they came. */
  outcomes(): readonly ExampleOutcome[]
  readonly totals: RolloutTotals
}

/** The calls one step of the run asked for, by key, whoever asked first. */
export type UsedCalls = Map<string, number>

export interface RolloutTotals {
  /** Calls that came to an end. */
  calls: number
  /** Those of them that asked the reflection model. */
  reflections: number
  errors: number
}

export function createRollouts(
  input: TuneInput,
  ports: TunePorts,
  onOutcome: () => void,
  stop: (error: Failure) => never,
  signal: AbortSignal,
): Rollouts {
  const price = callsPerExample(ports.metrics.map(({ spec }) => spec))
  const underway = new Map<string, Promise<ExampleOutcome>>()
  const finished = new Map<string, ExampleOutcome>()
  const totals: RolloutTotals = { calls: 0, reflections: 0, errors: 0 }

  /** Ends the run where going on makes no sense. */
  const settle = (calls: number, error: Failure | undefined) => {
    if (error !== undefined && stopCodes.has(error.code)) stop(error)
    totals.calls += calls
  }

  async function roll(signature: Signature, example: Example, key: string): Promise<ExampleOutcome> {
    const { model, parameters } = input
    const context = { signature, metrics: ports.metrics, call: ports.call, signal, model, parameters, example }
    // What ends the run does so before the place in the pool is free, or one more call would be sent.
    const outcome = await ports.pool.run(async () => {
      const evaluated = await evaluateExample(context)
      settle(price, evaluated.error)
      return evaluated
    }, signal)
    finished.set(key, outcome)
    if (outcome.error !== undefined) totals.errors++
    onOutcome()
    return outcome
  }

  return {
    callsPerExample: price,
    totals,
    async evaluate(signature, examples, used) {
      const wording = wordingKey(signature)
      const outcomes = examples.map(async example => {
        const key = `${wording} ${example.id}`
        used.set(key, price)
        let outcome = underway.get(key)
        if (outcome === undefined) {
          outcome = roll(signature, example, key)
          underway.set(key, outcome)
        }
        return [example.id, await outcome] as const
      })
      return new Map(await Promise.all(outcomes))
    },
    async ask(request, used) {
      used.set(`${request.purpose} ${request.repeat} ${request.messages.length}`, 1)
      const reply = await ports.pool.run(
        async () => {
          const asked = await ports.call(request, signal)
          settle(1, asked.ok ? undefined : asked.error)
          return asked
        },
        signal,
        'urgent',
      )
      totals.reflections++
      onOutcome()
      return reply
    },
    outcomes() {
      return [...finished].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, outcome]) => outcome)
    },
  }
}

/** Failures that the next call would meet, too: they end the run, and the run can be resumed. */
const stopCodes: ReadonlySet<string> = new Set<Failure['code']>([
  'cancelled',
  'editor_needed',
  'budget_exhausted',
  'endpoint_unreachable',
  'key_missing',
  'key_rejected',
  'model_not_configured',
  'model_unknown',
  'job_running',
  'job_state',
  'worker_lost',
  'disk_full',
  'write_failed',
])
