/** Our tuner as a job: the real engine, ledger, retries and handlers, over stores in memory and a clock that waits in no time. */
import { failure } from '../../../server/src/base/errors.ts'
import { fail, ok, type Result } from '../../../server/src/base/result.ts'
import type { ModelFailure, ModelReply, ModelRequest } from '../../../server/src/model/model.ts'
import { readReplyObject } from '../../../server/src/providers/replyText.ts'
import { withChanges } from '../../../server/src/signature/compare.ts'
import type { SignatureChange } from '../../../server/src/signature/signature.ts'
import type { Idea } from '../../../server/src/tuner/result.ts'
import { createJobWorld } from '../../../test/support/jobWorld.ts'
import { tuneWorld } from '../../../test/support/tuneWorld.ts'
import type { Arena } from '../server.ts'
import { valuesOf } from '../world.ts'
import type { Contestant, Session } from './contestant.ts'

/** What is read of a tune job's result. */
interface Tuned {
  readonly tuned: boolean
  readonly old_score: number
  readonly holdout?: { readonly new_score: number }
  readonly typed_changes: readonly SignatureChange[]
}

/** Ships what the job would apply, which is what is proven. */
export const ours: Contestant = {
  anytime: false,
  async run(session) {
    const examples = examplesOf(session)
    const world = createJobWorld(async request => answer(session.arena, request), {
      signature: session.start,
      examples,
      concurrency: 8,
    })
    const { job } = await world.run('tune', { maxCalls: session.budget })
    // A budget too small to score the examples ends the job before its first call.
    if (job.state !== 'completed') return
    const result = job.result as unknown as Tuned
    const changed = withChanges(session.start, result.typed_changes)
    if (result.tuned) session.report(changed, result.holdout?.new_score ?? Number.NaN)
    else session.report(session.start, result.old_score, result.typed_changes.length > 0 ? changed : undefined)
  },
}

/** The same without one of its ideas, called directly: no job has such a switch. */
export function oursWithout(idea: Idea): Contestant {
  return {
    anytime: false,
    async run(session) {
      const { result } = await tuneWorld(
        { signature: session.start, examples: examplesOf(session) },
        async request => retried(() => answer(session.arena, request)),
        { budget: { maxCalls: session.budget }, without: [idea] },
      )
      if (!result.ok) return
      const { tuned, changes, old_score, holdout } = result.value
      const changed = withChanges(session.start, changes)
      if (tuned) session.report(changed, holdout?.new_score ?? Number.NaN)
      else session.report(session.start, old_score, changes.length > 0 ? changed : undefined)
    },
  }
}

/** As often as a job does. */
function retried(ask: () => Result<ModelReply, ModelFailure>): Result<ModelReply, ModelFailure> {
  let reply = ask()
  for (let n = 1; n < 3 && !reply.ok && reply.error.retryable; n++) reply = ask()
  return reply
}

function examplesOf({ world }: Session) {
  return world.shown.map((example, index) => ({
    id: example.key,
    values: valuesOf(example),
    weight: 1,
    line: index + 1,
  }))
}

/** Reads a reply as the OpenAI provider does. */
function answer(arena: Arena, request: ModelRequest): Result<ModelReply, ModelFailure> {
  const { status, text, usage } = arena.reply({ messages: request.messages })
  if (status !== 200) {
    const code = status === 429 ? 'rate_limited' : 'endpoint_failed'
    return fail({ ...failure(code, `The endpoint answers ${status}.`), retryable: true, answered: true })
  }
  const { required } = request.reply.schema
  const value = readReplyObject(text, Array.isArray(required) ? required.map(String) : [])
  const used = { inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens, cost: undefined }
  if (value === undefined) {
    const invalid = failure('reply_invalid', 'The endpoint sent no JSON object with the keys asked for.')
    return fail({ ...invalid, retryable: true, answered: true, usage: used })
  }
  return ok({ value, usage: used, latency: 1 })
}
