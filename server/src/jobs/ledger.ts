/** The ledger of a job's model calls: what was answered is never asked again, what failed for good fails again. */
import type { Clock } from '../base/clock.ts'
import { type Failure, failure, failureError } from '../base/errors.ts'
import { faultPoint } from '../base/faultPoint.ts'
import { type Json, parseJson } from '../base/json.ts'
import { createRedactor, type Redactor } from '../base/redact.ts'
import { fail, ok, type Result } from '../base/result.ts'
import { type CommitKind, createCommitQueue } from './commitQueue.ts'
import { createGate } from './gate.ts'
import { type Fence, parseJobError } from './job.ts'
import { defaultRetryPolicy, type RetryPolicy, retryDelay } from './retry.ts'
import type { CallTotals, LedgerStore, StoredAnswer } from './store.ts'

export interface CallFailure extends Failure {
  /** Worth another try. */
  readonly retryable: boolean
  /** Milliseconds the endpoint asked to wait, of any length. */
  readonly retryAfter?: number
  /** The endpoint answered, if only with an error. */
  readonly answered: boolean
}

/** Sends one request. Aborting the signal cancels it and rejects with the signal's reason. */
export type Ask = (signal: AbortSignal) => Promise<Result<Json, CallFailure>>

export interface Ledger {
  /**
   * The stored reply, the stored final failure, or what asking brings; equal keys asked at once share one request.
   * Rejects with the run's abort reason when the job is stopped: cancelled, its lease lost, or its endpoint,
   * key or model unusable, which is no fault of the call and therefore not recorded. `refusal` is looked at before
   * each request, retries included: what it gives is the outcome, unrecorded.
   */
  call(key: string, purpose: string, ask: Ask, refusal?: () => Failure | undefined): Promise<Result<Json>>
  /** The decision stored under `key`, else the one that `decide` takes now; replayed on resuming. */
  record(key: string, decide: () => Json): Json
  totals(): CallTotals
  /** All replies and decisions stored so far, by whichever attempt. */
  answers(): readonly StoredAnswer[]
}

export interface LedgerOptions {
  readonly store: LedgerStore
  readonly fence: Fence
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  /** Aborted by the ledger when the run cannot go on. */
  readonly run: AbortController
  readonly policy?: RetryPolicy
  /** Takes the key out of whatever is stored. */
  readonly redactor?: Redactor
  /** Told when the endpoint asked to wait longer than a person would expect. */
  readonly onHold?: (until: number) => void
}

/** Codes that say the configuration is wrong, not the call: the job stops and can be resumed. */
const stopCodes: ReadonlySet<string> = new Set(['key_rejected', 'key_missing', 'model_unknown', 'editor_needed'])
/** Codes that say nothing about the call that met them. */
const doorCodes: ReadonlySet<string> = new Set(['endpoint_unreachable', 'rate_limited'])

const noKey = createRedactor(undefined)

/** So many calls without a usable reply, and none with one, tell of the endpoint and not of the calls. */
const uselessCalls = 3

export function createLedger(options: LedgerOptions): Ledger {
  const { store, fence, clock, random, run, policy = defaultRetryPolicy, redactor = noKey } = options
  const { signal } = run
  const totals = store.totals(fence.id)
  const gate = createGate({ clock, random, policy, signal, reached: totals.answered > 0, onHold: options.onHold })
  const underway = new Map<string, Promise<Result<Json>>>()
  const useless = new Set<string>()

  const queue = createCommitQueue(store)

  /** A write that the fence refuses means another process runs the job now. */
  const committed = (written: boolean) => {
    if (!written) stop(failure('job_running', `Job ${fence.id} was taken over by another process.`))
    signal.throwIfAborted()
  }
  const commit = async (kind: CommitKind, write: () => boolean) => committed(await queue(kind, write))
  const stop = (reason: Failure) => {
    run.abort(failureError(reason))
    signal.throwIfAborted()
  }

  /** Stops over a call that was answered, if only with an error: it is not in flight any more. */
  const halt = async (key: string, reason: Failure) => {
    const written = queue('other', () => store.postponed(fence, key, clock.now(), clock.now()))
    // At once, so that no other call is begun meanwhile.
    run.abort(failureError(reason))
    await written
    signal.throwIfAborted()
  }

  /** Written by us as JSON, but rows can be damaged or foreign. */
  const replayed = (reply: string): Json => {
    const value = parseJson(reply)
    if (value === undefined) stop(failure('job_failed', `Job ${fence.id} holds an unreadable reply: start it anew.`))
    return value as Json
  }

  async function settle(
    key: string,
    purpose: string,
    ask: Ask,
    refusal: () => Failure | undefined,
  ): Promise<Result<Json>> {
    signal.throwIfAborted()
    const known = store.find(fence.id, key)
    if (known?.state === 'answered') return ok(replayed(known.reply))
    if (known?.state === 'failed') return fail(parseJobError(known.error))
    if (known?.notBefore !== undefined) await gate.sleepUntil(known.notBefore)
    const answersAtFirst = gate.answers()
    for (let tries = 1, strikes = 1, paidInVain = 0; ; tries++) {
      const pass = await gate.pass()
      const refused = refusal()
      if (refused !== undefined) return fail(refused)
      faultPoint('call.asking')
      await commit('other', () => !signal.aborted && store.asked(fence, key, purpose, clock.now()))
      faultPoint('call.asked')
      const result = await ask(signal)
      if (result.ok) {
        gate.answered()
        const reply = JSON.stringify(result.value, (_, leaf) =>
          typeof leaf === 'string' ? redactor.reply(leaf) : leaf,
        )
        faultPoint('call.replied')
        await commit('reply', () => store.answered(fence, key, reply, clock.now()))
        faultPoint('call.answered')
        return ok(JSON.parse(reply))
      }
      signal.throwIfAborted()
      const problem = result.error
      if (problem.answered) gate.reached()
      const { code, message, path } = problem
      const reason = failure(code, redactor.message(message), path)
      if (stopCodes.has(code)) await halt(key, reason)
      // Being refused for haste while others are served is no strike.
      if (code !== 'rate_limited' || gate.answers() === pass.answers) strikes++
      if (code === 'reply_invalid' && strikes > policy.unreachableTries) useless.add(key)
      // Better said soon than after minutes: such an endpoint is none, or its base URL is wrong.
      if (totals.answered === 0 && gate.answers() === 0 && useless.size >= uselessCalls) await halt(key, reason)
      if (code === 'reply_invalid') paidInVain++
      if (!problem.retryable || strikes > policy.maxAsks || paidInVain >= policy.maxUselessAsks) {
        // A closed door for every call is no verdict on this one: resuming asks it again.
        if (doorCodes.has(code) && gate.answers() === answersAtFirst) await halt(key, reason)
        faultPoint('call.failing')
        await commit('other', () => store.failed(fence, key, JSON.stringify(reason), clock.now()))
        faultPoint('call.failed')
        return fail(reason)
      }
      const delay = retryDelay(tries, random, problem.retryAfter, policy)
      faultPoint('call.postponing')
      await commit('other', () => store.postponed(fence, key, clock.now() + delay, clock.now()))
      faultPoint('call.postponed')
      if (problem.answered || gate.everReached()) {
        if (problem.retryAfter !== undefined) gate.hold(problem.retryAfter)
        await gate.sleep(delay)
      } else if (gate.unreachable(pass)) stop(unreachable(reason))
    }
  }

  return {
    call(key, purpose, ask, refusal = () => undefined) {
      const shared = underway.get(key)
      if (shared !== undefined) return shared
      const promise = settle(key, purpose, ask, refusal)
        .catch(error => {
          // A store that cannot keep a reply ends the run before another is paid for.
          run.abort(error)
          throw error
        })
        .finally(() => underway.delete(key))
      underway.set(key, promise)
      return promise
    },
    record(key, decide) {
      signal.throwIfAborted()
      const known = store.find(fence.id, key)
      if (known?.state === 'answered') return replayed(known.reply)
      const decision = JSON.stringify(decide())
      faultPoint('decision.recording')
      committed(store.decided(fence, key, decision, clock.now()))
      faultPoint('decision.recorded')
      return JSON.parse(decision)
    },
    totals: () => store.totals(fence.id),
    answers: () => store.answers(fence.id),
  }
}

function unreachable(reason: Failure): Failure {
  return failure('endpoint_unreachable', reason.message, reason.path)
}
