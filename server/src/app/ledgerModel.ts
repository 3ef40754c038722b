/** A language model behind a job's ledger: answered once, remembered for good, and counted. */
import { z } from 'zod'
import type { Failure } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import { fail, ok, type Result } from '../base/result.ts'
import type { Ledger } from '../jobs/ledger.ts'
import { cacheKey } from '../model/cacheKey.ts'
import { embeddedModel, type LanguageModel, type ModelReply, type ModelRequest, type Usage } from '../model/model.ts'
import { addUsage, noUsage } from '../model/usage.ts'

export interface LedgerModel extends LanguageModel {
  call(request: ModelRequest): Promise<Result<ModelReply, Failure>>
  /** Of all distinct calls so far, replayed ones included. */
  usage(): Usage
}

const replySchema = z.object({
  value: z.record(z.string(), z.unknown()),
  usage: z.object({ inputTokens: z.number(), outputTokens: z.number(), cost: z.number().optional() }),
  latency: z.number(),
})

export function createLedgerModel(options: {
  readonly model: LanguageModel
  readonly ledger: Ledger
  readonly origin: string
}): LedgerModel {
  const { model, ledger, origin } = options
  const counted = new Set<string>()
  let usage = noUsage

  async function call(request: ModelRequest): Promise<Result<ModelReply, Failure>> {
    const key = cacheKey(request.model === embeddedModel ? embeddedModel : origin, request)
    const answer = await ledger.call(key, request.purpose, async signal => {
      const reply = await model.complete(request, signal)
      return reply.ok ? ok(reply.value as unknown as Json) : reply
    })
    if (!answer.ok) return answer
    const { value, usage: used, latency } = replySchema.parse(answer.value)
    const reply: ModelReply = { value, usage: { ...used, cost: used.cost }, latency }
    if (!counted.has(key)) {
      counted.add(key)
      usage = addUsage(usage, reply.usage)
    }
    return ok(reply)
  }

  return {
    call,
    usage: () => usage,
    async complete(request) {
      const answer = await call(request)
      // Retries are over when the ledger answers.
      return answer.ok ? answer : fail({ ...answer.error, retryable: false, answered: true })
    },
  }
}

/** What a job's result says of its calls, over all its attempts. */
export function callFigures(ledger: Ledger, usage: Usage) {
  const { calls, requests, repeated } = ledger.totals()
  return {
    calls,
    requests,
    repeated_calls: repeated,
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    ...(usage.cost !== undefined && { cost: usage.cost }),
  }
}
