/** A language model behind a job's ledger: answered once, remembered for good, counted, and held to a budget. */
import { z } from 'zod'
import { type Failure, failure } from '../base/errors.ts'
import { type Json, parseJson } from '../base/json.ts'
import { fail, ok, type Result } from '../base/result.ts'
import type { Ledger } from '../jobs/ledger.ts'
import { cacheKey } from '../model/cacheKey.ts'
import { originFor } from '../model/editorModel.ts'
import type { LanguageModel, ModelReply, ModelRequest, Usage } from '../model/model.ts'
import { estimateCost } from '../model/prices.ts'
import {
  addUsage,
  averageCost,
  averageTokens,
  charactersPerToken,
  nothingSpent,
  noUsage,
  promptLength,
  type Spending,
  tokensOf,
  totalUsage,
} from '../model/usage.ts'

export interface LedgerModel extends LanguageModel {
  call(request: ModelRequest): Promise<Result<ModelReply, Failure>>
  /** What all attempts of the job spent so far. */
  spending(): Spending
  usage(): Usage
  /** Requests that failed since the job was started or resumed, by code, the most frequent first. */
  failedRequests(): readonly FailedRequests[]
  /** Resolves when no call is under way. */
  idle(): Promise<void>
}

export interface FailedRequests {
  readonly code: string
  readonly count: number
}

/** What would be spent if one more request were sent, those under way taken at their average. */
export interface NextRequest {
  readonly calls: number
  readonly tokens: number
  /** US dollars. */
  readonly cost: number
}

type Purpose = ModelRequest['purpose']

const usageSchema = z.object({
  inputTokens: z.number().nonnegative(),
  outputTokens: z.number().nonnegative(),
  cost: z.number().nonnegative().optional(),
})

/** An answered call as the ledger keeps it. */
export const replySchema = z.object({
  value: z.record(z.string(), z.unknown()),
  usage: usageSchema,
  latency: z.number(),
})

/** Decisions under this prefix hold what a useless reply used. */
const uselessPrefix = 'useless '
const uselessSchema = z.object({ purpose: z.enum(['task', 'judge', 'reflection']), usage: usageSchema })

export function createLedgerModel(options: {
  readonly model: LanguageModel
  readonly ledger: Ledger
  readonly origin: string
  /** Looked at before each request: why it may not be sent. */
  readonly refuse?: (next: NextRequest) => Failure | undefined
}): LedgerModel {
  const { model, ledger, origin, refuse = () => undefined } = options
  const stored = readLedger(ledger)
  const spent: { -readonly [purpose in Purpose]: Spending[Purpose] } = { ...stored.spending }
  let useless = stored.useless
  const underway = new Set<Promise<unknown>>()
  const sent = { calls: 0, tokens: 0, cost: 0 }
  const failed = new Map<string, number>()

  const count = (purpose: Purpose, calls: number, usage: Usage) => {
    const before = spent[purpose]
    spent[purpose] = { calls: before.calls + calls, usage: addUsage(before.usage, usage) }
  }
  const total = () => totalUsage(Object.values(spent).map(({ usage }) => usage))

  const next = (expected: Pick<NextRequest, 'tokens' | 'cost'>): NextRequest => ({
    calls: callsOf(spent) + sent.calls + 1,
    tokens: tokensOf(total()) + sent.tokens + expected.tokens,
    cost: (total().cost ?? 0) + sent.cost + expected.cost,
  })

  async function send(request: ModelRequest, signal: AbortSignal) {
    const reply = await model.complete(request, signal)
    if (!reply.ok) failed.set(reply.error.code, (failed.get(reply.error.code) ?? 0) + 1)
    if (reply.ok) count(request.purpose, 1, reply.value.usage)
    else if (reply.error.usage !== undefined) {
      const { usage } = reply.error
      count(request.purpose, 0, usage)
      ledger.record(`${uselessPrefix}${++useless}`, () => ({ purpose: request.purpose, usage: { ...usage } }) as Json)
    }
    return reply.ok ? ok(reply.value as unknown as Json) : reply
  }

  async function ask(request: ModelRequest): Promise<Result<ModelReply, Failure>> {
    const key = cacheKey(originFor(request.model, origin), request)
    // Reserved from the moment that it may be sent, as others ask for leave before it is.
    let release = () => {}
    const reserve = () => {
      release()
      const tally = spent[request.purpose]
      const cost = averageCost(tally) ?? leastCost(request)
      const tokens = averageTokens(tally) ?? promptLength(request) / charactersPerToken
      const refused = refuse(next({ tokens, cost }))
      if (refused !== undefined) return refused
      sent.calls++
      sent.tokens += tokens
      sent.cost += cost
      release = () => {
        sent.calls--
        sent.tokens -= tokens
        sent.cost -= cost
        release = () => {}
      }
      return undefined
    }
    const answer = await ledger
      .call(key, request.purpose, signal => send(request, signal).finally(() => release()), reserve)
      .finally(() => release())
    if (!answer.ok) {
      if (answer.error.code !== 'budget_exhausted') count(request.purpose, 1, noUsage)
      return answer
    }
    const reply = replySchema.safeParse(answer.value)
    if (!reply.success) return fail(failure('reply_invalid', 'The reply stored for this call is damaged.'))
    const { value, usage, latency } = reply.data
    return ok({ value, usage: { ...usage, cost: usage.cost }, latency })
  }

  async function call(request: ModelRequest): Promise<Result<ModelReply, Failure>> {
    const answer = ask(request)
    underway.add(answer)
    try {
      return await answer
    } finally {
      underway.delete(answer)
    }
  }

  return {
    call,
    spending: () => ({ ...spent }),
    usage: total,
    failedRequests: () =>
      [...failed].map(([code, times]) => ({ code, count: times })).sort((a, b) => b.count - a.count),
    async idle() {
      while (underway.size > 0) await Promise.allSettled(underway)
    },
    async complete(request) {
      const answer = await call(request)
      // Retries are over when the ledger answers.
      return answer.ok ? answer : fail({ ...answer.error, retryable: false, answered: true })
    },
  }
}

export function callsOf(spending: Spending): number {
  return Object.values(spending).reduce((sum, { calls }) => sum + calls, 0)
}

/** What a job's result says of its calls, over all its attempts. */
export function callFigures(ledger: Ledger, model: LedgerModel) {
  const { calls, requests, repeated } = ledger.totals()
  const usage = model.usage()
  return {
    calls,
    requests,
    repeated_calls: repeated,
    failed_requests: [...model.failedRequests()],
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    ...(usage.cost !== undefined && { cost: usage.cost }),
  }
}

/** Its prompt alone. */
function leastCost(request: ModelRequest): number {
  return estimateCost(request.model, promptLength(request), 0) ?? 0
}

/** What earlier attempts spent; rows that cannot be read count as nothing. */
function readLedger(ledger: Ledger): { readonly spending: Spending; readonly useless: number } {
  const spending = { ...nothingSpent }
  let useless = 0
  for (const { key, purpose, reply } of ledger.answers()) {
    const value = parseJson(reply)
    if (key.startsWith(uselessPrefix)) useless++
    const read =
      purpose === 'decision'
        ? { ...uselessSchema.safeParse(value).data, calls: 0 }
        : { purpose, usage: replySchema.safeParse(value).data?.usage, calls: 1 }
    if (!isPurpose(read.purpose)) continue
    const { calls, usage } = spending[read.purpose]
    const used = read.usage === undefined ? noUsage : { ...read.usage, cost: read.usage.cost }
    spending[read.purpose] = { calls: calls + read.calls, usage: addUsage(usage, used) }
  }
  return { spending, useless }
}

function isPurpose(purpose: string | undefined): purpose is Purpose {
  return purpose !== undefined && Object.hasOwn(nothingSpent, purpose)
}
