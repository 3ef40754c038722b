/** Runs the tuner against a scripted model. */
import { createPool } from '../../server/src/base/pool.ts'
import type { Result } from '../../server/src/base/result.ts'
import type { Call } from '../../server/src/evaluation/evaluate.ts'
import type { Metric } from '../../server/src/metrics/metric.ts'
import { createMetrics } from '../../server/src/metrics/metrics.ts'
import { addUsage, nothingSpent } from '../../server/src/model/usage.ts'
import type { Signature } from '../../server/src/signature/signature.ts'
import type { TuneInput, TuneOutcome, TunePorts, TuneProgress } from '../../server/src/tuner/result.ts'
import { tune } from '../../server/src/tuner/tune.ts'
import { createMemoryLedger, type RuleWorld } from './ruleModel.ts'

export interface TuneRun {
  readonly result: Result<TuneOutcome>
  readonly progress: readonly TuneProgress[]
}

export async function tuneWorld(
  world: RuleWorld,
  call: Call,
  input: Partial<TuneInput> = {},
  ports: Partial<TunePorts> = {},
): Promise<TuneRun> {
  const progress: TuneProgress[] = []
  const whole: TuneInput = {
    ...world,
    seed: 1,
    width: 8,
    force: false,
    minImprovement: 0.05,
    budget: { maxCalls: 2000 },
    model: 'task-model',
    reflectionModel: 'reflection-model',
    parameters: {},
    ...input,
  }
  const tally = tallied(call)
  const result = await tune(whole, {
    call: tally.call,
    spending: tally.spending,
    metrics: metricsOf(whole.signature),
    pool: createPool(whole.width),
    signal: new AbortController().signal,
    progress: update => progress.push(update),
    record: createMemoryLedger().record,
    elapsed: () => 0,
    ...ports,
  })
  return { result, progress }
}

/** The outcome; a failure fails the test. */
export async function tuned(...args: Parameters<typeof tuneWorld>): Promise<TuneOutcome> {
  const { result } = await tuneWorld(...args)
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

/** Counts as a job's ledger does. */
function tallied(call: Call): Pick<TunePorts, 'call' | 'spending'> {
  const spent = { ...nothingSpent }
  return {
    async call(request, signal) {
      const reply = await call(request, signal)
      const { calls, usage } = spent[request.purpose]
      spent[request.purpose] = { calls: calls + 1, usage: reply.ok ? addUsage(usage, reply.value.usage) : usage }
      return reply
    },
    spending: () => ({ ...spent }),
  }
}

export function metricsOf(signature: Signature): readonly Metric[] {
  const unused = async () => {
    throw new Error('these metrics need no sandbox and no judge')
  }
  const made = createMetrics(signature, {
    sandbox: { testRegex: unused, runScript: unused },
    judge: { model: { complete: unused }, name: 'judge' },
    resolvePath: path => ({ ok: true, value: path }),
  })
  if (!made.ok) throw new Error(made.error.message)
  return made.value
}
