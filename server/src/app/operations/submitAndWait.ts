/** Submits a job with a snapshot of a skill and stays with it until it ended. */
import { faultPoint } from '../../base/faultPoint.ts'
import { fail, ok, type Result } from '../../base/result.ts'
import { keptFailing } from '../../evaluation/report.ts'
import { examplesSha256 } from '../../examples/digest.ts'
import type { Job, JobKind } from '../../jobs/job.ts'
import { scoringCalls } from '../../metrics/metrics.ts'
import { estimateDuration } from '../estimate.ts'
import { chooseModels } from '../modelChoice.ts'
import type { OperationContext } from '../operation.ts'
import type { JobService, Ports } from '../ports.ts'
import type { Skill } from '../skill.ts'
import type { NewSnapshot } from '../snapshot.ts'
import { jobFailure, type Terms } from './jobFailure.ts'
import { findUnapplied } from './unappliedJob.ts'

export interface JobInput extends Terms {
  readonly model?: string | undefined
  readonly reflection_model?: string | undefined
  readonly force?: boolean
  readonly min_improvement?: number
  readonly record?: boolean
  /** Of an evaluation of some of the skill's examples: how many there are. */
  readonly of_examples?: number | undefined
  readonly max_failing?: number
  readonly seed?: number
  /** Evaluating needs as many as it needs, unless told otherwise. */
  readonly max_calls?: number | undefined
  readonly max_tokens?: number | undefined
  readonly max_cost?: number | undefined
  readonly max_time?: number | undefined
}

export async function submitAndWait(
  ports: Ports,
  skill: Skill,
  kind: JobKind,
  input: JobInput,
  context: OperationContext,
): Promise<Result<{ readonly service: JobService; readonly job: Job }>> {
  const choice = chooseModels(ports.models, input)
  if (!choice.ok) return choice
  const { root, skillPath } = skill.location
  const service = ports.jobs(root)
  const snapshot: NewSnapshot = {
    skillPath,
    skillId: skill.skillId,
    text: skill.document.text,
    examples: skill.examples,
    examplesSha256: examplesSha256(skill.examples),
    ...choice.value,
    parameters: ports.models.parameters,
    seed: input.seed ?? 0,
    concurrency: ports.models.concurrency,
    options: {
      force: input.force ?? false,
      minImprovement: input.min_improvement ?? 0,
      record: input.record,
      ofExamples: input.of_examples,
      // Left out where it says nothing new, so that what was begun before there was a choice goes on.
      maxFailing: input.max_failing === keptFailing ? undefined : input.max_failing,
    },
    budget: {
      maxCalls: input.max_calls ?? scoringCalls(skill.signature.metrics, skill.examples.length),
      maxTokens: input.max_tokens,
      maxCost: input.max_cost,
      maxTime: input.max_time,
    },
  }
  const readText = () => ports.files.readText(skill.location.signaturePath)
  const unapplied = kind === 'tune' ? await findUnapplied(service, snapshot, input, readText) : ok(undefined)
  if (!unapplied.ok) return unapplied
  if (unapplied.value !== undefined) {
    const { id: jobId, state } = unapplied.value
    context.onEvent({ kind: 'started', jobId, jobKind: kind, state, resumed: true, estimate: 0, root, skillPath })
    return ok({ service, job: unapplied.value })
  }
  const submitted = await service.submit({ kind, snapshot })
  faultPoint('job.submitted')
  if (!submitted.ok) return submitted
  const { job, resumed, superseded } = submitted.value
  if (superseded !== undefined) {
    context.onEvent({
      kind: 'note',
      message: `Job ${superseded} of this skill is unfinished but was started from other files or options: starting a new one.`,
    })
  }
  const estimate = await estimateJob(service, job)
  context.onEvent({
    ...{ kind: 'started', jobId: job.id, jobKind: kind, state: job.state, resumed, estimate },
    ...{ root, skillPath },
  })
  const ended = await service.wait(
    job.id,
    progress => context.onEvent({ kind: 'progress', skillPath, progress }),
    context.signal,
  )
  faultPoint('job.ended')
  if (!ended.ok) return ended
  if (ended.value.state !== 'completed') return fail(await jobFailure(ports, root, ended.value, input))
  return ok({ service, job: ended.value })
}

/** Milliseconds from now to the end of its budget; `undefined` while nothing was measured. */
export async function estimateJob(service: JobService, { id, progress }: Job): Promise<number | undefined> {
  const snapshot = await service.snapshot(id)
  if (!snapshot.ok) return undefined
  const { model, budget, concurrency } = snapshot.value
  const latency = await service.latency(model)
  if (!latency.ok || latency.value === undefined) return undefined
  const calls = Math.max(0, budget.maxCalls - (progress?.calls ?? 0))
  return estimateDuration({ latency: latency.value, calls, concurrency, maxTime: budget.maxTime })
}
