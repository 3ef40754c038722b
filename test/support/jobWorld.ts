/** Jobs of one skill over the real engine, ledger and handlers, in memory, with a scripted model and a clock. */
import { createJobHandlers } from '../../server/src/app/jobHandlers.ts'
import type { JobSnapshot } from '../../server/src/app/snapshot.ts'
import { createRandom } from '../../server/src/base/random.ts'
import { ok, type Result } from '../../server/src/base/result.ts'
import { createEngine } from '../../server/src/jobs/engine.ts'
import type { Job, JobKind, JobProgress } from '../../server/src/jobs/job.ts'
import type { ModelFailure, ModelReply, ModelRequest } from '../../server/src/model/model.ts'
import { renderSignature } from '../../server/src/signature/render.ts'
import type { Signature } from '../../server/src/signature/signature.ts'
import { createMemoryStores } from './memoryStores.ts'
import { exampleOf, plainSignature } from './tuning.ts'
import { createVirtualClock, type VirtualClock } from './virtualClock.ts'

export type Answer = (
  request: ModelRequest,
  signal: AbortSignal,
  clock: VirtualClock,
) => Promise<Result<ModelReply, ModelFailure>>

export interface JobWorldOptions {
  readonly signature?: Signature
  readonly examples?: JobSnapshot['examples']
  readonly concurrency?: number
  readonly model?: string
  readonly options?: Partial<JobSnapshot['options']>
}

export function createJobWorld(answer: Answer, options: JobWorldOptions = {}) {
  const clock = createVirtualClock()
  const stores = createMemoryStores()
  const random = createRandom('jobs')
  const requests: ModelRequest[] = []
  const { signature = plainSignature(), examples = plainExamples(20), concurrency = 4, model = 'task-model' } = options
  const unused = async () => {
    throw new Error('these metrics need no sandbox')
  }
  const snapshot: JobSnapshot = {
    skillPath: 'skills/a/signature.yaml',
    skillId: 'a',
    text: renderSignature(signature, { examples: false }),
    examples,
    examplesSha256: 'e',
    model,
    reflectionModel: 'reflection-model',
    origin: 'https://model.test',
    parameters: {},
    seed: 1,
    concurrency,
    width: concurrency,
    options: { force: false, minImprovement: 0.05, ...options.options },
    budget: { maxCalls: 2000 },
  }
  let pid = 0
  /** A process of its own; those before it are taken for dead. */
  const open = () => {
    pid++
    const owner = { bootId: 'boot', pid, startTime: '1' }
    return createEngine({
      jobs: stores.jobs,
      ledger: stores.ledger,
      clock,
      random: () => 0.5,
      randomBytes: count => Uint8Array.from({ length: count }, () => random.int(256)),
      owner,
      isDead: other => other.pid !== owner.pid,
      handlers: createJobHandlers({
        clock,
        model: {
          complete(request, signal) {
            requests.push(request)
            return answer(request, signal, clock)
          },
        },
        origin: snapshot.origin,
        sandbox: { testRegex: unused, runScript: unused },
        evaluations: stores.evaluations,
        resolvePath: async (_, path) => ok(path),
      }),
    })
  }
  /** Submits the skill, or goes on with its unfinished job under this budget. */
  const start = (kind: JobKind, budget: Partial<JobSnapshot['budget']> = {}, engine = open()) => {
    const text = JSON.stringify({ ...snapshot, budget: { ...snapshot.budget, ...budget } })
    const submitted = engine.submit({ kind, skillPath: snapshot.skillPath, skillId: 'a', digest: 'd', snapshot: text })
    if (!submitted.ok) throw new Error(submitted.error.message)
    const progress: JobProgress[] = []
    const ended = engine.wait(submitted.value.job.id, update => progress.push(update), new AbortController().signal)
    return { engine, id: submitted.value.job.id, progress, ended }
  }
  /** To the end. */
  const run = async (kind: JobKind, budget: Partial<JobSnapshot['budget']> = {}) => {
    const started = start(kind, budget)
    const ended = await clock.run(started.ended)
    if (!ended.ok) throw new Error(ended.error.message)
    return { ...started, job: ended.value }
  }
  return { clock, stores, requests, start, run, open }
}

export function plainExamples(count: number): JobSnapshot['examples'] {
  return Array.from({ length: count }, (_, i) => exampleOf(`e${i}`, { context: `case ${i}`, answer: `a${i}` }))
}

/** The number of the case that a task call is about. */
export function caseOf(request: ModelRequest): number {
  return Number(/case (\d+)/.exec(request.messages.at(-1)?.content ?? '')?.[1])
}

export function replyOf(value: ModelReply['value'], cost: number | undefined = 0): Result<ModelReply, ModelFailure> {
  return ok({ value, usage: { inputTokens: 100, outputTokens: 10, cost }, latency: 1 })
}

/** What a job's end holds, as facts. */
export function figuresOf(job: Job): Readonly<Record<string, unknown>> {
  return JSON.parse(JSON.stringify(job.result ?? {}))
}
